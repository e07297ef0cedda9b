"""The preview of a merge or a restore, change by change."""

from __future__ import annotations

from rich.segment import Segment
from textual.strip import Strip

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
        self.nothing = nothing

    def show(self, rows: tuple[Change, ...]) -> None:
        """Show these rows."""
        self.rows = list(rows)
        self.rows_changed()

    def row_strip(self, index: int, width: int) -> Strip:
        row, look = self.rows[index], self.look(index)
        room = max(0, width - _FIXED)
        name = max(16, room // 2) if row.details and room >= 32 else room
        return Strip(
            [
                look.mark,
                Segment(
                    " " + fit(row.kind.value, _FIXED - 2), look.tone(_TONES.get(row.kind, "plain"))
                ),
                Segment(fit(row.what, name - 2) + "  ", look.plain),
                Segment(fit(row.details, max(0, room - name)), look.muted),
            ]
        ).adjust_cell_length(width, look.plain)
