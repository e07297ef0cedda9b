"""Reads single files of a zip archive in memory, with limits (spec: hostile-input.md, "Zip")."""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING

from tui.errors import BackupPasswordError, FormatError

if TYPE_CHECKING:
    from zipfile import ZipInfo

SIGNATURE = b"PK\x03\x04"
MAX_FILES = 500
"""Maximum number of files in an archive."""
MAX_SIZE = 16 * 1024 * 1024
"""Maximum size of a file in it, in bytes."""
_ENTRY = b"PK\x01\x02"
"""The start of each file in the list at the end of the archive."""
_ENCRYPTED = 1
_STORED, _DEFLATED = 0, 8
_WINZIP_AES = 99
_DAMAGED = "The zip archive is damaged."
_UNKNOWN = "The zip archive is packed in a way that otp-tui can't read."


class _Archive(io.BytesIO):
    """The bytes of an archive, of which no more than one file is read at once."""

    def read(self, size: int | None = -1) -> bytes:
        """Read as a file does.

        Raises:
            FormatError: more was requested, e.g. for a huge list of files.
        """
        if size is not None and size > MAX_SIZE + 1:
            raise FormatError("The zip archive has a list of files that is too large.")
        return super().read(size)


def files(data: bytes) -> list[ZipInfo]:
    """Return the files in an archive.

    Raises:
        FormatError: it is damaged, or has too many files.
    """
    from zipfile import BadZipFile, ZipFile

    if data.count(_ENTRY) > MAX_FILES:
        raise FormatError(
            f"The zip archive has more than {MAX_FILES} files.",
            "Unpack it, and import the file with the entries, e.g. export.data or data.json.",
        )
    try:
        with ZipFile(_Archive(data)) as archive:
            return archive.infolist()
    except (BadZipFile, ValueError, OSError, NotImplementedError):
        raise FormatError(_DAMAGED) from None


def is_encrypted(info: ZipInfo) -> bool:
    """Return True if reading the file takes a password."""
    return bool(info.flag_bits & _ENCRYPTED)


def read(data: bytes, info: ZipInfo, password: str = "") -> bytes:
    """Return the content of a file in the archive.

    Raises:
        BackupPasswordError: the password is wrong or missing. ZipCrypto checks a single byte, so
            what the zip format can't read after that means the same.
        FormatError: it is damaged, too large, or encrypted with WinZip's AES.
    """
    from zipfile import BadZipFile, ZipFile

    secret = is_encrypted(info)
    if is_winzip_aes(info):
        raise FormatError(
            "This zip archive is encrypted with AES by WinZip, which otp-tui can't read.",
            "Unpack it first.",
        )
    if info.compress_type not in {_STORED, _DEFLATED}:
        raise FormatError(_UNKNOWN)
    if secret and not password:
        raise BackupPasswordError("This zip archive needs its password.")
    try:
        with (
            ZipFile(_Archive(data)) as archive,
            archive.open(info, pwd=password.encode() if secret else None) as opened,
        ):
            content = opened.read(MAX_SIZE + 1)
    except NotImplementedError:
        raise FormatError(_UNKNOWN) from None
    except (RuntimeError, zlib.error, BadZipFile, LookupError, EOFError, ValueError, OSError):
        if secret:
            raise BackupPasswordError("Wrong password.") from None
        raise FormatError(_DAMAGED) from None
    if len(content) > MAX_SIZE:
        raise FormatError(f"A file in the zip archive is larger than {MAX_SIZE >> 20} MiB.")
    return content


def is_winzip_aes(info: ZipInfo) -> bool:
    """Return True if the file is encrypted in a way that `read` refuses."""
    return info.compress_type == _WINZIP_AES
