"""Writes the vault of Aegis, version 3 (spec: formats.md)."""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tui.backup.formats._entries import MAX_ICON, Collector
from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
from tui.backup.formats.aegis import encryption
from tui.backup.formats.aegis.reader import DATABASE_VERSION, FILE_VERSION, entry_of
from tui.backup.model import Backup, Credentials, ExportPlan, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, Icon, OtpType

MAX_GROUPS = 1000
"""Maximum number of groups that an entry is written with; Aegis has no limit."""
_IMAGES = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"<svg": "image/svg+xml",
    b"<?xml": "image/svg+xml",
}
"""The types of icons that Aegis shows, by their first bytes."""


def encrypted(backup: Backup, credentials: Credentials) -> bytes:
    """Return a vault that the password opens.

    Raises:
        FormatError: Aegis can't store an entry, or the password is missing or not valid text.
    """
    header, sealed = encryption.encrypt(_dump(_database(backup)), credentials)
    return _dump({"version": FILE_VERSION, "header": header, "db": sealed})


def plain(backup: Backup) -> bytes:
    """Return a vault that is not encrypted.

    Raises:
        FormatError: Aegis can't store an entry.
    """
    header = {"slots": None, "params": None}
    return _dump({"version": FILE_VERSION, "header": header, "db": _database(backup)})


def plan_export(backup: Backup) -> ExportPlan:
    """Return what Aegis can store of `backup`, and what it can't."""
    icons = {f"@{each.id}": each for each in backup.icons}
    collector = Collector()
    lost: list[Problem] = []

    def reread(entry: Entry) -> Entry:
        found = _reread(entry)
        icon = _stored_icon(icons.get(entry.icon or ""), collector)
        if entry.pin and not entry.type.has_pin:
            lost.append(Problem(entry.label, "without its PIN, which its type doesn't use", False))
        if icon is None and entry.icon in icons:
            lost.append(Problem(entry.label, "its icon is left out: not PNG, JPEG or SVG", False))
        return replace(found, icon=icon)

    plan = plan_round_trip(backup, reread, most_categories=MAX_GROUPS)
    held = replace(plan.backup, icons=collector.backup().icons)
    return replace(plan, backup=held, changed=(*plan.changed, *lost))


def _reread(entry: Entry) -> Entry:
    """Return the entry that is read from the row of `entry`.

    Raises:
        EntryError: it would have different codes.
    """
    try:
        row = json.loads(_dump(_row(entry)))
    except FormatError:
        raise EntryError("its PIN or its note contains an invalid character") from None
    found = entry_of(row)
    if found.secret.key != entry.secret.key:
        raise EntryError("its secret is not hexadecimal in lower case, as Aegis needs it")
    return found


def _database(backup: Backup) -> dict[str, Any]:
    plan = plan_export(backup)
    check_all_fit(plan, "Aegis")
    groups = {each.id: str(uuid.uuid4()) for each in plan.backup.categories}
    icons = {f"@{each.id}": each for each in plan.backup.icons}
    return {
        "version": DATABASE_VERSION,
        "entries": [
            _row(entry, groups, icons.get(entry.icon or "")) for entry in plan.backup.entries
        ],
        "groups": [{"uuid": groups[each.id], "name": each.name} for each in plan.backup.categories],
        "icons_optimized": True,
    }


def _row(
    entry: Entry, groups: Mapping[str, str] | None = None, icon: Icon | None = None
) -> dict[str, Any]:
    return {
        "type": entry.type.value,
        "uuid": str(uuid.uuid4()),
        "name": entry.account or "",
        "issuer": entry.issuer,
        "note": entry.note,
        "favorite": entry.pinned,
        "icon": icon.data if icon else None,
        **({"icon_mime": _mime(base64.b64decode(icon.data))} if icon else {}),
        "info": _info(entry),
        "groups": [groups[each.category] for each in entry.categories] if groups else [],
    }


def _info(entry: Entry) -> dict[str, Any]:
    info: dict[str, Any] = {
        "secret": base64.b32encode(_secret(entry)).decode().rstrip("="),
        "algo": {OtpType.MOTP: "MD5", OtpType.YANDEX: "SHA256"}.get(entry.type, entry.algorithm),
        "digits": entry.digits,
    }
    if entry.type.has_counter:
        info["counter"] = entry.counter
    else:
        info["period"] = entry.period
    if entry.type.has_pin:
        info["pin"] = entry.pin or ""
    return info


def _secret(entry: Entry) -> bytes:
    """Return the bytes of the secret; those of Mobile-OTP are shown as hex by Aegis."""
    if entry.type is not OtpType.MOTP:
        return entry.secret.key
    try:
        return bytes.fromhex(entry.secret.given)
    except ValueError:
        raise EntryError("its secret is not hexadecimal, as Aegis needs it") from None


def _stored_icon(icon: Icon | None, collector: Collector) -> str | None:
    """Keep an icon that Aegis can show; return its name, None if it can't."""
    try:
        image = base64.b64decode(icon.data, validate=True) if icon else b""
    except (binascii.Error, ValueError):
        return None
    return collector.icon(image) if len(image) <= MAX_ICON and _mime(image) else None


def _mime(image: bytes) -> str | None:
    return next((mime for begin, mime in _IMAGES.items() if image.startswith(begin)), None)


def _dump(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise FormatError("A name or PIN contains an invalid character. Enter it again.") from None
