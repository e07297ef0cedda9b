"""Sources of backups: files to recognize and open, pasted text, images."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from tui.backup.content import FileContent
from tui.backup.formats import _zip
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.backup.registry import by_name, recognize
from tui.errors import EntryError, FormatError, OtpTuiError, UriError
from tui.files import LIMIT, read_limited
from tui.otp.uri import split_line
from tui.text import safe

_KDBX = b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5"
"""First bytes of a KeePass database."""
LARGE_LIMIT = 64 * 1024 * 1024
"""Maximum size of a KeePass database or a zip archive, in bytes: it may hold documents."""

_SCHEME = r"(?:otpauth(?:-migration)?|motp|steam)://"
_find_scheme = re.compile(rf"\b{_SCHEME}", re.IGNORECASE).search
_split_lines = re.compile(r"\r\n|[\r\n]").split
_CLOSING = {'"': '"', "'": "'", "`": "`", "<": ">", "(": ")", "“": "”"}


@dataclass(frozen=True, slots=True)
class OpenedBackup:
    """The contents of a file, or of several files with parts of one export."""

    files: tuple[str, ...]
    """Names of the files, safe to show; empty if it was typed or pasted."""
    backup: Backup
    format: Format | None = None
    """The format of the first file."""

    @property
    def name(self) -> str:
        """The names of the files, safe to show."""
        return ", ".join(self.files)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read, but not opened yet."""

    name: str
    """Its name or path, safe to show."""
    content: FileContent
    format: Format | None
    """None if it was not recognized."""
    needs: Needs
    """The credentials that opening it requires."""

    @property
    def by_password(self) -> bool:
        """True if a password alone may open it."""
        return self.needs in {Needs.PASSWORD, Needs.PASSWORD | Needs.KEY_FILE}

    def open(self, credentials: Credentials) -> OpenedBackup:
        """Read the file's entries.

        Raises:
            FormatError: it can't be read, or was not recognized; the message names the file.
            BackupPasswordError: the credentials are wrong or missing, or the file is damaged.
        """
        if self.format is None:
            raise self.unknown("")
        try:
            backup = self.format.read(self.content.data, credentials)
        except OtpTuiError as error:
            raise type(error)(f"{self.name}: {error}", error.hint) from None
        return OpenedBackup((self.name,), backup, self.format)

    def unknown(self, hint: str) -> FormatError:
        """Return the error for a file that was not recognized; `hint` says how to name a format."""
        if not self.content.data.strip():
            return FormatError(f"{self.name}: The file is empty.")
        if self.content.data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return FormatError(f"{self.name}: The file is UTF-16 text.", "Save it as UTF-8.")
        if why := self.content.json_error or self.content.zip_error:
            return FormatError(f"{self.name}: {why}", hint)
        return FormatError(f"{self.name}: Unknown backup format.", hint)


def read_source(path: str | os.PathLike[str], format_name: str = "") -> Source:
    """Read a file and recognize it, or treat it as a file of `format_name`.

    Raises:
        FileError: it can't be read.
        UsageError: there is no such format.
    """
    return source_of(read_file(path), PurePath(path).name, format_name)


