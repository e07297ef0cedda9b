"""What was drawn, and is remembered to draw it faster the next time."""

from __future__ import annotations

import functools
import gc

_OURS = {"rich", "textual", "tui"}


def clear() -> None:
    """Let go of every text that was drawn: names, notes, codes, and secrets that were shown.

    Rich remembers how wide a text was; Textual, of widgets that are gone, their lines. Those
    refer to each other in circles and would stay for long if nobody looked for garbage.
    """
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            package = str(getattr(thing, "__module__", "")).partition(".")[0]
            if package in _OURS:
                thing.cache_clear()
    gc.collect()
