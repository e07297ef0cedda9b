"""CSV tables of password managers with an OTP column, and one of our own to write.

Reads KeePassXC, 1Password, Apple Passwords, Dashlane (also its zip), LastPass and any other table
with otpauth:// URIs. Only what belongs to OTPs is read, never the passwords of logins.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tui.backup.content import FileContent
from tui.backup.formats import _csv, _zip
from tui.backup.formats._entries import Collector, checked_note
from tui.backup.formats._otp_field import entry_of_login, is_filled, otp_field, title_of
from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
from tui.backup.match import code_fields
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry
from tui.text import clean

if TYPE_CHECKING:
    from zipfile import ZipInfo

COLUMNS = ("Title", "URL", "Username", "Password", "Notes", "OTPAuth", "Tags", "Favorite")
"""The columns that are written: those of Apple Passwords, then two of 1Password's."""
_OTP = (
    "otpauth",
    "totp",
    "otpurl",
    "otpsecret",
    "one-time password",
    "one time password",
    "otp",
    "otp secret",
    "totp secret",
)
_TITLE = ("title", "name", "issuer")
_USERNAME = ("username", "login", "user", "email", "account")
_NOTE = ("notes", "note", "extra", "comments")
_GROUP = ("group", "grouping", "folder", "category")
_FAVORITE = ("favorite", "fav")
_OWN = tuple(name.lower() for name in COLUMNS)
_KEEPASSXC = ("group", "title", "username")
_RECYCLE_BIN = "Recycle Bin"
_BITWARDEN = {"name", "login_totp"}
_DASHLANE = "credentials.csv"
_URI = "otpauth://"
_is_formula = re.compile(r"'*[=+\-@\t\r]").match
_is_guarded = re.compile(r"'+[=+\-@\t\r]").match


def _sniff(content: FileContent) -> bool:
    if content.data.startswith(_zip.SIGNATURE):
        return any(map(_is_table, content.zip_files))
    names = set(_csv.header(content))
    if not names or names >= _BITWARDEN or any("://" in name for name in names):
        return False
    if content.data.lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    return not names.isdisjoint(_OTP) or _URI.encode() in content.data


def _needs(content: FileContent) -> Needs:
    found = filter(_is_table, content.zip_files)
    readable = any(_zip.is_encrypted(each) and not _zip.is_winzip_aes(each) for each in found)
    return Needs.PASSWORD if readable else Needs.NOTHING


