"""Gets the vault key with the password or a recovery code."""

from __future__ import annotations

from collections.abc import Callable

from tui.crypto import aead, kdf
from tui.errors import AuthenticationError
from tui.threads import interruptible
from tui.vault import seal
from tui.vault.envelope import Envelope, PasswordSlot, RecoverySlot
from tui.vault.reader import wrong


def key_by_password(
    envelope: Envelope, password: str, meanwhile: Callable[[], object] | None = None
) -> bytes:
    """Return the vault key; call `meanwhile` once, while the first key is derived.

    Raises:
        WrongPasswordError: no slot opens with the password, or the slot was changed.
        CryptoError: not enough memory for the key derivation.
    """
    secret = seal.password_bytes(password)
    for slot in envelope.slots:
        if not isinstance(slot, PasswordSlot):
            continue
        wrapping_key = _derive(slot, secret, meanwhile)
        meanwhile = None
        try:
            return seal.unwrap(envelope.vault_id, slot, wrapping_key)
        except AuthenticationError:
            continue
    raise wrong("password")


def key_by_code(envelope: Envelope, code: bytes) -> bytes:
    """Return the vault key, by a recovery code of 20 bytes.

    Raises:
        WrongPasswordError: no slot opens with the code, or the slot was changed.
    """
    for slot in envelope.slots:
        if not isinstance(slot, RecoverySlot):
            continue
        try:
            return seal.unwrap(envelope.vault_id, slot, seal.recovery_key(slot, code))
        except AuthenticationError:
            continue
    raise wrong("recovery code")


def _derive(slot: PasswordSlot, secret: bytes, meanwhile: Callable[[], object] | None) -> bytes:
    def import_rest() -> None:
        _import_rest()
        if meanwhile is not None:
            meanwhile()

    kdf.prepare()
    return interruptible(lambda: seal.password_key(slot, secret), import_rest)


def _import_rest() -> None:
    """Import what opening the payload needs, while the key is derived."""
    import tui.vault.document  # noqa: F401

    aead.prepare()
