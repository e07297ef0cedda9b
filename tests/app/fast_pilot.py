"""What makes apps quick in tests: no waiting for a time, and no reading of the same styles again.

Textual's pilot waits 40 ms for each key, and longer on a machine that is busy with something
else; and each app reads the style sheets of all its widgets anew. Together that was most of
what the tests of the app took.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual._context import active_app
from textual.app import ScreenStackError
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_RULES: dict[tuple[object, ...], list[RuleSet]] = {}


def make_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the apps of one test fast."""
    for module in ("textual.app", "textual.pilot"):
        monkeypatch.setattr(f"{module}.wait_for_idle", until_quiet)
    parse = Stylesheet._parse_rules

    def parse_once(self: Stylesheet, *args: Any, **more: Any) -> list[RuleSet]:
        which = (args, *sorted(more.items()), frozenset(self._variables.items()))
        if which not in _RULES:
            _RULES[which] = parse(self, *args, **more)
        return _RULES[which]

    monkeypatch.setattr(Stylesheet, "_parse_rules", parse_once)


async def until_quiet(_min_sleep: float = 0, max_sleep: float = 1) -> None:
    """Return once all messages are handled and all changes are painted.

    Keys that wait for work are given `max_sleep` seconds. Takes the place of Textual's
    `wait_for_idle`, which watches the processor. Work in threads is not waited for: see `settle`.
    """
    loop = asyncio.get_running_loop()
    app = active_app.get()
    deadline = loop.time() + max_sleep
    while loop.time() < deadline:
        await asyncio.sleep(0)
        if loop._ready:  # type: ignore[attr-defined]
            continue
        keys = getattr(app, "keys", None)
        if keys is not None and not keys.idle:
            await asyncio.sleep(0.001)
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
