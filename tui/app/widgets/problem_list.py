"""What a format cannot hold, will change, or may be refused for, entry by entry."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from tui.app.styles import styles_of
from tui.app.symbols import HIGHLIGHT
from tui.app.widgets.cells import fit
from tui.app.widgets.row_list import RowList
from tui.backup.model import ExportPlan, Problem


class ProblemList(RowList):
    """The remarks of an `ExportPlan`."""

    def __init__(self) -> None:
        super().__init__(id="fit")
        self._rows: list[tuple[str, str, Problem]] = []

    @property
    def row_count(self) -> int:
        return len(self._rows)

    @property
    def highlighted(self) -> Problem | None:
        """The remark under the cursor."""
        return self._rows[self.cursor][2] if self._rows else None

    def show(self, found: ExportPlan) -> None:
        """Show what is left out first, then what changes, then the notes."""
        self._rows = [
            (mark, tone, problem)
            for mark, tone, problems in (
                ("✗ left out", "error", found.left_out),
                ("! changed", "warning", found.changed),
                ("· note", "muted", found.notes),
            )
            for problem in problems
        ]
        self.rows_changed()

    def row_strip(self, index: int, width: int) -> Strip:
        mark, tone, problem = self._rows[index]
        styles, highlighted = styles_of(self.app), index == self.cursor and self.has_focus
        base = styles.on_plain if highlighted else styles.plain
        muted = styles.on_muted if highlighted else styles.muted
        name = min(28, max(12, (width - 16) // 3))
        return Strip(
            [
                Segment(f"{HIGHLIGHT} " if highlighted else "  ", base),
                Segment(fit(mark, 12), base if highlighted else getattr(styles, tone)),
                Segment(fit(problem.what, name) + "  ", base),
                Segment(fit(problem.reason, max(0, width - 16 - name)), muted),
            ]
        ).adjust_cell_length(width, base)

    def empty_strip(self, line: int, width: int) -> Strip:
        if self._rows or line != 1:
            return super().empty_strip(line, width)
        text = fit("  ✓ The format can hold everything that is highlighted.", width)
        return Strip([Segment(text, styles_of(self.app).muted)])
