"""Reads exports of Bitwarden: JSON, password-protected JSON, CSV, and JSON in a zip archive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from tui.backup.formats import _csv, _json, _zip
from tui.backup.formats._entries import Collector, checked_note
from tui.backup.formats._otp_field import entry_of_login, is_filled
from tui.backup.formats.bitwarden.archive import unpack
from tui.backup.formats.bitwarden.encryption import decrypt
from tui.backup.model import Backup, Credentials
from tui.errors import FormatError
from tui.otp.entry import Entry

_LOGIN = (1, "1", "login")
"""The types of items with an OTP, in JSON and CSV."""


def read(data: bytes, credentials: Credentials) -> Backup:
    """Read an export of any kind.

    Raises:
        BackupPasswordError: the password is wrong.
        FormatError: it is not an export of Bitwarden, is damaged or can't be read.
    """
    if data.startswith(_zip.SIGNATURE):
        data = unpack(data)
    elif not _json.is_object(data):
        return _read_csv(data)
    root = _json.load_object(data)
    if root.get("encrypted") is True:
        root = _json.load_object(decrypt(root, credentials))
    return read_items(root)


def read_items(root: dict[str, Any]) -> Backup:
    """Read the JSON of an export that isn't encrypted.

    Raises:
        FormatError: it has no list of items.
    """
    items = root.get("items")
    if root.get("encrypted") is not False or not isinstance(items, list):
        raise FormatError("The file is not an export of Bitwarden.")
    found = Collector()
    folders = dict(_named(root.get("folders"))) | dict(_named(root.get("collections")))
    used = {name for item in items if _has_code(item) for name in _folders_of(item, folders)}
    for name in folders.values():
        if name in used:
            found.category(name)
    for item in items:
        if not isinstance(item, dict):
            found.refuse(None, "it is not an item")
            continue
        if _has_code(item):
            found.add(item.get("name"), partial(entry_of_item, item), _folders_of(item, folders))
    return found.backup()


def _has_code(item: object) -> bool:
    login = item.get("login") if isinstance(item, dict) and item.get("type") in _LOGIN else None
    return isinstance(login, dict) and is_filled(login.get("totp"))


def _folders_of(item: dict[str, Any], folders: dict[str, str]) -> list[str]:
    inside = [item.get("folderId"), *_list(item.get("collectionIds"))]
    return [folders[each] for each in inside if isinstance(each, str) and each in folders]


def entry_of_item(item: dict[str, Any]) -> Entry:
    """Return the entry of an item whose login has an OTP.

    Raises:
        EntryError: a part of it is invalid.
    """
    login = item["login"]
    return replace(
        entry_of_login(login["totp"], item.get("name"), login.get("username")),
        note=checked_note(item.get("notes")),
        pinned=item.get("favorite") is True,
        deleted=1 if item.get("deletedDate") else 0,
    )


def _read_csv(data: bytes) -> Backup:
    table = _csv.table(data)
    if "login_totp" not in table.header:
        raise FormatError("The file is not an export of Bitwarden.")
    found = Collector()
    for row in table.dicts():
        totp = row.get("login_totp")
        if row.get("type", "login").lower() not in _LOGIN or not is_filled(totp):
            continue
        groups = [row.get("folder"), *row.get("collections", "").split(",")]
        found.add(row.get("name"), partial(_entry_of_row, row), groups)
    return found.backup()


def _entry_of_row(row: dict[str, str]) -> Entry:
    return replace(
        entry_of_login(row["login_totp"], row.get("name"), row.get("login_username")),
        note=checked_note(row.get("notes")),
        pinned=row.get("favorite") == "1",
    )


def _named(rows: Any) -> Iterator[tuple[str, str]]:
    for row in _list(rows):
        if isinstance(row, dict):
            identity, name = row.get("id"), row.get("name")
            if isinstance(identity, str) and isinstance(name, str):
                yield identity, name


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
