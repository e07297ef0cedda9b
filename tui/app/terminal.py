"""Whether the terminal is still there."""

from __future__ import annotations

import select
import sys


def hung_up() -> bool:
    """Return whether standard input was a terminal that has gone away."""
    try:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno(), select.POLLHUP)  # type: ignore[union-attr]
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))
    except (AttributeError, OSError, ValueError):
        return False
