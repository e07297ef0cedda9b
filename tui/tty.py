"""The controlling terminal: the only place that opens /dev/tty; and how to erase a screen."""

from __future__ import annotations

import os
import sys

LINE_LIMIT = 4095 if sys.platform == "linux" else 1023
"""Bytes of a line that are sure to arrive; terminals silently drop what is typed after them."""


def open_tty() -> int:
    """Return a descriptor of the controlling terminal, for reading and writing.

    Raises:
        OSError: the program has no controlling terminal.
    """
    return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)


def erase(lines: int) -> str:
    """Return what erases the screen line by line, as tmux keeps what is cleared at once."""
    return "".join(f"\x1b[{line};1H\x1b[2K" for line in range(lines, 0, -1))


def may_be_cut(line: bytes) -> bool:
    """Return True if a line read from a terminal may lack its end."""
    return len(line.rstrip(b"\r\n")) >= LINE_LIMIT
