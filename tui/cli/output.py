"""What the command line says: the only writer to standard output, and to standard error."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Any

from tui.errors import FileError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TextIO

_LINE = 16_384
"""Longest line that is said, in characters; only a path or a secret comes near."""

_CLOSED = "Standard output is closed."


def lines(texts: Iterable[str]) -> None:
    """Write lines to standard output, each made fit for a terminal."""
    write("".join(f"{safe(text, _LINE)}\n" for text in texts))


def json(value: Any) -> None:
    """Write `value` as JSON in ASCII: escapes keep every control character off the terminal."""
    write(as_json(value, indent=2) + "\n")


def as_json(value: Any, indent: int | None = None) -> str:
    """Return `value` as JSON in printable ASCII; in one line without `indent`."""
    from json import dumps

    return dumps(value, indent=indent, ensure_ascii=True).replace("\x7f", "\\u007f")


def write(text: str) -> None:
    """Write `text`, which is fit for a terminal, to standard output, at once.

    Raises:
        FileError: standard output is closed or takes no more.
        BrokenPipeError: the reader went away.
    """
    stream = sys.stdout
    if stream is None:
        raise FileError(_CLOSED)
    _replace_what_does_not_encode(stream)
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FileError(f"Cannot write to standard output: {error.strerror}.") from None


def require_open() -> None:
    """See to it that there is a standard output, before something is done for its sake.

    Raises:
        FileError: it is closed.
    """
    if sys.stdout is None:
        raise FileError(_CLOSED)


def terminal() -> os.terminal_size | None:
    """Return the size of the terminal that standard output is; None: it is none, or a dumb one."""
    if sys.stdout is None or os.environ.get("TERM", "") in {"", "dumb"}:
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno())
    except (OSError, ValueError):
        return None


def say(*texts: str) -> None:
    """Write lines for people to standard error, each made fit for a terminal."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        stream.write("".join(f"{safe(text, _LINE)}\n" for text in texts))
        stream.flush()
    except OSError:
        # Nobody reads it, and there is no other place to complain.
        return


def complain(sentence: str) -> None:
    """Write an error or a warning to standard error, with the program's name before it."""
    say(f"otp-tui: {sentence}")


def abandon_if_broken() -> None:
    """Point a standard output that takes no more at nothing: closing it at exit would raise."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
    except OSError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def _replace_what_does_not_encode(stream: TextIO) -> None:
    if isinstance(stream, io.TextIOWrapper) and stream.errors in {"strict", "surrogateescape"}:
        stream.reconfigure(errors="replace")
