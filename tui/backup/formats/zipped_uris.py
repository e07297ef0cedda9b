"""Zip archives with a list of otpauth URIs: WinAuth and Authenticator Plus.

Both may be encrypted with ZipCrypto (spec: formats.md, section 10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backup.content import FileContent
from tui.backup.formats import _zip, otpauth_uris
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import BackupPasswordError, FormatError
from tui.otp.entry import Entry
from tui.text import safe

if TYPE_CHECKING:
    from zipfile import ZipInfo

_PLUS = "Accounts.txt"
_MARK = b"://"


def _is_plus(info: ZipInfo) -> bool:
    return info.filename == _PLUS


def _is_list(info: ZipInfo) -> bool:
    return info.filename.lower().endswith(".txt") and info.filename != _PLUS


def _sniff_winauth(content: FileContent) -> bool:
    files = content.zip_files
    if len(files) != 1 or not _is_list(files[0]):
        return False
    return _zip.is_encrypted(files[0]) or _has_uris(content.data, files[0])


def _has_uris(data: bytes, info: ZipInfo) -> bool:
    try:
        return otpauth_uris.FORMAT.sniff(FileContent(_zip.read(data, info)))
    except FormatError:
        return False


def _sniff_plus(content: FileContent) -> bool:
    return any(map(_is_plus, content.zip_files))


def _needs(content: FileContent) -> Needs:
    encrypted = any(map(_zip.is_encrypted, content.zip_files))
    named = any(map(_zip.is_winzip_aes, content.zip_files))
    return Needs.PASSWORD if encrypted and not named else Needs.NOTHING


def _reader(wanted: Callable[[ZipInfo], bool], app: str) -> Callable[[bytes, Credentials], Backup]:
    def read(data: bytes, credentials: Credentials) -> Backup:
        """Return the entries of the list in the archive.

        Raises:
            FormatError: it has no such list, or can't be read.
            BackupPasswordError: the password is wrong or missing.
        """
        if wanted is _is_plus and not data.startswith(_zip.SIGNATURE):
            raise FormatError(
                "Databases of Authenticator Plus are encrypted with SQLCipher, "
                "which otp-tui can't read.",
                "In the app, export as text and HTML instead.",
            )
        info = next((each for each in _zip.files(data) if wanted(each)), None)
        if info is None:
            raise FormatError(f"The zip archive is not from {app}: it has no list of accounts.")
        text = _zip.read(data, info, credentials.password)
        if _zip.is_encrypted(info) and not _is_text(text):
            raise BackupPasswordError("Wrong password.")
        try:
            backup = otpauth_uris.FORMAT.read(text, Credentials())
        except FormatError as error:
            raise FormatError(f"{safe(info.filename, 80)}: {error}", error.hint) from None
        return replace(backup, entries=tuple(map(_without_icon, backup.entries)))

    return read


def _without_icon(entry: Entry) -> Entry:
    return replace(entry, icon=None)


def _is_text(data: bytes) -> bool:
    try:
        return _MARK.decode() in data.decode()
    except UnicodeDecodeError:
        return False


FORMATS = (
    Format(
        name="authenticator-plus",
        label="Authenticator Plus",
        suffixes=(".zip",),
        sniff=_sniff_plus,
        needs=_needs,
        read=_reader(_is_plus, "Authenticator Plus"),
        names=("authplus.db",),
        app="Authenticator Plus",
        how_to_export="Settings > Backup & Restore > Export as Text and HTML.",
    ),
    Format(
        name="winauth",
        label="WinAuth",
        suffixes=(".zip",),
        sniff=_sniff_winauth,
        needs=_needs,
        read=_reader(_is_list, "WinAuth"),
        app="WinAuth",
        how_to_export="Cog > Export. A password is optional.",
    ),
)