def _is_table(info: ZipInfo) -> bool:
    return info.filename == _DASHLANE


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read the rows with an OTP.

    Raises:
        BackupPasswordError: the password of the zip archive is wrong.
        FormatError: it is not a CSV table, is damaged, or has no column with OTPs.
    """
    if data.startswith(_zip.SIGNATURE):
        found = next(filter(_is_table, _zip.files(data)), None)
        if found is None:
            raise FormatError(f"The zip archive has no {_DASHLANE}.")
        data = _zip.read(data, found, credentials.password)
    table = _csv.table(data)
    columns = [name for name in _OTP if name in table.header] or _uri_columns(table)
    if not columns:
        raise FormatError(
            "The CSV file has no column with OTPs.",
            "Its header must name one of: TOTP, OTPAuth, OTP, One-time password.",
        )
    collected = Collector()
    own = table.header == _OWN
    for row in table.dicts():
        if own:
            row = {name: _unguarded(cell) for name, cell in row.items()}  # noqa: PLW2901
        field = next((row[name] for name in columns if is_filled(row.get(name))), None)
        if field is not None:
            groups = _groups(row)
            collected.add(_first(row, _TITLE), partial(_entry, row, field), groups)
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


def _entry(row: Mapping[str, str], field: str) -> Entry:
    return replace(
        entry_of_login(field, _first(row, _TITLE), _first(row, _USERNAME)),
        note=checked_note(_first(row, _NOTE)),
        pinned=_first(row, _FAVORITE).strip().lower() in ("1", "true", "yes"),
        deleted=1 if _is_trashed(row) else 0,
    )


def _first(row: Mapping[str, str], names: Iterable[str]) -> str:
    return next((row[name] for name in names if row.get(name)), "")


def _groups(row: Mapping[str, str]) -> list[str]:
    return [] if _is_trashed(row) else [_group(row), *_tags(row.get("tags", ""))]


def _group(row: Mapping[str, str]) -> str:
    """Return the group; KeePassXC writes it after the name of the root group."""
    group = _first(row, _GROUP)
    if tuple(row)[: len(_KEEPASSXC)] == _KEEPASSXC:
        return group.strip("/").partition("/")[2]
    return group


def _is_trashed(row: Mapping[str, str]) -> bool:
    return tuple(row)[: len(_KEEPASSXC)] == _KEEPASSXC and _group(row) == _RECYCLE_BIN


def _tags(cell: str) -> list[str]:
    """Split a list of tags, which is a CSV row in the cell."""
    import csv

    try:
        (tags,) = csv.reader([cell], strict=True) if cell else ([],)
    except (csv.Error, ValueError):
        return re.split("[,;\r\n]", cell)
    return tags


def _write(backup: Backup, _credentials: Credentials) -> bytes:
    """Return the table.

    Raises:
        FormatError: it can't store an entry.
    """
    plan = _plan_export(backup)
    check_all_fit(plan, "A CSV file")
    names = {each.id: each.name for each in plan.backup.categories}
    rows = [_row(entry, names) for entry in plan.backup.entries]
    return _dump([COLUMNS, *rows], "\r\n").encode()


def _dump(rows: Iterable[Iterable[str]], end: str) -> str:
    import csv

    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows(rows)
    return made.getvalue().removesuffix("\r\n") + end


def _plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back."""
    plan = plan_round_trip(
        backup,
        _reread,
        "its secret is written in uppercase, without spaces, dashes or padding",
        most_categories=len(backup.categories),
    )
    by_id = {each.id: each for each in plan.backup.categories}
    used = dict.fromkeys(
        each.category for entry in plan.backup.entries for each in entry.categories
    )
    kept = tuple(replace(by_id[each], ranking=place) for place, each in enumerate(used))
    return replace(plan, backup=replace(plan.backup, categories=kept))


def _reread(entry: Entry) -> Entry:
    """Return the entry that is read from the row of `entry`.

    Raises:
        EntryError: the table can't store it.
    """
    row = dict(zip(_OWN, _row(entry, {}), strict=True))
    try:
        "".join(row.values()).encode()
    except UnicodeEncodeError:
        raise EntryError("it contains an invalid character") from None
    row = {name: _unguarded(cell) for name, cell in row.items()}
    found = _entry(row, row["otpauth"])
    if code_fields(found) != code_fields(entry):
        raise EntryError("its URI would have different codes")
    return found


def _row(entry: Entry, names: Mapping[str, str]) -> tuple[str, ...]:
    tags = [names[each.category] for each in entry.categories if each.category in names]
    cells = (
        title_of(entry),
        "",
        clean(entry.account or ""),
        "",
        entry.note,
        otp_field(entry),
        _dump([tags], "") if tags else "",
        "1" if entry.pinned else "",
    )
    return tuple(f"'{cell}" if _is_formula(cell) else cell for cell in cells)


def _unguarded(cell: str) -> str:
    """Remove the apostrophe that keeps spreadsheets from computing a cell."""
    return cell[1:] if _is_guarded(cell) else cell


FORMAT = Format(
    name="csv",
    label="CSV table of a password manager",
    suffixes=(".csv", ".zip"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="KeePassXC, 1Password, Apple Passwords, Dashlane, LastPass (CSV)",
    how_to_export=(
        "Export the passwords as CSV, e.g. KeePassXC: Database > Export > CSV file.\n"
        "Only OTPs are read, no passwords. Delete the file afterwards."
    ),
    write=_write,
    plan_export=_plan_export,
    needs_name=True,
    encrypted=False,
    write_needs=Needs.NOTHING,
    holds=frozenset({"note", "pinned"}),
    keeps=frozenset({"categories"}),
)
