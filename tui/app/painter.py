"""The cells on the terminal: only those that changed are sent."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from functools import lru_cache
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING, NamedTuple

from rich.cells import get_character_cell_size, split_graphemes
from rich.color import ColorSystem
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import SGR_STYLES

if TYPE_CHECKING:
    from rich.segment import Segment

_KEEP = 4
"""Unchanged cells up to this number are sent again, as moving the cursor takes as many bytes."""
_SEEN_ON_SPACE = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Attributes that are visible on a space: lines and reverse."""


_SORTED = 400
"""Runs up to this number are sorted by pen, if that takes fewer bytes."""
_many_spaces = re.compile(" {11,}")
"""Spaces that take more bytes than erasing the cells and moving over them."""
_LEAST_ERASED = 6
"""Spaces at the end of a run from this number are erased: that takes fewer bytes."""
_BLOCK = "█"
_blocks = re.compile(f"{_BLOCK}+|[^{_BLOCK}]+")


_ERASE_START = "\x1b[1K"
"""Erases a line up to the cursor, which stays there."""


class Pen(NamedTuple):
    """How cells are drawn, as parameters of the control sequence SGR."""

    attributes: tuple[str, ...] = ()
    color: str = ""
    background: str = ""

    @property
    def marks_space(self) -> bool:
        """True if more than the background is visible on a space."""
        return not _SEEN_ON_SPACE.isdisjoint(self.attributes)

    def looks_like(self, other: Pen) -> bool:
        """Return True if a space drawn with either pen looks the same."""
        return self == other or (
            self.background == other.background and not self.marks_space and not other.marks_space
        )

    @property
    def fills_cells(self) -> bool:
        """True if a reversed space looks like a full block in this pen: one byte instead of three.

        Not in the terminal's own colors: some show bold text in a brighter one.
        """
        in_palette = self.color.startswith("38;") and self.background.startswith("48;")
        return in_palette and set(self.attributes) <= {"1"}


class Run(NamedTuple):
    """Cells of one line that are drawn with one pen; or none, and `text` is `_ERASE_START`."""

    x: int
    y: int
    cells: int
    text: str
    pen: Pen

    @property
    def is_erased(self) -> bool:
        """True if erasing the cells draws the run; the cursor stays at its start."""
        return self.cells >= _LEAST_ERASED and not self.pen.marks_space and not self.text.strip(" ")


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


