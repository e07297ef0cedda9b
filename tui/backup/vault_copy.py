"""A copy of (a part of) a vault: a vault file of its own, with an id, a key and a password of its
own. Bytes in, bytes out."""

from __future__ import annotations

import os
from dataclasses import fields

from tui.backup.model import Backup, Problem
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import (
    BackupPasswordError,
    CryptoError,
    DamagedVaultError,
    FormatError,
    NewerVaultError,
    UsageError,
    WrongPasswordError,
)
from tui.otp.entry import Entry
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.document import Document
from tui.vault.envelope import Envelope
from tui.vault.unlock import UnlockedState, decrypt, encrypt, key_by_password

_NAME = "The copy of a vault"
_MARK = b'"format"'


def is_copy(data: bytes) -> bool:
    """Return whether `data` begins as a vault does; never raises."""
    return _MARK in data[:4096] and envelopes.FORMAT.encode() in data[:4096]


def read_copy(data: bytes, password: str) -> Backup:
    """Return what a vault file holds; what does not validate in it is a problem by name.

    Raises:
        FormatError: it is no vault, is damaged, or was made by a newer otp-tui.
        BackupPasswordError: the password is wrong or missing, or the file is damaged.
    """
    if not password:
        raise BackupPasswordError("A vault needs its password, and none was given.")
    try:
        envelope = envelopes.parse(data, _NAME)
        key = key_by_password(envelope, password, "the file")
        document = decrypt(envelope, key, _NAME)
    except WrongPasswordError as error:
        raise BackupPasswordError(str(error)) from None
    except (DamagedVaultError, NewerVaultError) as error:
        raise FormatError(str(error)) from None
    except (CryptoError, UsageError) as error:
        raise FormatError(f"The file cannot be opened: {error}.") from None
    return Backup(document.entries, document.categories, document.icons, unreadable(document))


def write_copy(backup: Backup, password: str, params: Argon2Params) -> bytes:
    """Return a vault file with the entries, categories and icons of `backup`.

    Raises:
        FormatError: the password is too short or not text, the parameters are out of bounds,
            there is no memory, or a value cannot be written as JSON.
    """
    if len(password) < MIN_LENGTH:
        raise FormatError(
            f"The password of a vault takes at least {MIN_LENGTH} characters.", "Choose another."
        )
    document = Document(backup.entries, backup.categories, backup.icons)
    try:
        kdf.check_write(params)
        secret = seal.password_bytes(password)
        vault_id, key = os.urandom(16).hex(), os.urandom(seal.KEY_LENGTH)
        slot = seal.password_slot(vault_id, key, secret, params)
        opened = UnlockedState(Envelope(vault_id, 0, (slot,), b""), key, Document())
        return encrypt(opened, document)[1]
    except (CryptoError, UsageError) as error:
        raise FormatError(f"The copy of the vault cannot be made: {error}") from None
    except (TypeError, ValueError, RecursionError):
        raise FormatError("The vault holds what cannot be written as JSON.") from None


def unreadable(document: Document) -> tuple[Problem, ...]:
    """Return what in the vault does not validate, which no file but the vault itself holds."""
    return tuple(Problem(item.label, item.reason) for item in document.unreadable)


def holds_everything() -> frozenset[str]:
    """Return the fields of an entry that a vault keeps: all but the id, which a reader renews."""
    return frozenset(field.name for field in fields(Entry)) - {"id"}
