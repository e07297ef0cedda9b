"""Caches of rendered text, which contain what was on screen."""

from __future__ import annotations

import functools
import gc
import re
import sys
from collections.abc import Iterator

_Cache = functools._lru_cache_wrapper
_PACKAGES = {"rich", "textual", "tui"}


def clear() -> None:
    """Drop all rendered text: names, notes, codes, and secrets that were shown; and search words.

    Rich caches the widths of texts, and `re` the patterns of searches. Textual caches lines of
    removed widgets, in reference cycles that only the garbage collector frees.
    """
    for cache in caches():
        cache.cache_clear()
    re.purge()
    gc.collect()


def caches() -> Iterator[_Cache[object]]:
    """Yield the cached functions and methods of these packages, as far as they are loaded."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _PACKAGES:
            for value in list(vars(module).values()):
                if type(value) is _Cache:
                    yield value
                elif isinstance(value, type) and value.__module__ == name:
                    yield from _cached_methods(value)


def _cached_methods(kind: type) -> Iterator[_Cache[object]]:
    for value in list(vars(kind).values()):
        method = value.fget if type(value) is property else getattr(value, "__func__", value)
        if type(method) is _Cache:
            yield method
