"""Show QR codes on standard output: black on white on a terminal, without color elsewhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui import qr, tty
from tui.cli import output
from tui.cli.terminal import line_of, open_for_pauses, restored
from tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import FileIO

IN_HELP = (
    "On a terminal, QR codes are black on white, whatever the theme. In a file or a pipe they\n"
    "are drawn with block characters without color; view them dark on a light background."
)
"""A paragraph in the help of the commands that show QR codes."""

_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"  # of the 256 colors that themes don't change
_RESET = "\x1b[0m"
_ALTERNATE, _MAIN = "\x1b[?1049h\x1b[H", "\x1b[?1049l"


def show(code: qr.QrCode) -> None:
    """Print one code.

    Raises:
        UsageError: the terminal is too narrow.
    """
    size = output.terminal_size()
    _require_room([code], size)
    rows = _write(code, size)
    if size is not None and rows >= size.lines:
        columns, rows = code.size(qr.MARGINS[-1])
        output.say(f"To see all of it, enlarge the terminal to {columns} x {rows + 1}.")


def fits(code: qr.QrCode) -> bool:
    """Return True if the whole code and a line below it fit, or if output is not a terminal."""
    size = output.terminal_size()
    return size is None or code.margin_within(size.columns, size.lines - 1) is not None


def show_in_turn(texts: Sequence[str], what: str) -> None:
    """Print the QR codes of several texts; on a terminal one at a time, until Enter.

    `what` is the name of one of them, e.g. `QR code`.

    Raises:
        UsageError: the terminal is too small.
        EntryError: a text is too long for a code.
    """
    size = output.terminal_size()
    codes = [qr.make(text) for text in texts]
    pause = None if size is None else open_for_pauses()
    _require_room(codes, size, whole=pause is not None)
    for place, code in enumerate(codes, 1):
        name = f"{what} {place} of {len(codes)}"
        if size is None or pause is None:
            output.say(name)
            _write(code, size)
        else:
            action = "show the next one" if place < len(codes) else "clear it"
            _pause_at(code, size, f"{name}. Press Enter to {action}: ", pause)
    if pause is not None:
        pause.close()


def _pause_at(code: qr.QrCode, size: os.terminal_size, prompt: str, terminal: FileIO) -> None:
    """Show a code until Enter, on the alternate screen, which has no scrollback."""
    text = f"{_ALTERNATE}{''.join(_colored(code, size))}{prompt}"
    shown = text.encode(sys.getfilesystemencoding(), "replace")

    def erase() -> None:
        lines = os.get_terminal_size(terminal.fileno()).lines
        terminal.write(f"{tty.erase(lines)}{_MAIN}".encode())

    with restored(erase, lambda: terminal.write(shown)):
        terminal.write(shown)
        line_of(terminal)


def _require_room(
    codes: Sequence[qr.QrCode], size: os.terminal_size | None, *, whole: bool = False
) -> None:
    """Check that the codes fit the terminal: their width, and if `whole`, their height."""
    columns, rows = map(max, zip(*(code.size(qr.MARGINS[-1]) for code in codes), strict=True))
    if size is not None and (columns > size.columns or (whole and rows >= size.lines)):
        raise UsageError(
            f"The terminal is too small for the QR code ({size.columns} x {size.lines}).",
            f"Enlarge it to at least {columns} x {rows + 1}, or use a smaller font.",
        )


def _write(code: qr.QrCode, size: os.terminal_size | None) -> int:
    """Write the code and return its number of lines."""
    if size is None:
        lines = code.half_blocks()
        output.write("".join(f"{line}\n" for line in lines))
        return len(lines)
    lines = _colored(code, size)
    output.write("".join(lines))
    return len(lines)


def _colored(code: qr.QrCode, size: os.terminal_size) -> list[str]:
    """Return the lines of the code, each with a line feed."""
    margin = code.margin_within(size.columns, size.lines - 1) or qr.MARGINS[-1]
    return [f"{_BLACK_ON_WHITE}{line}{_RESET}\n" for line in code.half_blocks(margin)]
