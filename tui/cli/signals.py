"""Signals that end a program while it has something to clean up."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


@contextmanager
def clean_up_on_signals() -> Iterator[None]:
    """Turn signals that would end the program at once into SystemExit, so that blocks clean up.

    Ignored signals stay ignored, e.g. SIGHUP with nohup. The exit code is the one that shells
    report: 128 + the number.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    replaced = [number for number in _ENDING if signal.getsignal(number) == signal.SIG_DFL]

    def leave(number: int, _frame: FrameType | None) -> None:
        for each in replaced:
            signal.signal(each, signal.SIG_IGN)  # one is enough; don't interrupt the cleanup
        raise SystemExit(128 + number)

    for number in replaced:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in replaced:
            signal.signal(number, signal.SIG_DFL)