class Painter:
    """Turns what Textual paints into control sequences for the cells that differ.

    Textual repaints whole rows, and some of them several times. The painter keeps what the screen
    should show, and what the terminal shows. So frames can also be left out, if the terminal is
    slow: `changes` returns all that differs since the last call.
    """

    def __init__(
        self, colors: ColorSystem = ColorSystem.TRUECOLOR, *, erases: bool = False
    ) -> None:
        self.colors = colors
        """The colors that the terminal has."""
        self.erases = erases
        """True if erased cells get the background color."""
        self.size = (0, 0)
        """Columns and lines."""
        self._wanted: list[Row] = []
        self._sent: list[Row] = []
        self._dirty: set[int] = set()
        self._at: tuple[int, int] | None = None
        self._pen: Pen | None = None

    def resize(self, width: int, height: int) -> None:
        """Start again with nothing painted, if the size is another one."""
        if (width, height) != self.size:
            self.size = (width, height)
            self._wanted = [Row(width) for _ in range(height)]
            self.forget()

    def forget(self) -> None:
        """Send everything again, as nobody knows what the terminal shows."""
        width, height = self.size
        self._sent = [Row(width) for _ in range(height)]
        self._dirty = set(range(height))
        self._at = self._pen = None

    def take(self, update: LayoutUpdate | ChopsUpdate) -> None:
        """Take over what Textual painted."""
        if isinstance(update, LayoutUpdate):
            for y, strips in enumerate(update.strips, update.region.y):
                x = update.region.x
                for strip in strips:
                    x = self._put(x, y, strip)
            return
        for y, start, stop in update.spans:
            for end, (x, chop) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if chop is None or x > stop or end <= start:
                    continue
                inside = start <= x < stop and end <= stop
                self._put(x, y, chop if inside else chop.crop(0, min(end, stop) - x))

    def _put(self, x: int, y: int, segments: Iterable[Segment]) -> int:
        if not 0 <= y < len(self._wanted):
            return x
        self._dirty.add(y)
        row = self._wanted[y]
        for text, style, control in segments:
            if not text or control:
                continue
            pen = _pen(style, self.colors) if style else _PLAIN
            if _BLOCK not in text or not pen.fills_cells:
                x = row.put(x, text, pen)
                continue
            for part in _blocks.findall(text):
                if part[0] == _BLOCK:
                    x = row.put(x, " " * len(part), _reversed(pen))
                else:
                    x = row.put(x, part, pen)
        return x

    def changes(self, cursor: tuple[int, int] | None) -> str:
        """Return what makes the terminal show the screen, with the cursor at `cursor` if given."""
        runs: list[Run] = []
        uncertain: list[Run] = []
        for y in sorted(self._dirty):
            wanted, sent = self._wanted[y], self._sent[y]
            if wanted.texts != sent.texts or wanted.pens != sent.pens:
                _find_runs(y, wanted, sent, runs, uncertain, erases=self.erases)
                wanted.copy_to(sent)
        self._dirty.clear()
        text = self._shortest(runs)
        if uncertain:
            text += self._drawn(uncertain, certain=False)
            self._at = None
        if cursor is not None and self._at != cursor:
            text += _absolute(*cursor)
            self._at = cursor
        return text

    def _shortest(self, runs: list[Run]) -> str:
        """Return what draws these runs, from top to bottom or one pen after the other.

        The pens of one background follow each other.
        """
        if not 1 < len(runs) <= _SORTED:
            return self._drawn(runs)
        pens: dict[Pen, int] = {}
        backgrounds: dict[str, int] = {}
        for run in runs:
            pens.setdefault(run.pen, len(pens))
            backgrounds.setdefault(run.pen.background, len(backgrounds))
        by_pen = copy(self)
        sorted_text = by_pen._drawn(
            sorted(runs, key=lambda run: (backgrounds[run.pen.background], pens[run.pen]))
        )
        text = self._drawn(runs)
        if len(sorted_text) < len(text):
            text, self._at, self._pen = sorted_text, by_pen._at, by_pen._pen
        return text

    def _drawn(self, runs: list[Run], *, certain: bool = True) -> str:
        parts: list[str] = []
        for run in runs:
            x, y, cells, text, pen = run
            if self._at != (x, y):
                parts.append(_move(self._at if certain else None, x, y))
            is_blank = text.isspace() or text == _ERASE_START
            if pen != self._pen and not (
                is_blank and self._pen is not None and pen.looks_like(self._pen)
            ):
                parts.append(_change(self._pen, pen))
                self._pen = pen
            end = x + cells
            if self.erases and certain and not pen.marks_space:
                trailing = len(text) - len(text.rstrip(" "))
                text = _many_spaces.sub(_erase, text[: len(text) - trailing])
                if end == self.size[0] and trailing > 3:
                    text += "\x1b[K"
                    end -= trailing
                elif trailing >= _LEAST_ERASED:
                    text += f"\x1b[{trailing}X"
                    end -= trailing
                else:
                    text += " " * trailing
            parts.append(text)
            self._at = (end, y) if end < self.size[0] else None
        return "".join(parts)


def _find_runs(
    y: int, wanted: Row, sent: Row, runs: list[Run], uncertain: list[Run], *, erases: bool
) -> None:
    """Add what to draw so that a line shows `wanted` instead of `sent`."""
    columns = _differing(wanted, sent)
    if not columns:
        return
    width = len(wanted.texts)
    odd = min(wanted.first_odd(), sent.first_odd())
    if columns[-1] >= odd:
        # From there on, only the terminal knows the columns, so all of it is sent.
        at = bisect_left(columns, odd)
        _join(y, range(odd, width), wanted, uncertain)
        del columns[at:]
    count = len(runs)
    _join(y, columns, wanted, runs, keep=_KEEP, blank=width if erases else 0)
    if not (erases and count < len(runs) and runs[count].is_erased):
        return
    run = runs[count]
    blank = _blank_start(wanted, run.pen)
    if run.x + run.cells <= blank < width:
        runs[count] = Run(blank - 1, y, 0, _ERASE_START, run.pen)
    else:
        above = next((run for run in runs[count - 1 :: -1] if run.is_erased), None)
        if count and above is not None:
            runs[count] = _aligned(run, above, wanted)


def _blank_start(row: Row, pen: Pen) -> int:
    """Return how many cells at the start of a line look like spaces drawn with `pen`."""
    cells = enumerate(zip(row.texts, row.pens, strict=True))
    return next(
        (x for x, (text, each) in cells if text != " " or not _alike(" ", each, pen)),
        len(row.texts),
    )


def _aligned(run: Run, above: Run, row: Row) -> Run:
    """Return a run to erase that starts where the one above does, if the cells there are blank.

    The cursor then only moves down.
    """
    start = above.x
    if start >= run.x or run.pen != above.pen or not _all_blank(row, start, run.x, run.pen):
        return run
    cells = run.x + run.cells - start
    return Run(start, run.y, cells, " " * cells, run.pen)


def _all_blank(row: Row, start: int, end: int, pen: Pen) -> bool:
    """Return True if all these cells look like spaces drawn with `pen`."""
    return row.texts[start:end] == [" "] * (end - start) and all(
        _alike(" ", each, pen) for each in row.pens[start:end]
    )


