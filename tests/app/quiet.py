"""Waiting for an app in a test: until it has nothing left to do, instead of for a time.

Textual's pilot waits 40 ms for each key, and longer on a machine that is busy with something
else. That was most of what the tests of the app took.
"""

from __future__ import annotations

import asyncio

from textual._context import active_app
from textual.app import ScreenStackError


async def until_quiet(_min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Return once all messages are handled and all changes are painted.

    Takes the place of Textual's `wait_for_idle`, which watches the processor. Work in threads
    is not waited for: see `settle`.
    """
    loop = asyncio.get_running_loop()
    app = active_app.get()
    deadline = loop.time() + max_sleep
    while loop.time() < deadline:
        await asyncio.sleep(0)
        if loop._ready:  # type: ignore[attr-defined]
            continue
        if app._resize_timer is not None:
            app._check_resize()
            continue
        try:
            screen = app.screen
        except ScreenStackError:
            return
        if not (screen.is_current and screen._update_timer._active.is_set()):
            return
        screen._on_timer_update()
