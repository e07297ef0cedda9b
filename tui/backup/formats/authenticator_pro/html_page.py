"""The HTML page that Authenticator Pro (Stratum) exports for printing; import only.

Each row of its table has the entry's URI in a `code` element; the URI also contains the names next
to it. A pattern finds the URIs: `html.parser` takes minutes for a page with many unclosed tags, and
nothing else on the page is needed. Stratum writes `&` in URIs unescaped; an edited page may have
`&amp;`. Both are read.
"""

from __future__ import annotations

import re
from dataclasses import replace

from tui.backup.model import Backup, Problem
from tui.errors import EntryError, FormatError
from tui.otp import uri
from tui.otp.entry import Entry
from tui.text import safe

MAX_ENTRIES = 50_000
"""Maximum number of entries; a page with more is refused."""

_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_HEADING = b"OTP Auth URI"
_CODE = re.compile(r"<code>\s*((?:otpauth|motp)://[^<]*)", re.IGNORECASE)
_MARK = re.compile(rb"<code>\s{0,64}(?:otpauth|motp)://", re.IGNORECASE)


def is_page(data: bytes) -> bool:
    """Return True if `data` starts like a page and has the table's heading or a URI."""
    return _BEGIN.match(data[:1024]) is not None and (
        _HEADING in data or _MARK.search(data) is not None
    )


def parse(data: bytes) -> Backup:
    """Read the URI of every row; those that can't be read become problems.

    Raises:
        FormatError: it is not such a page, is not UTF-8 text, or has too many rows.
    """
    if not is_page(data):
        raise FormatError("The file is not an HTML page from Authenticator Pro.")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise FormatError("The page is not UTF-8 text.") from None
    import html

    entries: list[Entry] = []
    problems: list[Problem] = []
    for number, found in enumerate(_CODE.finditer(text), 1):
        if number > MAX_ENTRIES:
            raise FormatError(f"The page has more than {MAX_ENTRIES} entries.")
        given = html.unescape(found[1][: uri.MAX_URI + 1]).strip()
        try:
            entry = uri.parse(given)
        except EntryError as error:
            problems.append(Problem(f"row {number}{_label(given)}", str(error)))
        else:
            entries.append(replace(entry, ranking=len(entries)))
    return Backup(tuple(entries), problems=tuple(problems))


def _label(given: str) -> str:
    """Return the name in a URI, if any; never what follows it."""
    before, mark, _ = given.partition("://")[2].partition("?")
    shown = safe(uri.readable(before.rpartition("/")[2][:256]), 64).strip()
    return f" ({shown})" if mark and shown else ""
