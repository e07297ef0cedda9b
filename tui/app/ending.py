"""The end of the app: within two seconds, whatever still runs, with the terminal restored."""

from __future__ import annotations

import asyncio
import os
import signal
import termios
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from tui.tty import erase

Result = TypeVar("Result")

SIGNALS = (
    signal.SIGTERM,
    signal.SIGHUP,
    signal.SIGQUIT,
    signal.SIGUSR1,
    signal.SIGUSR2,
    signal.SIGALRM,
    signal.SIGVTALRM,
    signal.SIGPROF,
    signal.SIGXCPU,
)
"""Signals that end the app."""
SAVING = 1.0
"""Seconds that saving may take once the app is about to end."""
LAST_RESORT = 1.8
"""Seconds until the process is ended if it couldn't end on its own."""
NOT_SAVED = "NOT SAVED. The last change may be lost: saving took too long."
_RESTORE = (
    b"\x1b[?2026l\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l"
    b"\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l\x1b[m"
)
"""What turns off every mode that the app uses, as Textual's driver does."""


class Ending:
    """Ends the process if it doesn't end on its own. All is in memory until `begin`."""

    def __init__(self) -> None:
        self.saved = True
        """False while a change may be lost."""
        self._began: float | None = None

    def begin(self, code: int, terminal: Any) -> None:
        """Have the process ended soon with an exit code; `terminal` is Textual's driver."""
        if self._began is None:
            self._began = time.monotonic()
            reaper = threading.Timer(LAST_RESORT, self._end, (code, terminal))
            reaper.daemon = True
            reaper.start()

    async def in_time(self, work: Awaitable[Result], otherwise: Result) -> Result:
        """Return the result of `work`, or `otherwise` if the end can't wait for it."""
        began = time.monotonic() if self._began is None else self._began
        try:
            return await asyncio.wait_for(work, max(0.05, began + SAVING - time.monotonic()))
        except TimeoutError:
            return otherwise

    def _end(self, code: int, terminal: Any) -> None:
        restore = threading.Thread(target=self._restore, args=(terminal,), daemon=True)
        restore.start()
        restore.join(0.1)  # nobody may read it
        os._exit(code)

    def _restore(self, terminal: Any) -> None:
        descriptor: Any = getattr(terminal, "fileno", None)
        before: Any = getattr(terminal, "attrs_before", None)
        if isinstance(descriptor, int) and before:
            try:
                termios.tcsetattr(descriptor, termios.TCSANOW, before)
                os.write(2, erase(os.get_terminal_size(descriptor).lines).encode() + _RESTORE)
                if not self.saved:
                    os.write(2, f"otp-tui: {NOT_SAVED}\n".encode())
            except (OSError, termios.error):
                return


class DaemonExecutor(ThreadPoolExecutor):
    """Runs each call in a daemon thread, so that the end waits for none of them."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Start the call, and return its future."""
        future: Future[Any] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - raised again where it is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=run, daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the calls behind."""
