"""The golden vault, the same bytes at every run; `python -m tests.vault.golden` writes it."""

from __future__ import annotations

from pathlib import Path

from tests.vault.support import FLOOR, PASSWORD, Drawn, full_document
from tui.vault import document, envelope, seal
from tui.vault.envelope import Envelope

PATH = Path(__file__).with_name("golden.json")
CODE = bytes(range(20))
"""The recovery code of its second slot."""
KEY = Drawn("key")(32)
"""Its vault key."""


def make() -> bytes:
    """Return the expected bytes of golden.json."""
    draw = Drawn("golden")
    vault_id = draw(16).hex()
    slots = (
        seal.password_slot(vault_id, KEY, seal.password_bytes(PASSWORD), FLOOR, draw),
        seal.recovery_slot(vault_id, KEY, CODE, draw),
    )
    bare = Envelope(vault_id, 17, slots, b"")
    return envelope.serialize(seal.seal(bare, KEY, document.write(full_document()), draw))


if __name__ == "__main__":
    PATH.write_bytes(make())
