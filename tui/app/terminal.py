"""The terminal: whether it is still there, and that anything may come from it."""

from __future__ import annotations

import codecs
import select
import sys
from functools import partial


def hung_up() -> bool:
    """Return whether standard input was a terminal that has gone away."""
    try:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno(), select.POLLHUP)  # type: ignore[union-attr]
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))
    except (AttributeError, OSError, ValueError):
        return False


def take_any_bytes() -> None:
    """Let what is no UTF-8 come in as U+FFFD: the thread that reads keys would end the app.

    A text that another program cut, or one in Latin-1, is pasted easily.
    """
    from textual.drivers import linux_driver

    def lenient(encoding: str) -> partial[codecs.IncrementalDecoder]:
        return partial(codecs.getincrementaldecoder(encoding), errors="replace")

    linux_driver.__dict__["getincrementaldecoder"] = lenient
