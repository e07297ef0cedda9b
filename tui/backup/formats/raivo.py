"""Raivo's export: a zip archive with JSON, or the JSON from it (spec: formats.md, section 11)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tui.backup.content import FileContent
from tui.backup.formats import _json, _zip
from tui.backup.formats._entries import Collector, make_entry, otp_type
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry

if TYPE_CHECKING:
    from zipfile import ZipInfo

_JSON = "raivo-otp-export.json"


def _is_export(info: ZipInfo) -> bool:
    return info.filename.rpartition("/")[2].lower() == _JSON


def _sniff(content: FileContent) -> bool:
    if any(map(_is_export, content.zip_files)):
        return True
    rows = content.json
    return isinstance(rows, list) and any(
        isinstance(row, dict) and "kind" in row and "timer" in row for row in rows
    )


def _needs(content: FileContent) -> Needs:
    found = [each for each in content.zip_files if _is_export(each)]
    readable = any(_zip.is_encrypted(each) and not _zip.is_winzip_aes(each) for each in found)
    return Needs.PASSWORD if readable else Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Return the entries of an export.

    Raises:
        FormatError: it is not from Raivo, or encrypted with AES as Raivo does.
        BackupPasswordError: the password is wrong or missing.
    """
    if data.startswith(_zip.SIGNATURE):
        info = next(filter(_is_export, _zip.files(data)), None)
        if info is None:
            raise FormatError(f"The zip archive is not from Raivo: it has no {_JSON}.")
        data = _zip.read(data, info, credentials.password)
    rows = _json.load(data)
    if not isinstance(rows, list):
        raise FormatError("The file is not from Raivo: it is not a list.")
    collector = Collector()
    for row in rows:
        name = row.get("issuer") if isinstance(row, dict) else None
        collector.add(name, partial(_entry, row))
    return collector.backup()


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    return make_entry(
        otp_type(row.get("kind")),
        row.get("issuer"),
        row.get("account"),
        row.get("secret"),
        algorithm=row.get("algorithm"),
        digits=row.get("digits"),
        period=row.get("timer"),
        counter=row.get("counter"),
        pinned=row.get("pinned") in (True, "true"),
    )


FORMAT = Format(
    name="raivo",
    label="Raivo",
    suffixes=(".json", ".zip"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="Raivo",
    how_to_export="Settings > Export OTPs to ZIP archive. Unpack it with its password, as 7z can.",
)
