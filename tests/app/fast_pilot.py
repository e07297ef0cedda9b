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
from textual.pilot import Pilot
from textual.screen import Screen

_paint = Screen._compositor_refresh
_RULES: dict[tuple[object, ...], list[RuleSet]] = {}

_PATIENCE = 1.0
"""Seconds that keys are given if they wait for work."""


def expect_held_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less for keys, in a test that holds the work that they wait for.

    Long enough to let Ctrl+L interrupt the work: see `tui.app.key_queue`.
    """
    monkeypatch.setattr("tests.app.fast_pilot._PATIENCE", 0.2)


def make_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the apps of one test fast."""
    monkeypatch.setattr("textual.app.wait_for_idle", until_handled)
    monkeypatch.setattr("textual.pilot.wait_for_idle", until_quiet)
    monkeypatch.setattr(Pilot, "_wait_for_screen", _all_is_handled)
    monkeypatch.setattr(Screen, "_compositor_refresh", _paint_when_quiet)
    monkeypatch.setattr("tui.memory.wipe_freed", lambda: None)  # test_memory runs the real one
    # Seven caches for each line of each widget, which the collector scans at each lock.
    monkeypatch.setattr("textual.strip.FIFOCache", lambda _maxsize: {})
    # The same identity, but computed in C: each style update asks for it hundreds of times.
    monkeypatch.setattr(RuleSet, "__hash__", object.__hash__)
    parse = Stylesheet._parse_rules

    def parse_once(self: Stylesheet, *args: Any, **more: Any) -> list[RuleSet]:
        which = (args, *sorted(more.items()), _variables(self))
        if which not in _RULES:
            _RULES[which] = parse(self, *args, **more)
        return _RULES[which]

    monkeypatch.setattr(Stylesheet, "_parse_rules", parse_once)


def _paint_when_quiet(screen: Screen[object]) -> None:
    """Leave the top screen to `until_quiet`: nobody sees what is painted before."""
    if screen is screen.app.screen:
        screen._dirty_widgets.clear()
    else:
        _paint(screen)


_LAST: list[Any] = [None, None]


def _variables(sheet: Stylesheet) -> frozenset[tuple[str, str]]:
    """The variables of a style sheet, which parses a hundred sources with the same."""
    if _LAST[0] is not sheet._variables:
        _LAST[:] = sheet._variables, frozenset(sheet._variables.items())
    return _LAST[1]  # type: ignore[no-any-return]


async def _all_is_handled(_: Pilot[object], timeout: float = 30) -> bool:
    """Take the place of a message to each widget, most of what a key in a form took."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + timeout
    while loop.time() < deadline:
        await asyncio.sleep(0)
        if not loop._ready:  # type: ignore[attr-defined]
            return True
    return False


async def until_handled(_min_sleep: float = 0, max_sleep: float | None = None) -> None:
    """Return once all messages and keys are handled. A fast typist sees nothing in between.

    Keys that wait for work are given `max_sleep` seconds, by default `_PATIENCE`. Work in threads
    is not waited for: see `settle`.
    """
    loop = asyncio.get_running_loop()
    keys = getattr(active_app.get(), "keys", None)
    deadline = loop.time() + (_PATIENCE if max_sleep is None else max_sleep)
    while loop.time() < deadline:
        await asyncio.sleep(0)
        if loop._ready:  # type: ignore[attr-defined]
            continue
        if keys is None or keys.idle:
            return
        await asyncio.sleep(0.001)


async def until_quiet(_min_sleep: float = 0, max_sleep: float | None = None) -> None:
    """Return once all messages and keys are handled and all changes are painted.

    Takes the place of Textual's `wait_for_idle`, which watches the processor.
    """
    app = active_app.get()
    clock = asyncio.get_running_loop().time
    deadline = clock() + (_PATIENCE if max_sleep is None else max_sleep)
    while (left := deadline - clock()) > 0:
        await until_handled(max_sleep=left)
        if app._resize_timer is not None:
            app._check_resize()
            continue
        try:
            screen = app.screen
        except ScreenStackError:
            return
        if not (screen.is_current and screen._update_timer._active.is_set()):
            if screen.is_current and screen._compositor._dirty_regions:
                _paint(screen)
            return
        screen._on_timer_update()
