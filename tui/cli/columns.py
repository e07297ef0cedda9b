"""Aligned columns of untrusted text, by the cells that it takes on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from tui.text import safe

WIDEST = 40
"""Most characters of one name; the JSON output has all of it."""


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return one line for each row, its cells `safe` and padded to the widest of the column."""
    shown = [[safe(cell) for cell in row] for row in rows]
    widths = [max(map(width, column)) for column in zip(*shown, strict=True)]
    return ["  ".join(map(_pad, row, widths)).rstrip() for row in shown]


def cut(text: str, cells: int) -> str:
    """Return `text`, which is `safe`, or as much of it as `cells` take, with an ellipsis."""
    if width(text) <= cells:
        return text
    kept = len(text)
    while width(text[:kept]) >= cells:
        kept -= 1
    return f"{text[:kept]}…"


def width(text: str) -> int:
    """Return how many cells `text` takes: wide characters two, combining marks none."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _pad(text: str, cells: int) -> str:
    return text + " " * (cells - width(text))
