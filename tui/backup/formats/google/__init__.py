"""Google Authenticator exports as text: otpauth-migration:// URIs, one per line.

The app shows an export as QR codes of such URIs, about ten entries each. Google has not published
their contents; the fields are those found in real exports.
"""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats._lines import numbered_lines
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs

NAME = "google-migration"
_SCHEME = b"otpauth-migration://"


def _sniff(content: FileContent) -> bool:
    return content.first_line.lower().startswith(_SCHEME)


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read every line that is neither blank nor a comment.

    Raises:
        FormatError: it is not UTF-8 text, has too many lines, or none of its URIs can be read.
    """
    from tui.backup.formats.google.reader import read_uris

    lines = numbered_lines(data, "export")
    return read_uris((f"line {number}", line) for number, line in lines)


def _write(backup: Backup, _credentials: Credentials) -> bytes:
    """Return the URIs of the parts, one per line.

    Raises:
        FormatError: the format can't store an entry.
    """
    from tui.backup.formats.google.writer import uris

    return "".join(f"{each}\n" for each in uris(backup)).encode()


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.google.writer import plan_export

    return plan_export(backup)


FORMAT = Format(
    name=NAME,
    label="Google Authenticator export",
    app="Google Authenticator",
    how_to_export="Menu, Transfer accounts, Export accounts. Take a photo of each QR code, and\n"
    "choose the images here, or a text file with the otpauth-migration:// URIs.",
    suffixes=(".txt",),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    write=_write,
    plan_export=_plan_export,
    encrypted=False,
    write_needs=Needs.NOTHING,
    needs_name=True,
)
