"""Text files with one URI per line; blank lines and comments (`#`) are ignored."""

from __future__ import annotations

import re

from tui.errors import FormatError

MAX_LINES = 100_000
"""Maximum number of lines; a file with more is refused."""

_BOM = b"\xef\xbb\xbf"
_ENDS = re.compile(r"\r\n|[\r\n]")
_LOOKED_AT = 65_536


def first_line(data: bytes) -> bytes:
    """Return the first line in the first 64 KiB that isn't ignored; empty if there is none."""
    for line in data.removeprefix(_BOM)[:_LOOKED_AT].splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith(b"#"):
            return stripped
    return b""


def numbered_lines(data: bytes, what: str) -> list[tuple[int, str]]:
    """Return the lines that aren't ignored, each with its number from 1.

    `what` is the name of the file in messages.

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
    stripped = ((number, line.strip()) for number, line in enumerate(lines, 1))
    return [(number, line) for number, line in stripped if line and not line.startswith("#")]
