"""Lists of otpauth://, motp:// and steam:// URIs, one per line, of many apps.

The URIs follow a de-facto standard (Key Uri Format); `otp/uri.py` reads and writes them.
"""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
from tui.backup.formats._uri_lines import has_display, is_uri, read_lines
from tui.backup.match import code_fields
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs
from tui.errors import EntryError
from tui.otp import uri
from tui.otp.entry import Entry

_NONE = b"# otpauth URIs: none\n"
"""The list of an empty vault, to tell it from an empty file."""


def _sniff(content: FileContent) -> bool:
    line = content.first_line
    return content.data == _NONE or (is_uri(line) and not has_display(line))


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read every line; those that are not such URIs become problems.

    A label with one name is the account, as in apps that write such lists.

    Raises:
        FormatError: it is not UTF-8 text, has too many lines, or contains no URI.
    """
    return read_lines(data)


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
    return plan_round_trip(backup, _reread)


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
    how_to_export="Many apps export a text file with one otpauth:// URI per line.\n"
    "pass: pipe the output of pass otp uri into a file, e.g. in memory under /dev/shm.",
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
