"""Copies of a vault, or of part of it: a vault file with its own id, key and password."""

from __future__ import annotations

import os
from dataclasses import fields

from tui.backup.content import FileContent
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs, Problem
from tui.crypto import kdf
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import (
    BackupPasswordError,
    CryptoError,
    DamagedVaultError,
    FormatError,
    MoreSlotsError,
    NewerVaultError,
    NotSavedError,
    UsageError,
    WrongPasswordError,
)
from tui.otp.entry import Entry
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.document import Document
from tui.vault.envelope import Envelope
from tui.vault.state import UnlockedState, decrypt, encrypt
from tui.vault.unlock import MORE_SLOTS, has_more_slots, key_by_password

NAME = "vault"
_CALLED = "The copy of a vault"
_MARK = b'"format"'


def _sniff(content: FileContent) -> bool:
    start = content.data[:4096]
    return _MARK in start and envelopes.FORMAT.encode() in start


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Return the contents of a vault file; invalid items become problems.

    Raises:
        FormatError: it is not a vault, is damaged, or was created by a newer version of otp-tui.
        BackupPasswordError: the password is wrong or missing, or the file is damaged.
        MoreSlotsError: the same, but some slots were not tried.
    """
    if not credentials.password:
        raise BackupPasswordError("A vault needs its password.")
    try:
        envelope = envelopes.parse(data, _CALLED)
        key = key_by_password(envelope, credentials.password, all_slots=credentials.all_slots)
        document = decrypt(envelope, key, _CALLED)
    except WrongPasswordError as error:
        if not credentials.all_slots and has_more_slots(envelope):
            raise MoreSlotsError(str(error), MORE_SLOTS) from None
        raise BackupPasswordError(str(error)) from None
    except (DamagedVaultError, NewerVaultError) as error:
        raise FormatError(str(error)) from None
    except (CryptoError, UsageError) as error:
        raise FormatError(f"Can't open the file: {error}.") from None
    return Backup(document.entries, document.categories, document.icons, invalid_items(document))


def _write(backup: Backup, credentials: Credentials) -> bytes:
    """Return a vault file with the entries, categories and icons of `backup`.

    Raises:
        FormatError: the password is too short or not valid text, the parameters are out of bounds,
            memory is short, or a value can't be written as JSON.
    """
    if len(credentials.password) < MIN_LENGTH:
        raise FormatError(
            f"A vault password needs at least {MIN_LENGTH} characters.", "Choose a longer one."
        )
    document = Document(backup.entries, backup.categories, backup.icons)
    try:
        params = kdf.check_write(credentials.kdf)
        secret = seal.password_bytes(credentials.password)
        vault_id, key = os.urandom(16).hex(), os.urandom(seal.KEY_LENGTH)
        slot = seal.password_slot(vault_id, key, secret, params)
        opened = UnlockedState(Envelope(vault_id, 0, (slot,), b""), key, Document())
        return encrypt(opened, document)[1]
    except (CryptoError, UsageError) as error:
        raise FormatError(f"Can't create the copy of the vault: {error}") from None
    except NotSavedError:
        raise FormatError("The copy of the vault would be too large.") from None
    except (TypeError, ValueError, RecursionError):
        raise FormatError("The vault contains a value that JSON can't represent.") from None


def invalid_items(document: Document) -> tuple[Problem, ...]:
    """Return the invalid items of a vault, which only the vault file itself can store."""
    return tuple(Problem(item.label, item.reason) for item in document.unreadable)


FORMAT = Format(
    name=NAME,
    label="otp-tui vault",
    app="otp-tui",
    how_to_export="Export as an otp-tui vault, or copy the vault file.",
    suffixes=(".json",),
    sniff=_sniff,
    needs=lambda _content: Needs.PASSWORD,
    read=_read,
    write=_write,
    plan_export=ExportPlan,
    min_password=MIN_LENGTH,
    holds=frozenset(field.name for field in fields(Entry)) - {"id"},
)
