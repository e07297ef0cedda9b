"""The golden vaults, the same bytes at every run; `python -m tests.vault.golden` writes them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.vault.support import FLOOR, PASSWORD, Drawn, full_document
from tui.crypto.aead import aes_gcm_encrypt
from tui.vault import document, envelope, seal
from tui.vault.document import Document
from tui.vault.envelope import Envelope, OldRecoverySlot, RecoverySlot, Slot
from tui.vault.reader import SLOT_CONTEXT, VERSION

PATH = Path(__file__).with_name("golden.json")
"""A vault of version 1 of the format."""
PATH_2 = Path(__file__).with_name("golden-2.json")
"""A vault of version 2."""
CODE = bytes(range(20))
"""The recovery code of its second slot."""
KEY = Drawn("key")(32)
"""Its vault key."""


def make(version: int = VERSION) -> bytes:
    """Return the expected bytes of the golden vault of a version."""
    draw = Drawn("golden")
    vault_id = draw(16).hex()
    recovery = old_recovery_slot if version == 1 else seal.recovery_slot
    slots = (
        seal.password_slot(vault_id, KEY, seal.password_bytes(PASSWORD), FLOOR, draw),
        recovery(vault_id, KEY, CODE, draw),
    )
    full = with_recovery(slots[1])
    bare = Envelope(vault_id, 17, slots, b"", version=version)
    return envelope.serialize(seal.seal(bare, KEY, document.write(full), draw))


def with_recovery(slot: Slot) -> Document:
    """Return the full document, with the key of the recovery code if the slot has one."""
    if not isinstance(slot, RecoverySlot):
        return full_document()
    recovery = {slot.public_key: seal.authentication_key(slot, CODE)}
    return replace(full_document(), recovery=recovery)


def old_recovery_slot(vault_id: str, key: bytes, code: bytes, draw: seal.Draw) -> OldRecoverySlot:
    """Return the slot that version 1 wrote for a recovery code."""
    slot = OldRecoverySlot(draw(8).hex(), draw(32), draw(12))
    value = {"vault_id": vault_id, "slot": envelope.slot_object(slot)}
    context = SLOT_CONTEXT + envelope.canonical(value)
    wrapped = aes_gcm_encrypt(seal.recovery_key(slot, code), slot.nonce, key, context)
    return replace(slot, wrapped_key=wrapped)


if __name__ == "__main__":
    PATH.write_bytes(make(1))
    PATH_2.write_bytes(make(2))
