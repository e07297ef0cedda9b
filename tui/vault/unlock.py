"""From an envelope to a document and back: find the vault key, decrypt, encrypt.

What is heavy is imported in a function, while the key is being derived.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.crypto import aead, kdf
from tui.errors import AuthenticationError, CryptoError, DamagedVaultError, WrongPasswordError
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.envelope import BACKUP_HINT, Envelope, PasswordSlot, RecoverySlot

if TYPE_CHECKING:
    from tui.vault.document import Document


@dataclass(frozen=True, slots=True)
class UnlockedState:
    """What it takes to keep a vault open. Its repr shows no secret."""

    envelope: Envelope
    """The header of the file as it stands on the disk, without the payload."""
    key: bytes = field(repr=False)
    """The vault key."""
    document: Document = field(repr=False)
    """What the file holds."""
    digest: bytes = field(default=b"", repr=False)
    """SHA-256 of the file's bytes; empty where there is no file yet."""


def key_by_password(
    envelope: Envelope, password: str, name: str, meanwhile: Callable[[], object] | None = None
) -> bytes:
    """Return the vault key; `meanwhile` is called once, while the first key is derived.

    Raises:
        WrongPasswordError: no slot opens with the password, or the slot was changed.
        CryptoError: no memory for the derivation.
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
    raise WrongPasswordError(
        f"The password is wrong, or {name} is damaged.", f"Try again. {BACKUP_HINT}"
    )


def key_by_code(envelope: Envelope, code: bytes, name: str) -> bytes:
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
    raise WrongPasswordError(
        f"The recovery code is wrong, or {name} is damaged.", f"Try again. {BACKUP_HINT}"
    )


def decrypt(envelope: Envelope, key: bytes, name: str) -> Document:
    """Return the document out of the payload.

    Raises:
        DamagedVaultError: the key is another one, a byte of the file was changed, or what
            decrypts is no document.
    """
    from tui.vault import document as documents

    try:
        plaintext = seal.open_payload(envelope, key)
    except AuthenticationError:
        raise DamagedVaultError(
            f"{name} is damaged: its password fits, its content does not.", BACKUP_HINT
        ) from None
    return documents.read(plaintext, name)


def encrypt(opened: UnlockedState, document: Document) -> tuple[Envelope, bytes]:
    """Return the next generation of the vault: its header without payload, the file's bytes.

    Raises:
        CryptoError: what was encrypted does not decrypt to the same.
        TypeError, ValueError, RecursionError: the document holds what JSON cannot.
    """
    from tui.vault import document as documents

    following = replace(opened.envelope, generation=opened.envelope.generation + 1)
    sealed = seal.seal(following, opened.key, documents.write(document))
    return replace(sealed, payload=b""), envelopes.serialize(sealed)


def _derive(slot: PasswordSlot, secret: bytes, meanwhile: Callable[[], object] | None) -> bytes:
    derived: list[bytes] = []
    failed: list[CryptoError] = []

    def work() -> None:
        try:
            derived.append(seal.password_key(slot, secret))
        except CryptoError as error:
            failed.append(error)

    kdf.prepare()
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    _import_rest()
    if meanwhile is not None:
        meanwhile()
    thread.join()
    if not derived:
        raise failed[0] if failed else CryptoError("The key could not be derived.")
    return derived[0]


def _import_rest() -> None:
    import tui.vault.document  # noqa: F401

    aead.prepare()
