"""Questions that are answered with yes or no, on the terminal and never on standard output."""

from __future__ import annotations

import os

from tui.errors import UsageError
from tui.text import safe

_LONGEST = 1024


def require_terminal(hint: str) -> None:
    """See to it that there is a terminal to ask on, before the work is done.

    Raises:
        UsageError: there is none; `hint` says what to do.
    """
    os.close(_terminal(hint))


def yes(question: str, hint: str) -> bool:
    """Return whether `question` was answered with y or yes.

    Raises:
        UsageError: there is no terminal to ask on; `hint` says what to do.
    """
    with open(_terminal(hint), "r+b", buffering=0) as file:
        file.write(f"{safe(question)} [y/N] ".encode())
        return file.readline(_LONGEST).strip().lower() in {b"y", b"yes"}


def _terminal(hint: str) -> int:
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        raise UsageError("There is no terminal to ask on.", hint) from None
