"""Fits text to terminal cells."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from itertools import groupby

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.content import Content

from tui.text import safe

MARKED = Style(underline=True)
"""Added to the style of letters that match a search."""
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


def wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, made safe, in at most `width` cells each, broken at spaces."""
    lines = [each.plain.rstrip() for each in Content(safe(text)).wrap(max(1, width))]
    return [fit(line, min(width, width_of(line))) for line in lines if line]


def width_of(text: str) -> int:
    """Return the width of `text` in cells, once it is made safe."""
    return cell_len(safe(text).translate(_SELECTORS))


def marked(text: str, places: Collection[int], width: int, style: Style) -> list[Segment]:
    """Return `text` as `fit` does, with the characters at `places` underlined."""
    fitted = fit(text, width)
    if not places:
        return [Segment(fitted, style)]
    plain = text.isascii() and text.isprintable()
    parts = text if plain else [safe(char).translate(_SELECTORS) for char in text]
    # What `fit` shortened, or made safe as a whole, isn't marked.
    pairs = enumerate(zip(fitted, "".join(parts), strict=False))
    same = next((at for at, (shown, meant) in pairs if shown != meant), len(fitted))
    segments: list[Segment] = []
    start = end = 0
    for is_marked, run in groupby(enumerate(parts), key=lambda part: part[0] in places):
        end = min(same, end + sum(len(part) for _, part in run))
        segments.append(Segment(fitted[start:end], style + MARKED if is_marked else style))
        start = end
    segments.append(Segment(fitted[end:], style))
    return [segment for segment in segments if segment.text]
