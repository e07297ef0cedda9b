"""The preview of a merge or a restore, change by change."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

from tui.app.styles import styles_of
from tui.app.symbols import HIGHLIGHT
from tui.app.widgets.cells import fit
from tui.app.widgets.row_list import RowList
from tui.vault.changes import Change, ChangeKind

_TONES = {
    ChangeKind.NEW: "good",
    ChangeKind.BOTH: "warning",
    ChangeKind.DELETED: "error",
    ChangeKind.REMOVED: "error",
}
_FIXED = 13
"""Cells before the name."""


class ChangeList(RowList[Change]):
    """What merging or restoring copies changes, one line for each entry."""

    def __init__(self, nothing: str = "Nothing to merge.") -> None:
        """`nothing` is shown if there are no changes."""
        super().__init__(id="changes")
        self._nothing = nothing

    def show(self, rows: tuple[Change, ...]) -> None:
        """Show these rows."""
        self.rows = list(rows)
        self.rows_changed()

    def row_strip(self, index: int, width: int) -> Strip:
        row = self.rows[index]
        styles, highlighted = styles_of(self.app), index == self.cursor
        base = styles.on_plain if highlighted else styles.plain
        muted = styles.on_muted if highlighted else styles.muted
        tone = base if highlighted else getattr(styles, _TONES.get(row.kind, "plain"))
        room = max(0, width - _FIXED)
        name = max(16, room // 2) if row.details and room >= 32 else room
        return Strip(
            [
                Segment(HIGHLIGHT if highlighted else " ", styles.on_code if highlighted else base),
                Segment(" " + fit(row.kind.value, _FIXED - 2), tone),
                Segment(fit(row.what, name - 2) + "  ", base),
                Segment(fit(row.details, max(0, room - name)), muted),
            ]
        ).adjust_cell_length(width, base)

    def empty_strip(self, line: int, width: int) -> Strip:
        if self.rows or line != 1:
            return super().empty_strip(line, width)
        return Strip([Segment(fit(f"  {self._nothing}", width), styles_of(self.app).muted)])
