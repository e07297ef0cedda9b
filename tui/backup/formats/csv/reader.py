"""Reads CSV tables with an OTP column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from tui.backup.formats import _csv, _zip
from tui.backup.formats._entries import Collector, checked_note
from tui.backup.formats._otp_field import entry_of_login, is_filled
from tui.backup.formats.csv.columns import (
    DASHLANE,
    FAVORITE,
    GROUP,
    HEADER,
    NOTE,
    OTP_COLUMNS,
    TITLE,
    USERNAME,
    ZOHO_LOGIN,
)
from tui.backup.model import Backup, Credentials
from tui.errors import FormatError
from tui.otp.entry import Entry

_KEEPASSXC = ("group", "title", "username")
_RECYCLE_BIN = "Recycle Bin"
_URI = "otpauth://"
_find_user = re.compile(r"^User Name:(.*)$", re.MULTILINE).search
_is_guarded = re.compile(r"'+[=+\-@\t\r]").match


def read(data: bytes, credentials: Credentials) -> Backup:
    """Read the rows with an OTP.

    Raises:
        BackupPasswordError: the password of the zip archive is wrong.
        FormatError: it is not a CSV table, is damaged, or has no column with OTPs.
    """
    if data.startswith(_zip.SIGNATURE):
        found = next((each for each in _zip.files(data) if each.filename == DASHLANE), None)
        if found is None:
            raise FormatError(f"The zip archive has no {DASHLANE}.")
        data = _zip.read(data, found, credentials.password)
    table = _csv.table(data)
    columns = [column for name in OTP_COLUMNS for column in table.named(name)]
    columns = columns or _uri_columns(table)
    if not columns:
        raise FormatError(
            "The CSV file has no column with OTPs.",
            "Its header must name one of: TOTP, OTPAuth, OTP, One-time password.",
        )
    collected = Collector()
    own = table.header == HEADER
    for row in table.dicts():
        if own:
            row = {name: unguarded(cell) for name, cell in row.items()}  # noqa: PLW2901
        for field in _different(row[name] for name in columns if is_filled(row.get(name))):
            groups = _groups(row)
            collected.add(_first(row, TITLE), partial(entry_of_row, row, field), groups)
    return collected.backup()


def _uri_columns(table: _csv.Table) -> list[str]:
    """Return the columns with URIs, for a header in any language."""
    places = {
        place
        for row in table.rows
        for place, cell in enumerate(row[: len(table.header)])
        if cell.strip().lower().startswith(_URI)
    }
    return [table.header[place] for place in sorted(places)]


def _different(fields: Iterable[str]) -> list[str]:
    """Return the OTPs of a row, without those that repeat the secret of another, as Dashlane's."""
    kept: list[str] = []
    for field in fields:
        secret = "".join(field.split()).upper()
        known = ["".join(each.split()).upper() for each in kept]
        if not any(secret in each or each in secret for each in known):
            kept.append(field)
    return kept


def entry_of_row(row: Mapping[str, str], field: str) -> Entry:
    return replace(
        entry_of_login(field, _first(row, TITLE), _first(row, USERNAME) or _zoho_user(row)),
        note=checked_note(_first(row, NOTE)),
        pinned=_first(row, FAVORITE).strip().lower() in ("1", "true", "yes"),
        deleted=1 if _is_trashed(row) else 0,
    )


def _zoho_user(row: Mapping[str, str]) -> str:
    found = _find_user(row.get(ZOHO_LOGIN, ""))
    return found[1].strip() if found else ""


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _groups(row: Mapping[str, str]) -> list[str]:
    return [] if _is_trashed(row) else [_group(row), *_tags(row.get("tags", ""))]


def _group(row: Mapping[str, str]) -> str:
    """Return the group; KeePassXC writes it after the name of the root group."""
    group = _first(row, GROUP)
    if _is_keepassxc(row):
        return group.strip("/").partition("/")[2]
    return group


def _is_trashed(row: Mapping[str, str]) -> bool:
    return _is_keepassxc(row) and _group(row).partition("/")[0] == _RECYCLE_BIN


def _is_keepassxc(row: Mapping[str, str]) -> bool:
    return tuple(row)[: len(_KEEPASSXC)] == _KEEPASSXC


def _tags(cell: str) -> list[str]:
    """Split a list of tags, which is a CSV row in the cell."""
    import csv

    try:
        (tags,) = csv.reader([cell], strict=True) if cell else ([],)
    except (csv.Error, ValueError):
        return re.split("[,;\r\n]", cell)
    return tags


def unguarded(cell: str) -> str:
    """Remove the apostrophe that keeps spreadsheets from computing a cell."""
    return cell[1:] if _is_guarded(cell) else cell
