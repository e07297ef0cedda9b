"""Everything the command line writes, to standard output and standard error."""

from __future__ import annotations

import io
import os
import sys
import unicodedata

from tui.errors import FileError
from tui.text import safe

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any, TextIO

    from tui.otp.codes import Code
    from tui.otp.entry import Entry
    from tui.vault.one_entry import PlainCode, PlainEntry

WIDEST = 40
"""Maximum length of a name in a table, in characters; JSON output has the full name."""
_NARROWEST = 8
"""Minimum width of a column that is too wide for the terminal, in cells."""
_LINE = 16_384
"""Maximum length of a line, in characters; only paths and secrets come close."""
_CLOSED = "Standard output is closed."


def lines(texts: Iterable[str]) -> None:
    """Write lines to standard output, each made safe for a terminal."""
    write("".join(f"{safe(text, _LINE)}\n" for text in texts))


def json(value: Any) -> None:
    """Write `value` as JSON in ASCII, so that no control character reaches the terminal."""
    write(as_json(value, indent=2) + "\n")


def as_json(value: Any, indent: int | None = None) -> str:
    """Return `value` as JSON in printable ASCII, on one line unless `indent` is given."""
    from json import dumps

    return dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")


def write(text: str) -> None:
    """Write `text`, which must be safe for a terminal, to standard output and flush.

    Raises:
        FileError: standard output is closed or can't be written to.
        BrokenPipeError: the reader is gone.
    """
    stream = sys.stdout
    if stream is None:
        raise FileError(_CLOSED)
    _replace_unencodable(stream)
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError(f"Couldn't write to standard output: {error.strerror}.") from None


def require_open() -> None:
    """Check that standard output is open, before doing work whose result goes there.

    Raises:
        FileError: it is closed.
    """
    if not is_open():
        raise FileError(_CLOSED)


def is_open() -> bool:
    """Return True if there is a standard output."""
    return sys.stdout is not None


def terminal_size() -> os.terminal_size | None:
    """Return the size of the terminal on standard output; None if there is none or it is dumb."""
    if sys.stdout is None or os.environ.get("TERM", "") in {"", "dumb"}:
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return None


def say(*texts: str) -> None:
    """Write messages to standard error, each made safe for a terminal."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        stream.write("".join(f"{safe(text, _LINE)}\n" for text in texts))
        stream.flush()
    except OSError:
        # Standard error is broken, and there is no other place to report that.
        return


def errors_are_read() -> bool:
    """Return True if standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


def complain(sentence: str) -> None:
    """Write an error or a warning to standard error, prefixed with the program's name."""
    say(f"otp-tui: {sentence}")


def abandon_if_broken() -> None:
    """Redirect a broken standard output to /dev/null, as closing it at exit would raise."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def table(rows: Sequence[Sequence[str]], names: int = 0) -> list[str]:
    """Return a line for each row, with cells made `safe` and padded to the column's width.

    Long cells are not shortened.

    The first columns, as many as `names`, are shortened if a terminal is too narrow.
    """
    shown = [[safe(cell, len(cell)) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
    size = terminal_size() if names else None
    if size is not None:
        _narrow(widths, names, size.columns)
        shown = [[*map(cut, row[:names], widths), *row[names:]] for row in shown]
    return ["  ".join(map(_pad, row, widths)).rstrip() for row in shown]


def exact(text: str) -> str:
    """Return a secret to print: as it is, or as JSON if it can't be shown unchanged."""
    return text if safe(text, len(text)) == text else as_json(text)


def cut(text: str, cells: int) -> str:
    """Return `safe(text)`, shortened with an ellipsis to at most `cells` terminal cells."""
    if width(text) <= cells:
        return text
    kept = len(text)
    while width(text[:kept]) >= cells:
        kept -= 1
    return f"{text[:kept]}…"


def width(text: str) -> int:
    """Return the width of `text` in terminal cells: wide characters 2, combining marks 0."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def code_object(entry: Entry | PlainEntry, code: Code | PlainCode) -> dict[str, Any]:
    """Return a code for JSON output; `valid_until` is a Unix time, or None if counter-based."""
    return {
        "id": entry.id,
        "issuer": entry.issuer,
        "account": entry.account,
        "code": code.text,
        "valid_until": None if code.valid_until is None else int(code.valid_until),
    }


def _narrow(widths: list[int], names: int, columns: int) -> None:
    """Reduce the widest of the first widths, down to a few cells, until a row fits."""
    too_much = sum(widths) + 2 * (len(widths) - 1) - columns
    while too_much > 0:
        widest = max(range(names), key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            return
        widths[widest] -= 1
        too_much -= 1


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _pad(text: str, cells: int) -> str:
    return text + " " * (cells - width(text))


def _replace_unencodable(stream: TextIO) -> None:
    if isinstance(stream, io.TextIOWrapper) and stream.errors in {"strict", "surrogateescape"}:
        stream.reconfigure(errors="replace")
