"""Rendered text leaves all caches."""

from __future__ import annotations

import functools
import gc

from textual.pilot import Pilot

from tui.app import render_caches


async def test_every_cache_of_the_app_is_found(pilot: Pilot[None]) -> None:
    await pilot.press("question_mark", "escape", "slash", "g")
    all_caches = (one for one in gc.get_objects() if type(one) is functools._lru_cache_wrapper)
    packages = {"rich", "textual", "tui"}
    of_the_app = {
        id(one): one for one in all_caches if one.__module__.partition(".")[0] in packages
    }
    assert of_the_app
    missed = of_the_app.keys() - set(map(id, render_caches.caches()))
    assert [of_the_app[one].__qualname__ for one in missed] == []
