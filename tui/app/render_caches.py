"""Caches of rendered text, which contain what was on screen."""

from __future__ import annotations

import functools
import gc
import re

_OURS = {"rich", "textual", "tui"}


def clear() -> None:
    """Drop all rendered text: names, notes, codes, and secrets that were shown; and search words.

    Rich caches the widths of texts, and `re` the patterns of searches. Textual caches lines of
    removed widgets, in reference cycles that only the garbage collector frees.
    """
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            package = str(getattr(thing, "__module__", "")).partition(".")[0]
            if package in _OURS:
                thing.cache_clear()
    re.purge()
    gc.collect()
