"""Show QR codes on standard output: black on white on a terminal, without color elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui import qr
from tui.cli import output
from tui.cli.terminal import open_for_pauses
from tui.errors import UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

IN_HELP = (
    "On a terminal, QR codes are black on white, whatever the theme. In a file or a pipe they\n"
    "are drawn with block characters without color; view them dark on a light background."
)
"""A paragraph in the help of the commands that show QR codes."""

_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"  # of the 256 colors that themes don't change
_RESET = "\x1b[0m"


def show(code: qr.QrCode) -> None:
    """Print one code.

    Raises:
        UsageError: the terminal is too narrow.
    """
    size = output.terminal_size()
    _require_width([code], size)
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
        UsageError: the terminal is too narrow.
        EntryError: a text is too long for a code.
    """
    size = output.terminal_size()
    codes = [qr.make(text) for text in texts]
    _require_width(codes, size)
    pause = None if size is None else open_for_pauses()
    for place, code in enumerate(codes, 1):
        name = f"{what} {place} of {len(codes)}"
        if size is None or pause is None:
            output.say(name)
            _write(code, size)
            continue
        rows = _write(code, size)
        action = "show the next one" if place < len(codes) else "clear it"
        pause.write(f"{name}. Press Enter to {action}: ".encode())
        pause.readline(4096)
        output.write(f"\x1b[{rows + 1}F\x1b[J")
    if pause is not None:
        pause.close()


def _require_width(codes: Sequence[qr.QrCode], size: os.terminal_size | None) -> None:
    columns, rows = map(max, zip(*(code.size(qr.MARGINS[-1]) for code in codes), strict=True))
    if size is not None and columns > size.columns:
        raise UsageError(
            f"The terminal is too narrow for the QR code ({size.columns} columns).",
            f"Enlarge it to at least {columns} x {rows + 1}, or use a smaller font.",
        )


def _write(code: qr.QrCode, size: os.terminal_size | None) -> int:
    """Write the code and return its number of lines."""
    if size is None:
        lines = code.half_blocks()
        output.write("".join(f"{line}\n" for line in lines))
        return len(lines)
    margin = code.margin_within(size.columns, size.lines - 1) or qr.MARGINS[-1]
    lines = code.half_blocks(margin)
    output.write("".join(f"{_BLACK_ON_WHITE}{line}{_RESET}\n" for line in lines))
    return len(lines)