def _join(
    y: int, columns: Sequence[int], row: Row, runs: list[Run], *, keep: int = 0, blank: int = 0
) -> None:
    """Add the runs of these columns, over up to `keep` cells that don't change.

    Runs of spaces are joined over up to `blank` spaces, as they are erased together.
    """
    texts, pens = row.texts, row.pens
    start = end = 0
    run_pen: Pen | None = None
    is_blank = False  # the run has only spaces so far, and its pen doesn't mark them
    for x in columns:
        text, pen = texts[x], pens[x]
        if text is None or pen is None:
            continue
        if x == end and pen is run_pen:
            end += 1
            is_blank = is_blank and text == " "
            continue
        if run_pen is not None:
            joined = x - end <= keep and all(
                _alike(texts[each], pens[each], run_pen) for each in range(end, x)
            )
            if joined and _alike(text, pen, run_pen):
                end = x + 1
                is_blank = is_blank and text == " "
                continue
            if is_blank and x - end <= blank and _all_blank(row, end, x + 1, run_pen):
                end = x + 1
                continue
            runs.append(_run(y, start, end, row, run_pen))
        start, end, run_pen = x, x + 1, pen
        is_blank = text == " " and not pen.marks_space
    if run_pen is not None:
        runs.append(_run(y, start, end, row, run_pen))


def _alike(text: str | None, pen: Pen | None, other: Pen) -> bool:
    """Return True if a cell looks the same when drawn with the other pen."""
    return pen == other or (pen is not None and (text == " " or not text) and pen.looks_like(other))


def _run(y: int, start: int, end: int, row: Row, pen: Pen) -> Run:
    text = "".join([each or "" for each in row.texts[start:end]])
    return Run(start, y, end - start, text, pen)


_PLAIN = Pen()


def _differing(wanted: Row, sent: Row) -> list[int]:
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


def _move(before: tuple[int, int] | None, x: int, y: int) -> str:
    """Return the shortest control sequence that moves the cursor to a cell, from another if known.

    No backspace or line feed, so that such a character in the output is a mistake.
    """
    if before is None or y < before[1]:
        return _absolute(x, y)
    right, down = x - before[0], y - before[1]
    across = _steps(right, "C") if right > 0 else _steps(-right, "D")
    return min(_steps(down, "B") + across, _absolute(x, y), key=len)


def _steps(count: int, final: str) -> str:
    """Return the control sequence that moves the cursor by `count` cells."""
    return f"\x1b[{count if count > 1 else ''}{final}" if count else ""


def _erase(spaces: re.Match[str]) -> str:
    count = spaces.end() - spaces.start()
    return f"\x1b[{count}X\x1b[{count}C"


def _absolute(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


def _is_simple(text: str) -> bool:
    """Return True if each character takes one cell, on every terminal."""
    if text.isascii():
        return text.isprintable()
    return text.isprintable() and all(
        char < _LAST_SIMPLE and get_character_cell_size(char) == 1 for char in text
    )


_LAST_SIMPLE = "\uffff"


def _cells(text: str) -> Iterator[str]:
    """Yield the text of each cell, without control characters."""
    visible = "".join(char for char in text if char >= " " and not "\x7f" <= char <= "\x9f")
    spans, _ = split_graphemes(visible)
    for start, end, width in spans:
        if width:
            yield visible[start:end]
            yield from [""] * (width - 1)


@lru_cache(maxsize=2048)
def _pen(style: Style, colors: ColorSystem) -> Pen:
    """Return how Textual draws a style."""
    shown = style._attributes & style._set_attributes
    attributes = tuple(code for bit, code in enumerate(SGR_STYLES) if shown & (1 << bit))
    color = background = ""
    if style.color is not None:
        color = ";".join(style.color.downgrade(colors).get_ansi_codes())
    if style.bgcolor is not None:
        background = ";".join(style.bgcolor.downgrade(colors).get_ansi_codes(foreground=False))
    return Pen(attributes, "" if color == "39" else color, "" if background == "49" else background)


@lru_cache(maxsize=256)
def _reversed(pen: Pen) -> Pen:
    return pen._replace(attributes=(*pen.attributes, "7"))


_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}


@lru_cache(maxsize=1024)
def _change(before: Pen | None, pen: Pen) -> str:
    """Return the control sequence to draw with `pen` after drawing with `before`."""
    from_none = ["0", *pen.attributes, *filter(None, (pen.color, pen.background))]
    codes = from_none
    if before is not None:
        dropped = [code for code in before.attributes if code not in pen.attributes]
        off = {_OFF.get(code, "") for code in dropped}
        kept = () if "22" in off else before.attributes
        codes = [*sorted(off), *(code for code in pen.attributes if code not in kept)]
        if pen.color != before.color:
            codes.append(pen.color or "39")
        if pen.background != before.background:
            codes.append(pen.background or "49")
        if "" in off:
            codes = from_none
    change = min(";".join(from_none), ";".join(codes), key=len)
    return "\x1b[m" if change == "0" else f"\x1b[{change}m"
