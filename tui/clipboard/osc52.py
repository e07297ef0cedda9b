"""Copies through the terminal, with the escape sequence OSC 52, which also works over SSH."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Mapping

from tui.clipboard.base import Outcome
from tui.errors import ClipboardError
from tui.tty import open_tty

_SCREEN_CHUNK = 700
_WITHOUT_OSC = {"dumb", "linux"}
"""Terminals (TERM) that print the sequence instead of interpreting it."""


class Osc52Clipboard:
    """Sends codes to the terminal, which doesn't confirm that it copied them."""

    def __init__(self, environ: Mapping[str, str], write: Callable[[str], object]) -> None:
        self._in_screen = bool(environ.get("STY"))
        self._terminal = environ.get("TERM", "")
        self._write = write
        self._sent = False

    def copy(self, text: str) -> Outcome:
        if self._terminal in _WITHOUT_OSC:
            raise ClipboardError("This terminal has no clipboard.")
        self._send(text)
        self._sent = True
        return Outcome.SENT

    def clear(self) -> None:
        if self._sent:
            self._send("")
            self._sent = False

    def _send(self, text: str) -> None:
        sequence = osc52(text)
        try:
            self._write(for_screen(sequence) if self._in_screen else sequence)
        except OSError as error:
            raise ClipboardError(f"Can't write to the terminal: {error.strerror}.") from None


def osc52(text: str) -> str:
    """Return the sequence that puts `text` on the clipboard, or clears it for "".

    xterm's control sequences, OSC 52: anything but base64 clears the selection; most other
    terminals clear it on empty text. The terminator is BEL, because GNU screen takes ST as the end
    of what it passes on.
    """
    return f"\x1b]52;c;{b2a_base64(text.encode(), newline=False).decode()}\a"


def for_screen(sequence: str) -> str:
    """Wrap a sequence so that GNU screen passes it on to its terminal.

    The wrapper is a device control string (DCS), or several if it is long: screen's buffer has 768
    bytes.
    """
    chunks = (
        sequence[start : start + _SCREEN_CHUNK] for start in range(0, len(sequence), _SCREEN_CHUNK)
    )
    return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)


def write_to_terminal(sequence: str) -> None:
    """Write to the controlling terminal; raise OSError without one."""
    with open(open_tty(), "w", encoding="ascii") as terminal:  # noqa: PTH123 - a descriptor
        terminal.write(sequence)
