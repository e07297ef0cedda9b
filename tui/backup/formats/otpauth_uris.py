"""Lists of otpauth:// and motp:// URIs, one per line, which many apps import and export.

The URIs follow a de-facto standard (Key Uri Format); `otp/uri.py` reads and writes them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tui.backup.content import FileContent
from tui.backup.formats._lines import numbered_lines
from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
from tui.backup.match import code_fields
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs, Problem
from tui.errors import EntryError, FormatError
from tui.otp import uri
from tui.otp.entry import Entry
from tui.text import safe

_SCHEMES = re.compile(rb"(?:otpauth|motp)://", re.IGNORECASE)


_NONE = b"# otpauth URIs: none\n"
"""The list of an empty vault, to tell it from an empty file."""


def _sniff(content: FileContent) -> bool:
    return content.data == _NONE or _SCHEMES.match(content.first_line) is not None


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read every line; those that are not such URIs become problems.

    A label with one name is the account, as in apps that write such lists.

    Raises:
        FormatError: it is not UTF-8 text, has too many lines, or contains no URI.
    """
    lines = numbered_lines(data, "list")
    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, line in lines:
        try:
            entry = uri.parse(line, lone_is_account=True)
        except EntryError as error:
            problems.append(Problem(f"line {number}{_label(line)}", str(error)))
        else:
            entries.append(replace(entry, ranking=len(entries)))
    if problems and not entries and not any(_SCHEMES.match(line.encode()) for _, line in lines):
        raise FormatError("The file is not a list of otpauth:// URIs.")
    return Backup(tuple(entries), problems=tuple(problems))


def _label(line: str) -> str:
    """Return the name in a line, if any; never what follows it."""
    if not _SCHEMES.match(line[:16].encode(errors="replace")):
        return ""
    name = line.partition("://")[2].partition("?")[0].rpartition("/")[2]
    shown = safe(uri.readable(name), 64).strip()
    return f" ({shown})" if shown and "secret=" not in name.lower() else ""


def _write(backup: Backup, _credentials: Credentials) -> bytes:
    """Return the list.

    Raises:
        FormatError: the format can't store an entry.
    """
    plan = _plan_export(backup)
    check_all_fit(plan, "A URI")
    lines = "".join(f"{uri.build(entry)}\n" for entry in plan.backup.entries)
    return lines.encode() or _NONE


def _plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back."""
    return plan_round_trip(
        backup, _reread, "its secret is written in uppercase, without spaces, dashes or padding"
    )


def _reread(entry: Entry) -> Entry:
    """Return the entry that is read from the URI of `entry`.

    Raises:
        EntryError: it would have different codes, or has no URI.
    """
    try:
        found = uri.parse(uri.build(entry), lone_is_account=True)
    except UnicodeEncodeError:
        raise EntryError("its secret is not text") from None
    if found.type is not entry.type:
        raise EntryError(f"its URI would be read as {found.type.short_label}")
    if code_fields(found) != code_fields(entry):
        raise EntryError("its URI would have different codes")
    return found


FORMAT = Format(
    name="otpauth-uris",
    label="List of otpauth:// URIs",
    suffixes=(".txt", ".uris"),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    write=_write,
    plan_export=_plan_export,
    encrypted=False,
    write_needs=Needs.NOTHING,
    needs_name=True,
)
