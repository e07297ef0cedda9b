"""What a terminal shows, to compare."""

from __future__ import annotations

import pyte


def cells_of(screen: pyte.Screen) -> list[list[tuple[object, ...]]]:
    """Return text and style of each cell, without what nobody sees on a space."""
    return [
        [_cell(screen.buffer[y][x]) for x in range(screen.columns)] for y in range(screen.lines)
    ]


def _cell(cell: pyte.screens.Char) -> tuple[object, ...]:
    marks = (cell.underscore, cell.strikethrough, cell.reverse)
    if cell.data == " " and not any(marks):
        return (" ", cell.bg)
    return (cell.data, cell.fg, cell.bg, cell.bold, cell.italics, *marks)
