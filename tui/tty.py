"""The controlling terminal: the only place that opens /dev/tty."""

from __future__ import annotations

import os


def open_tty() -> int:
    """Return a descriptor of the controlling terminal, for reading and writing.

    Raises:
        OSError: the program has no controlling terminal.
    """
    return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