def read_file(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a backup.

    Raises:
        FileError: it can't be read, or is larger than `limit_for` allows.
    """
    return read_limited(path, limit_for=limit_for)


def limit_for(start: bytes) -> int:
    """Return the maximum size of a backup that starts with these bytes."""
    return LARGE_LIMIT if start.startswith((_KDBX, _zip.SIGNATURE)) else LIMIT


def source_of(data: bytes, name: str, format_name: str = "") -> Source:
    """Recognize these bytes, or treat them as a file of `format_name`.

    Raises:
        UsageError: there is no such format.
    """
    content = FileContent(data)
    found = by_name(format_name) if format_name else recognize(content, name)
    needs = found.needs(content) if found else Needs.NOTHING
    return Source(safe(name, 200), content, found, needs)


def contains_uri(text: str) -> bool:
    """Return True if `text` contains the start of an otpauth, otpauth-migration or motp URI."""
    return _find_scheme(text) is not None


def read_text(text: str) -> Backup:
    """Return the entries of one or several URIs of the three kinds, with line breaks or spaces
    between.

    Words and quotes around a URI are ignored, and so are lines that start with `#`. Lines that
    can't be read and missing parts of an export become problems.

    Raises:
        UriError: it is a single URI of one entry, and can't be read.
        FormatError: it contains no URI, or none that can be read.
    """
    lines = [_uri_in(part) for line in _split_lines(text) for part in _uris_of(line)]
    given = [line for line in lines if line and not line.startswith("#")]
    if not any(contains_uri(line) for line in given):
        raise FormatError("No otpauth://, otpauth-migration:// or motp:// URI found.")
    from tui.backup.formats import google
    from tui.otp import uri

    if len(given) == 1 and not given[0].lower().startswith("otpauth-migration:"):
        try:
            uri.parse(given[0], lone_is_account=True)
        except EntryError as error:
            words = str(error)
            raise UriError(f"{words[:1].upper()}{words[1:]}.", error.hint) from None
    data = "\n".join(lines).encode(errors="surrogatepass")
    return google.FORMAT.read(data, Credentials())


def read_image(data: bytes, name: str = "") -> Backup:
    """Return the entries of all QR codes in an image, from the top down.

    Codes of something else, codes that can't be read and missing parts of an export become
    problems. `name` is the file name for messages; it may be empty.

    Raises:
        FormatError: it is not a readable image, or no QR code in it contains entries.
    """
    from tui.backup.formats import qr_image

    try:
        return qr_image.FORMAT.read(data, Credentials())
    except FormatError as error:
        raise FormatError(
            f"{safe(name, 80)}: {error}" if name else str(error), error.hint
        ) from None


def join_parts(opened: Sequence[OpenedBackup]) -> list[OpenedBackup]:
    """Return these backups, with parts of the same export joined.

    A joined backup takes the position of its first file. A part is missing if no file has it.

    Raises:
        FormatError: together they have more entries than an export may have.
    """
    groups: list[list[int]] = []
    for place, one in enumerate(opened):
        related = [group for group in groups if any(_share(one, opened[at]) for at in group)]
        groups = [group for group in groups if group not in related]
        groups.append(sorted(at for group in [*related, [place]] for at in group))
    return [_joined([opened[at] for at in group]) for group in sorted(groups)]


def _uris_of(line: str) -> list[str]:
    """Return the parts of a line that have one URI each; a comment is one part."""
    first = _find_scheme(line)
    if first is None or line.lstrip().startswith("#"):
        return [line]
    begin, *more = split_line(line[first.start() :])
    return [line[: first.start()] + begin, *more]


def _uri_in(line: str) -> str:
    """Return the URI in a line without the text around it; the line itself if it has none."""
    line = line.strip()
    found = None if line.startswith("#") else _find_scheme(line)
    if found is None:
        return line
    closing = _CLOSING.get(line[found.start() - 1 : found.start()], "")
    uri = line[found.start() :]
    return uri.partition(closing)[0].rstrip() if closing else uri


def _share(one: OpenedBackup, other: OpenedBackup) -> bool:
    """Return True if both have parts of the same export."""
    if one.backup.parts is None or other.backup.parts is None:
        return False
    return bool(one.backup.parts.exports & other.backup.parts.exports)


def _joined(group: Sequence[OpenedBackup]) -> OpenedBackup:
    first = group[0]
    if len(group) == 1:
        return replace(first, backup=replace(first.backup, parts=None))
    from tui.backup.formats.google.reader import read_uris

    uris = [
        (f"{safe(one.name, 80)}, {where}", uri)
        for one in group
        if one.backup.parts is not None
        for where, uri in one.backup.parts.uris
    ]
    files = tuple(name for one in group for name in one.files)
    return OpenedBackup(files, replace(read_uris(uris), parts=None), first.format)
