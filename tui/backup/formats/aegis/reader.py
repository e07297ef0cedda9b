"""Reads the vault of Aegis, encrypted or not, of all versions up to 3 (spec: formats.md)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry, otp_type
from tui.backup.formats.aegis import encryption
from tui.backup.model import Backup, Credentials
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType, short
from tui.otp.secret import Secret

FILE_VERSION = 1
"""The newest version of the file around the database."""
DATABASE_VERSION = 3
"""The newest version of the database: groups are a list of their own."""


def read(data: bytes, credentials: Credentials) -> Backup:
    """Return the entries, groups and icons of a vault.

    Raises:
        FormatError: it is damaged, or of a newer version.
        BackupPasswordError: the password is wrong or missing.
    """
    root = _json.load_object(data)
    if not {"header", "db"} <= root.keys():
        raise FormatError("The file is not an Aegis backup.")
    _check_version(root, FILE_VERSION)
    database = root["db"]
    if isinstance(database, str):
        database = _json.load_object(encryption.decrypt(root["header"], database, credentials))
    if not isinstance(database, dict):
        raise FormatError("The Aegis backup contains no entries.")
    _check_version(database, DATABASE_VERSION)
    return _parse(database)


def entry_of(row: object) -> Entry:
    """Return the entry of a row, without its groups and its icon.

    Raises:
        EntryError: a value is invalid or not supported.
    """
    if not isinstance(row, dict) or not isinstance(info := row.get("info"), dict):
        raise EntryError("it is not an Aegis entry")
    kind = otp_type(row.get("type"))
    algorithm = info.get("algo")
    return make_entry(
        kind,
        row.get("issuer"),
        row.get("name"),
        _key(info.get("secret")) if kind is OtpType.MOTP else info.get("secret"),
        # Some versions wrote MD5 for entries that use SHA-1.
        algorithm=None if algorithm == "MD5" else algorithm,
        digits=info.get("digits"),
        period=info.get("period"),
        counter=info.get("counter"),
        pin=info.get("pin"),
        note=row.get("note"),
        pinned=row.get("favorite") is True,
    )


def _parse(database: Mapping[str, Any]) -> Backup:
    rows = database.get("entries")
    if not isinstance(rows, list):
        raise FormatError("The Aegis backup contains no list of entries.")
    collector = Collector()
    groups = _groups(database.get("groups"))
    for name in groups.values():
        collector.category(name)
    for row in rows:
        shown = row.get("issuer") or row.get("name") if isinstance(row, dict) else None
        collector.add(shown, partial(_add_extras, row, shown, collector), _groups_of(row, groups))
    return collector.backup()


def _add_extras(row: Any, shown: object, collector: Collector) -> Entry:
    """Return the entry of a row with its icon; remark what is lost."""
    entry = entry_of(row)
    if row.get("archived") is True:
        collector.remark(shown, "it is archived in Aegis, and is imported like the others")
    return replace(entry, icon=_icon(row, collector))


def _check_version(given: Mapping[str, Any], newest: int) -> None:
    version = given.get("version", newest)
    if type(version) is not int:
        raise FormatError("The Aegis backup has no valid version.")
    if version > newest:
        raise FormatError(
            f"This Aegis backup has the newer version {short(version)}, which otp-tui can't read.",
            "Export it from Aegis as a text file instead.",
        )


def _groups(given: object) -> dict[str, object]:
    """Return the names of groups by their UUIDs."""
    rows = given if isinstance(given, list) else []
    return {
        row["uuid"]: row.get("name")
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("uuid"), str)
    }


def _groups_of(row: object, groups: Mapping[str, object]) -> Iterable[object]:
    """Return the names of a row's groups; up to version 2 there is one, by its name."""
    if not isinstance(row, dict):
        return ()
    ids = row.get("groups")
    if isinstance(ids, list):
        return [groups[each] for each in ids if isinstance(each, str) and each in groups]
    return (row.get("group"),)


def _icon(row: Mapping[str, Any], collector: Collector) -> str | None:
    given = row.get("icon")
    if not isinstance(given, str) or not given:
        return None
    try:
        return collector.icon(base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError):
        return None


def _key(secret: object) -> object:
    """Return the bytes of a Mobile-OTP secret, which Aegis writes as base32."""
    return Secret.base32(secret).key if isinstance(secret, str) else secret
