"""Entries that are given by hand: a pasted or typed text of URIs, or a picture with QR codes.

The command line's `add` and the app's form read both here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tui.backup.model import Credentials
from tui.errors import EntryError, FormatError, UriError
from tui.text import safe

if TYPE_CHECKING:
    from tui.backup.model import Backup

_find_scheme = re.compile(r"\b(?:otpauth(?:-migration)?|motp)://", re.IGNORECASE).search
_split_lines = re.compile(r"\r\n|[\r\n]").split
_CLOSING = {'"': '"', "'": "'", "`": "`", "<": ">", "(": ")", "“": "”"}


def holds_uri(text: str) -> bool:
    """Return whether an otpauth://, otpauth-migration:// or motp:// URI begins in `text`."""
    return _find_scheme(text) is not None


def entries_in_text(text: str) -> Backup:
    """Return the entries of one URI or of several, one a line, of the three kinds.

    Words and quotes around a URI are passed over, and so are lines that begin with `#`. A
    line that cannot be read and a part of an export that is missing are problems.

    Raises:
        UriError: it is one URI, of one entry, which cannot be read.
        FormatError: there is no URI in it, or none that can be read.
    """
    lines = [_uri_in(line) for line in _split_lines(text)]
    told = [line for line in lines if line and not line.startswith("#")]
    if not any(holds_uri(line) for line in told):
        raise FormatError("There is no otpauth://, otpauth-migration:// or motp:// URI in it.")
    from tui.backup.formats import google_migration
    from tui.otp import uri

    if len(told) == 1 and not told[0].lower().startswith("otpauth-migration:"):
        try:
            uri.parse(told[0], lone_is_account=True)
        except EntryError as error:
            words = str(error)
            raise UriError(f"{words[:1].upper()}{words[1:]}.", error.hint) from None
    data = "\n".join(lines).encode(errors="surrogatepass")
    return google_migration.FORMAT.read(data, Credentials())


def entries_in_picture(data: bytes, name: str) -> Backup:
    """Return the entries of all QR codes in the picture, from the top down.

    A code of something else, one that cannot be read and a part of an export that is missing
    are problems. `name` is the file's, for messages; it may be empty.

    Raises:
        FormatError: it is no picture that can be read, or no QR code in it holds entries.
    """
    from tui.backup.formats import qr_image

    try:
        return qr_image.FORMAT.read(data, Credentials())
    except FormatError as error:
        raise FormatError(
            f"{safe(name, 80)}: {error}" if name else str(error), error.hint
        ) from None


def _uri_in(line: str) -> str:
    """Return the URI in a line without what is around it; the line where there is none."""
    line = line.strip()
    found = None if line.startswith("#") else _find_scheme(line)
    if found is None:
        return line
    closing = _CLOSING.get(line[found.start() - 1 : found.start()], "")
    uri = line[found.start() :]
    return uri.partition(closing)[0].rstrip() if closing else uri
