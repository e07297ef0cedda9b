"""Text files of one URI a line, in which blank lines and remarks (`#`) say nothing."""

from __future__ import annotations

import re

from tui.errors import FormatError

MAX_LINES = 100_000
"""A file with more lines is refused as a whole."""

_BOM = b"\xef\xbb\xbf"
_ENDS = re.compile(r"\r\n|[\r\n]")
_LOOKED_AT = 65_536


def first_line(data: bytes) -> bytes:
    """Return the first line that says something, of the first 64 KiB; empty if none does."""
    for line in data.removeprefix(_BOM)[:_LOOKED_AT].splitlines():
        told = line.strip()
        if told and not told.startswith(b"#"):
            return told
    return b""


def numbered_lines(data: bytes, what: str) -> list[tuple[int, str]]:
    """Return the lines that say something, each with its number from 1.

    `what` is what the file is called in a message.

    Raises:
        FormatError: it is not UTF-8 text, or has too many lines.
    """
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise FormatError(f"The {what} is not UTF-8 text.") from None
    lines = _ENDS.split(text)
    if len(lines) > MAX_LINES:
        raise FormatError(f"The {what} has more than {MAX_LINES} lines.")
    told = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return [(number, line) for number, line in told if line and not line.startswith("#")]
