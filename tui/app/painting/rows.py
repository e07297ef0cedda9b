"""A line of the screen as cells, and the columns in which two of them differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress
from operator import ne

from rich.cells import get_character_cell_size, split_graphemes

from tui.app.painting.pens import Pen

_LAST_SIMPLE = "\uffff"
"""Characters above may take two cells on some terminals and one on others."""


class Row:
    """The cells of one line. Those that are not known have None as text."""

    __slots__ = ("odd", "pens", "texts")

    def __init__(self, width: int) -> None:
        self.texts: list[str | None] = [None] * width
        """Text of each cell; "" in the second cell of a wide character."""
        self.pens: list[Pen | None] = [None] * width
        self.odd = False
        """True if there may be cells with other than one character of one cell."""

    def put(self, x: int, text: str, pen: Pen) -> int:
        """Draw text from column `x`; return the column after it."""
        if _is_simple(text):
            cells: list[str] = list(text)
        else:
            self.odd = True
            cells = list(_cells(text))
        cells = cells[: max(0, len(self.texts) - x)]
        if not cells:
            return x
        end = x + len(cells)
        if self.odd:
            # Half of a wide character is none.
            if x and self.texts[x] == "":
                self.texts[x - 1] = " "
            if end < len(self.texts) and self.texts[end] == "":
                self.texts[end] = " "
        self.texts[x:end] = cells
        self.pens[x:end] = [pen] * len(cells)
        return end

    def first_odd(self) -> int:
        """Return the first column from which terminals may disagree about columns."""
        if self.odd:
            for x, text in enumerate(self.texts):
                if text is not None and len(text) != 1:
                    return x if text else x - 1
            self.odd = False
        return len(self.texts)

    def copy_to(self, other: Row) -> None:
        """Make `other` equal."""
        other.texts[:], other.pens[:], other.odd = self.texts, self.pens, self.odd


def _is_simple(text: str) -> bool:
    """Return True if each character takes one cell, on every terminal."""
    if text.isascii():
        return text.isprintable()
    return text.isprintable() and all(
        char < _LAST_SIMPLE and get_character_cell_size(char) == 1 for char in text
    )


def _cells(text: str) -> Iterator[str]:
    """Yield the text of each cell, without control characters."""
    visible = "".join(char for char in text if char >= " " and not "\x7f" <= char <= "\x9f")
    spans, _ = split_graphemes(visible)
    for start, end, width in spans:
        if width:
            yield visible[start:end]
            yield from [""] * (width - 1)


def differing(wanted: Row, sent: Row) -> list[int]:
    """Return the columns that look different."""
    if wanted.pens == sent.pens:
        return list(compress(range(len(wanted.texts)), map(ne, wanted.texts, sent.texts)))
    columns = []
    pen_before: Pen | None = None
    old_before: Pen | None = None
    alike = alike_on_space = True
    cells = zip(wanted.texts, sent.texts, wanted.pens, sent.pens, strict=True)
    for x, (text, before, pen, old) in enumerate(cells):
        if text != before:
            columns.append(x)
        elif pen is not old:
            if pen is not pen_before or old is not old_before:
                pen_before, old_before = pen, old
                alike = pen == old
                alike_on_space = pen is not None and old is not None and pen.looks_like(old)
            if not (alike or (alike_on_space and text == " ")):
                columns.append(x)
    return columns


def alike(text: str | None, pen: Pen | None, other: Pen) -> bool:
    """Return True if a cell looks the same when drawn with the other pen."""
    return pen == other or (pen is not None and (text == " " or not text) and pen.looks_like(other))


def all_blank(row: Row, start: int, end: int, pen: Pen) -> bool:
    """Return True if all these cells look like spaces drawn with `pen`."""
    return row.texts[start:end] == [" "] * (end - start) and all(
        alike(" ", each, pen) for each in row.pens[start:end]
    )


def blank_start(row: Row, pen: Pen) -> int:
    """Return how many cells at the start of a line look like spaces drawn with `pen`."""
    cells = enumerate(zip(row.texts, row.pens, strict=True))
    return next(
        (x for x, (text, each) in cells if text != " " or not alike(" ", each, pen)),
        len(row.texts),
    )
