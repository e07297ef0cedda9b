"""Daemon threads for slow calls that can't be stopped, e.g. key derivations.

If nobody wants the result any more, such a call is left behind: it runs on, its result is dropped,
and the program can exit before it ends. So it must not write anything.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class Outcome(Generic[Result]):
    """What a call returned or raised."""

    def __init__(self, call: Callable[[], Result]) -> None:
        self._values: list[Result] = []
        self._error: BaseException | None = None
        try:
            self._values.append(call())
        except BaseException as error:  # noqa: BLE001 - raised again in the other thread
            self._error = error

    def get(self) -> Result:
        """Return the value, or raise the error."""
        if self._error is not None:
            raise self._error
        return self._values[0]


def start(
    call: Callable[[], Result], done: Callable[[Outcome[Result]], object]
) -> threading.Thread:
    """Run `call` in a daemon thread, and then `done` in that thread."""
    thread = threading.Thread(target=lambda: done(Outcome(call)), daemon=True)
    thread.start()
    return thread


def interruptible(
    call: Callable[[], Result], meanwhile: Callable[[], object] | None = None
) -> Result:
    """Return the result of a call into C code, which Ctrl+C otherwise interrupts only at its end.

    `meanwhile` is called while the call runs.

    Raises:
        KeyboardInterrupt: Ctrl+C in the main thread; the call is left behind.
    """
    if meanwhile is None and threading.current_thread() is not threading.main_thread():
        return call()
    outcomes: list[Outcome[Result]] = []
    thread = start(call, outcomes.append)
    if meanwhile is not None:
        meanwhile()
    thread.join()
    return outcomes[0].get()
