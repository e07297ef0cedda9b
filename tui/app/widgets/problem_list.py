"""The problems of an export, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from tui.app.styles import styles_of
from tui.app.symbols import HIGHLIGHT
from tui.app.widgets.cells import fit
from tui.app.widgets.row_list import RowList
from tui.backup.model import ExportPlan, Problem


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
        self.rows_changed()

    def row_strip(self, index: int, width: int) -> Strip:
        row = self.rows[index]
        styles, highlighted = styles_of(self.app), index == self.cursor and self.has_focus
        base = styles.on_plain if highlighted else styles.plain
        muted = styles.on_muted if highlighted else styles.muted
        name = min(28, max(12, (width - 16) // 3))
        return Strip(
            [
                Segment(f"{HIGHLIGHT} " if highlighted else "  ", base),
                Segment(fit(row.mark, 12), base if highlighted else getattr(styles, row.tone)),
                Segment(fit(row.problem.what, name) + "  ", base),
                Segment(fit(row.problem.reason, max(0, width - 16 - name)), muted),
            ]
        ).adjust_cell_length(width, base)

    def empty_strip(self, line: int, width: int) -> Strip:
        if self.rows or line != 1:
            return super().empty_strip(line, width)
        text = fit("  ✓ Everything can be exported.", width)
        return Strip([Segment(text, styles_of(self.app).muted)])
