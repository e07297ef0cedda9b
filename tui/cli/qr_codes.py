"""QR codes on standard output: black on white on a terminal, without colours elsewhere."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui import qr
from tui.cli import output
from tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from io import FileIO

IN_HELP = (
    "A QR code is black on white on a terminal, whatever its colours are. Elsewhere it is made\n"
    "of blocks without colours, to be read as dark text on a light ground."
)
"""What a command that shows one says in its help."""

_BLACK_ON_WHITE = "\x1b[38;5;16;48;5;231m"  # of the palette of 256, which themes leave alone
_RESET = "\x1b[0m"


def show(code: qr.QrCode) -> None:
    """Print one code.

    Raises:
        UsageError: the terminal is too narrow for it.
    """
    size = output.terminal()
    _require_width([code], size)
    rows = _write(code, size)
    if size is not None and rows >= size.lines:
        columns, rows = code.size(qr.MARGINS[-1])
        output.say(f"All of it is to be seen in a terminal of {columns} x {rows + 1}.")


def fits(code: qr.QrCode) -> bool:
    """Return whether the terminal takes all of it and a line below; what is none takes any."""
    size = output.terminal()
    return size is None or code.margin_within(size.columns, size.lines - 1) is not None


def show_in_turn(texts: Sequence[str], what: str) -> None:
    """Print the codes of several texts, on a terminal one at a time: Enter takes each off again.

    `what` is what one of them is called: `QR code`.

    Raises:
        UsageError: the terminal is too narrow.
        EntryError: a text is too long for a code.
    """
    size = output.terminal()
    codes = [qr.make(text) for text in texts]
    _require_width(codes, size)
    asked = None if size is None else _asked()
    for place, code in enumerate(codes, 1):
        name = f"{what} {place} of {len(codes)}"
        if size is None or asked is None:
            output.say(name)
            _write(code, size)
            continue
        rows = _write(code, size)
        deed = "shows the next" if place < len(codes) else "takes it off the screen"
        asked.write(f"{name}. Enter {deed}: ".encode())
        asked.readline(4096)
        output.write(f"\x1b[{rows + 1}F\x1b[J")
    if asked is not None:
        asked.close()


def _require_width(codes: Sequence[qr.QrCode], size: os.terminal_size | None) -> None:
    columns, rows = map(max, zip(*(code.size(qr.MARGINS[-1]) for code in codes), strict=True))
    if size is not None and columns > size.columns:
        raise UsageError(
            f"The terminal is too narrow for the QR code: it has {size.columns} columns.",
            f"Enlarge it to at least {columns} x {rows + 1}, or make its letters smaller.",
        )


def _write(code: qr.QrCode, size: os.terminal_size | None) -> int:
    """Write the code and return how many lines it takes."""
    if size is None:
        lines = code.half_blocks()
        output.write("".join(f"{line}\n" for line in lines))
        return len(lines)
    margin = code.margin_within(size.columns, size.lines - 1) or qr.MARGINS[-1]
    lines = code.half_blocks(margin)
    output.write("".join(f"{_BLACK_ON_WHITE}{line}{_RESET}\n" for line in lines))
    return len(lines)


def _asked() -> FileIO | None:
    """The terminal itself, as standard input may hold a password; None where there is none."""
    try:
        found = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return None
    return open(found, "r+b", buffering=0)  # noqa: PTH123 - a descriptor, not a path
