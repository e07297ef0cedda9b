"""What a terminal shows, to compare."""

from __future__ import annotations

import pyte

_HEX = 6
"""Length of a color that isn't one of the terminal's own."""


def cells_of(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Return text and style of each cell, without what nobody sees on a space.

    A full block in a color of the palette is a space on that background.
    """
    return [
        [_cell(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)
    ]


def _cell(cell: pyte.screens.Char) -> tuple[object, ...]:
    marks = (cell.underscore, cell.strikethrough, cell.reverse)
    if cell.data == " " and not any(marks):
        return (" ", cell.bg)
    lined = cell.underscore or cell.strikethrough
    if not lined and cell.data == (" " if cell.reverse else "█") and len(cell.fg) == _HEX:
        return (" ", cell.fg)
    return (cell.data, cell.fg, cell.bg, cell.bold, cell.italics, *marks)
