"""Fits text to terminal cells."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len, set_cell_size

from tui.text import safe

_SELECTORS = {0xFE0E: None, 0xFE0F: None}


@lru_cache(maxsize=4096)
def fit(text: str, width: int) -> str:
    """Return `text`, made safe, in exactly `width` cells, shortened with an ellipsis.

    Variation selectors are removed, as terminals disagree about their width.
    """
    shown = safe(text).translate(_SELECTORS)
    if width <= 0:
        return ""
    if cell_len(shown) <= width:
        return set_cell_size(shown, width)
    return set_cell_size(set_cell_size(shown, width - 1).rstrip() + "…", width)


def width_of(text: str) -> int:
    """Return the width of `text` in cells, once it is made safe."""
    return cell_len(safe(text).translate(_SELECTORS))
