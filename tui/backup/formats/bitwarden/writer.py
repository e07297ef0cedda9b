"""Writes password-protected exports that Bitwarden imports: one login for each entry."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tui.backup.formats._otp_field import otp_field, title_of
from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
from tui.backup.formats.bitwarden.encryption import encrypt
from tui.backup.formats.bitwarden.reader import entry_of_item
from tui.backup.match import code_fields
from tui.backup.model import Backup, Credentials, ExportPlan, Problem
from tui.errors import EntryError
from tui.otp.entry import Entry, OtpType
from tui.text import clean

_TYPES = (OtpType.TOTP, OtpType.STEAM)
_LONG_NOTE = 7_000
"""Bitwarden refuses notes of which the encrypted text is longer than 10,000 characters."""


def write(backup: Backup, credentials: Credentials) -> bytes:
    """Return the export.

    Raises:
        FormatError: Bitwarden can't store an entry.
    """
    plan = plan_export(backup)
    check_all_fit(plan, "Bitwarden")
    held = plan.backup
    ids = {each.id: str(uuid.uuid4()) for each in held.categories}
    root = {
        "encrypted": False,
        "folders": [{"id": ids[each.id], "name": each.name} for each in held.categories],
        "items": [_item(entry, ids) for entry in held.entries],
    }
    return encrypt(json.dumps(root).encode(), credentials)


def plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back in its first folder."""
    plan = plan_round_trip(backup, _reread, most_categories=1, drops_empty=True)
    long = tuple(
        Problem(entry.label, "Bitwarden may refuse the file: its note is too long", refused=False)
        for entry in plan.backup.entries
        if len(entry.note.encode()) > _LONG_NOTE
    )
    return replace(plan, notes=long)


def _reread(entry: Entry) -> Entry:
    """Return the entry that is read from the item of `entry`.

    Raises:
        EntryError: Bitwarden can't store it.
    """
    if entry.type not in _TYPES:
        raise EntryError("only TOTP and Steam are supported")
    found = entry_of_item(_item(entry, {}))
    if code_fields(found) != code_fields(entry):
        raise EntryError("Bitwarden would show different codes")
    if not found.note.isascii() and not _is_text(found.note):
        raise EntryError("its note contains an invalid character")
    return found


def _item(entry: Entry, folder_ids: Mapping[str, str]) -> dict[str, Any]:
    folders = [
        folder_ids[each.category] for each in entry.categories if each.category in folder_ids
    ]
    return {
        "id": str(uuid.uuid4()),
        "organizationId": None,
        "folderId": folders[0] if folders else None,
        "type": 1,
        "reprompt": 0,
        "name": title_of(entry),
        "notes": entry.note or None,
        "favorite": entry.pinned,
        "login": {
            "uris": [],
            "username": clean(entry.account or "") or None,
            "password": None,
            "totp": otp_field(entry),
        },
        "collectionIds": None,
    }


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
