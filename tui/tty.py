"""The controlling terminal: the only place that opens /dev/tty; and how to erase a screen."""

from __future__ import annotations

import os


def open_tty() -> int:
    """Return a descriptor of the controlling terminal, for reading and writing.

    Raises:
        OSError: the program has no controlling terminal.
    """
    return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)


def erase(lines: int) -> str:
    """Return what erases the screen line by line, as tmux keeps what is cleared at once."""
    return "".join(f"\x1b[{line};1H\x1b[2K" for line in range(lines, 0, -1))
