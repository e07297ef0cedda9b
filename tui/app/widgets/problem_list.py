"""The problems of an export, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from tui.app.widgets.cells import fit, width_of
from tui.app.widgets.row_list import RowList
from tui.backup.model import ExportPlan, Problem

_FIXED = 14
"""Width of the highlight and the mark, in cells."""
_MARGIN = 2
"""Cells after the names, and at the end of the row."""


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A problem and its severity."""

    mark: str
    tone: str
    """Name of a field of `LineStyles`."""
    problem: Problem


class ProblemList(RowList[ProblemRow]):
    """The problems of an `ExportPlan`."""

    def __init__(self) -> None:
        super().__init__(id="problems")
        self.nothing = "✓ Everything can be exported."
        self._names = 0
        """Width of the longest name of an entry."""

    def show(self, plan: ExportPlan) -> None:
        """Show left-out entries first, then changes, then notes."""
        self.rows = [
            ProblemRow(mark, tone, problem)
            for mark, tone, problems in (
                ("✗ left out", "error", plan.left_out),
                ("! changed", "warning", plan.changed),
                ("· note", "muted", plan.notes),
            )
            for problem in problems
        ]
        self._names = max((width_of(row.problem.what) for row in self.rows), default=0)
        self.rows_changed()

    def row_strip(self, index: int, width: int) -> Strip:
        row, look = self.rows[index], self.look(index)
        room = max(0, width - _FIXED - 2 * _MARGIN)
        name = min(self._names, max(12, room // 2))
        return Strip(
            [
                look.mark,
                Segment(" " + fit(row.mark, 12), look.tone(row.tone)),
                Segment(fit(row.problem.what, name) + " " * _MARGIN, look.plain),
                Segment(fit(row.problem.reason, max(0, room - name)), look.muted),
            ]
        ).adjust_cell_length(width, look.plain)

    def is_highlighted(self, index: int) -> bool:
        return index == self.cursor and self.has_focus
