"""Gets the vault key with the password or a recovery code."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from tui.crypto import aead, kdf
from tui.crypto.bounds import MAX_WORK_KIB
from tui.errors import AuthenticationError, UsageError, WrongPasswordError
from tui.threads import interruptible
from tui.vault import recovery, seal
from tui.vault.envelope import Envelope, PasswordSlot
from tui.vault.reader import wrong

MORE_SLOTS = "This vault has several passwords, some of them slow to check."


def key_by_password(
    envelope: Envelope,
    password: str,
    meanwhile: Callable[[], object] | None = None,
    *,
    all_slots: bool = False,
) -> bytes:
    """Return the vault key; call `meanwhile` once, while the first key is derived.

    Without `all_slots`, the slots are tried only as far as `affordable` says.

    Raises:
        WrongPasswordError: no slot opens with the password, or the slot was changed.
        CryptoError: not enough memory for the key derivation.
    """
    secret = seal.password_bytes(password)
    for slot in _password_slots(envelope) if all_slots else affordable(envelope):
        wrapping_key = _derive(slot, secret, meanwhile)
        meanwhile = None
        try:
            return seal.unwrap(envelope.vault_id, slot, wrapping_key)
        except AuthenticationError:
            continue
    if not all_slots and has_more_slots(envelope):
        raise WrongPasswordError("Wrong password.", MORE_SLOTS)
    raise wrong("password")


def affordable(envelope: Envelope) -> list[PasswordSlot]:
    """Return the password slots that together cost at most as much as the most expensive one may.

    So a file can have many cheap slots, or one that is expensive.
    """
    found: list[PasswordSlot] = []
    left = MAX_WORK_KIB
    for slot in _password_slots(envelope):
        left -= slot.params.memory_kib * slot.params.time_cost
        if left < 0:
            break
        found.append(slot)
    return found


def has_more_slots(envelope: Envelope) -> bool:
    """Return True if the vault has password slots that are not `affordable`."""
    return len(affordable(envelope)) < len(_password_slots(envelope))


def _password_slots(envelope: Envelope) -> list[PasswordSlot]:
    return [slot for slot in envelope.slots if isinstance(slot, PasswordSlot)]


def key_by_code(envelope: Envelope, code: bytes) -> bytes:
    """Return the vault key, by a recovery code of 20 bytes.

    Raises:
        WrongPasswordError: no slot opens with the code, or the slot was changed.
    """
    for slot in envelope.slots:
        if isinstance(slot, PasswordSlot):
            continue
        try:
            return seal.unwrap(envelope.vault_id, slot, seal.recovery_key(slot, code))
        except AuthenticationError:
            continue
    raise wrong("recovery code")


def key_by_either(envelope: Envelope, typed: str) -> bytes:
    """Return the vault key of a copy, by a password or a recovery code as text.

    If the password of an older or conflict copy is lost, its recovery code may still be there.

    Raises:
        WrongPasswordError, CryptoError: as `key_by_password`.
    """
    with suppress(UsageError, WrongPasswordError):
        return key_by_code(envelope, recovery.from_text(typed))
    try:
        return key_by_password(envelope, typed)
    except WrongPasswordError as error:
        hint = error.hint if error.hint == MORE_SLOTS else "If it is right, the copy is damaged."
        raise WrongPasswordError("Wrong password or recovery code.", hint) from None


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
