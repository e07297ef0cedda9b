"""CSV tables of password managers with an OTP column, and one of our own to write.

Reads KeePassXC, 1Password, Apple Passwords, Dashlane (also its zip), LastPass and any other table
with otpauth:// URIs. Only what belongs to OTPs is read, never the passwords of logins.
"""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats import _csv, _zip
from tui.backup.formats.csv.columns import DASHLANE, OTP_COLUMNS
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs

_BITWARDEN = {"name", "login_totp"}


def _sniff(content: FileContent) -> bool:
    if content.data.startswith(_zip.SIGNATURE):
        return any(each.filename == DASHLANE for each in content.zip_files)
    names = set(_csv.header(content))
    if not names or names >= _BITWARDEN or any("://" in name for name in names):
        return False
    if content.data.lstrip()[:1] in (b"{", b"[", b"<"):
        return False
    return not names.isdisjoint(OTP_COLUMNS) or b"otpauth://" in content.data


def _needs(content: FileContent) -> Needs:
    found = [each for each in content.zip_files if each.filename == DASHLANE]
    readable = any(_zip.is_encrypted(each) and not _zip.is_winzip_aes(each) for each in found)
    return Needs.PASSWORD if readable else Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    from tui.backup.formats.csv.reader import read

    return read(data, credentials)


def _write(backup: Backup, _credentials: Credentials) -> bytes:
    from tui.backup.formats.csv.writer import write

    return write(backup)


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.csv.writer import plan_export

    return plan_export(backup)


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
