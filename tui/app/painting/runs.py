"""The cells of a line that have to be drawn, in runs with the same pen."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from tui.app.painting.pens import Pen
from tui.app.painting.rows import Row, alike, all_blank, blank_start, differing

_KEEP = 4
"""Unchanged cells up to this number are sent again, as moving the cursor takes as many bytes."""
LEAST_ERASED = 6
"""Spaces at the end of a run from this number are erased: that takes fewer bytes."""
ERASE_START = "\x1b[1K"
"""Erases a line up to the cursor, which stays there."""


class Run(NamedTuple):
    """Cells of one line that are drawn with one pen; or none, and `text` is `ERASE_START`."""

    x: int
    y: int
    cells: int
    text: str
    pen: Pen

    @property
    def is_erased(self) -> bool:
        """True if erasing the cells draws the run; the cursor stays at its start."""
        return self.cells >= LEAST_ERASED and not self.pen.marks_space and not self.text.strip(" ")


def find_runs(
    y: int, wanted: Row, sent: Row, runs: list[Run], uncertain: list[Run], *, erases: bool
) -> None:
    """Add what to draw so that a line shows `wanted` instead of `sent`."""
    columns = differing(wanted, sent)
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
    blank = blank_start(wanted, run.pen)
    if run.x + run.cells <= blank < width:
        runs[count] = Run(blank - 1, y, 0, ERASE_START, run.pen)
    else:
        above = next((run for run in runs[count - 1 :: -1] if run.is_erased), None)
        if count and above is not None:
            runs[count] = _aligned(run, above, wanted)


def _aligned(run: Run, above: Run, row: Row) -> Run:
    """Return a run to erase that starts where the one above does, if the cells there are blank.

    The cursor then only moves down.
    """
    start = above.x
    if start >= run.x or run.pen != above.pen or not all_blank(row, start, run.x, run.pen):
        return run
    cells = run.x + run.cells - start
    return Run(start, run.y, cells, " " * cells, run.pen)


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
                alike(texts[each], pens[each], run_pen) for each in range(end, x)
            )
            if joined and alike(text, pen, run_pen):
                end = x + 1
                is_blank = is_blank and text == " "
                continue
            if is_blank and x - end <= blank and all_blank(row, end, x + 1, run_pen):
                end = x + 1
                continue
            runs.append(_run(y, start, end, row, run_pen))
        start, end, run_pen = x, x + 1, pen
        is_blank = text == " " and not pen.marks_space
    if run_pen is not None:
        runs.append(_run(y, start, end, row, run_pen))


def _run(y: int, start: int, end: int, row: Row, pen: Pen) -> Run:
    text = "".join([each or "" for each in row.texts[start:end]])
    return Run(start, y, end - start, text, pen)
