"""The cells on the terminal: only those that changed are sent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import copy
from typing import TYPE_CHECKING

from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, LayoutUpdate

from tui.app.painting.pens import PLAIN, Pen, change_of, pen_of, reversed_pen
from tui.app.painting.rows import Row
from tui.app.painting.runs import ERASE_START, LEAST_ERASED, Run, find_runs

if TYPE_CHECKING:
    from rich.segment import Segment

_SORTED = 400
"""Runs up to this number are sorted by pen, if that takes fewer bytes."""
_BLOCK = "█"
_blocks = re.compile(f"{_BLOCK}+|[^{_BLOCK}]+")
_many_spaces = re.compile(" {11,}")
"""Spaces that take more bytes than erasing the cells and moving over them."""


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
            pen = pen_of(style, self.colors) if style else PLAIN
            if _BLOCK not in text or not pen.fills_cells:
                x = row.put(x, text, pen)
                continue
            for part in _blocks.findall(text):
                if part[0] == _BLOCK:
                    x = row.put(x, " " * len(part), reversed_pen(pen))
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
                find_runs(y, wanted, sent, runs, uncertain, erases=self.erases)
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
            is_blank = text.isspace() or text == ERASE_START
            if pen != self._pen and not (
                is_blank and self._pen is not None and pen.looks_like(self._pen)
            ):
                parts.append(change_of(self._pen, pen))
                self._pen = pen
            end = x + cells
            if self.erases and certain and not pen.marks_space:
                trailing = len(text) - len(text.rstrip(" "))
                text = _many_spaces.sub(_erase, text[: len(text) - trailing])
                if end == self.size[0] and trailing > 3:
                    text += "\x1b[K"
                    end -= trailing
                elif trailing >= LEAST_ERASED:
                    text += f"\x1b[{trailing}X"
                    end -= trailing
                else:
                    text += " " * trailing
            parts.append(text)
            self._at = (end, y) if end < self.size[0] else None
        return "".join(parts)


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


def _absolute(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"


def _erase(spaces: re.Match[str]) -> str:
    count = spaces.end() - spaces.start()
    return f"\x1b[{count}X\x1b[{count}C"
