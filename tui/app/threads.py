"""Threads for slow calls, while the app keeps running."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from tui.threads import Outcome, start

Result = TypeVar("Result")


async def in_thread(call: Callable[[], Result]) -> Result:
    """Run a slow call in a thread while the screen keeps running, and return its result.

    When the app exits, the call is left behind after a second or two (see `ending`): what it writes
    must be complete or absent at any time.
    """
    return await asyncio.to_thread(call)


async def in_daemon_thread(call: Callable[[], Result]) -> Result:
    """Run a slow call that writes nothing, e.g. a key derivation, and return its result.

    If the worker is canceled or the app exits, the call is left behind and its result dropped.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[Outcome[Result]] = loop.create_future()

    def give(ended: Outcome[Result]) -> None:
        if not outcome.done():
            outcome.set_result(ended)

    def done(ended: Outcome[Result]) -> None:
        with suppress(RuntimeError):  # the app has exited
            loop.call_soon_threadsafe(give, ended)

    start(call, done)
    return (await outcome).get()
