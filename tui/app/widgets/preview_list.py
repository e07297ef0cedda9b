"""What an import would do, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping

from rich.segment import Segment
from textual.strip import Strip

from tui.app.looks import looks_of
from tui.app.widgets.cells import fit
from tui.app.widgets.line_list import LineList
from tui.vault.importing import Choice, Kind, Row

WORDS = {
    Kind.NEW: "new",
    Kind.IDENTICAL: "already here",
    Kind.CHANGED: "here, differs",
    Kind.NAMESAKE: "same name",
    Kind.TWICE: "twice in file",
    Kind.REFUSED: "refused",
}
_DEEDS = {Choice.SKIP: "skip", Choice.KEEP: "add", Choice.REPLACE: "replace"}


class PreviewList(LineList):
    """Each row of a plan with what will be done with it; rows can be ticked off."""

    def __init__(self) -> None:
        super().__init__(id="preview")
        self.rows: tuple[Row, ...] = ()
        self.choices: Mapping[Kind, Choice] = {}
        self.unticked: set[int] = set()
        """Places of the rows that the user took out."""

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def show(self, rows: tuple[Row, ...], choices: Mapping[Kind, Choice]) -> None:
        """Show a plan and what is to be done with each kind."""
        if rows != self.rows:
            self.rows = rows
            self.unticked.clear()
            self.top = 0
            self.choices = choices
            self.rows_changed()
        else:
            self.choices = choices
            self.refresh()

    def toggle(self) -> None:
        """Take the row under the cursor out, or in again."""
        if self.rows and self.rows[self.cursor].kind is not Kind.REFUSED:
            self.unticked ^= {self.cursor}
            self.refresh_rows(self.cursor)

    @property
    def ticked(self) -> frozenset[int]:
        """Places of the rows that may come in."""
        return frozenset(range(len(self.rows))) - self.unticked

    def row_strip(self, index: int, width: int) -> Strip:
        row = self.rows[index]
        looks, chosen = looks_of(self.app), index == self.cursor
        base = looks.on_plain if chosen else looks.plain
        muted = looks.on_muted if chosen else looks.muted
        mark, deed, tone = self._deed(row, index)
        state = base if chosen else getattr(looks, tone)
        name = max(14, (width - 30) // 2)
        rest = max(0, width - 30 - name)
        return Strip(
            [
                Segment("▌" if chosen else " ", base),
                Segment(f" {mark} ", state),
                Segment(fit(deed, 9), state),
                Segment(fit(WORDS[row.kind], 15), muted),
                Segment(fit(row.what, name) + "  ", base),
                Segment(fit(row.reason, rest), muted),
            ]
        ).adjust_cell_length(width, base)

    def _deed(self, row: Row, index: int) -> tuple[str, str, str]:
        if row.kind is Kind.REFUSED:
            return "✗", "refused", "error"
        choice = self.choices.get(row.kind, Choice.SKIP)
        if index in self.unticked:
            choice = Choice.SKIP
        if choice is Choice.SKIP:
            return "–", _DEEDS[choice], "muted"
        return "✓", _DEEDS[choice], "good"
