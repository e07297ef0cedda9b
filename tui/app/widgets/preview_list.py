"""The preview of an import, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.segment import Segment
from textual.strip import Strip

from tui.app.widgets.bars import Bar
from tui.app.widgets.cells import fit, width_of
from tui.app.widgets.row_list import RowList
from tui.backup.match import FieldDifference, differences
from tui.backup.plan import LABELS, ImportAction, MatchKind, PlannedEntry

ACTIONS = {ImportAction.SKIP: "skip", ImportAction.ADD: "add", ImportAction.REPLACE: "replace"}
_FIXED = 13
"""Width of the mark and the action, in cells."""
_MARGIN = 2
"""Cells after the names, and at the end of the row."""


class PreviewList(RowList[PlannedEntry]):
    """The entries of one or more files, with their actions; entries can be deselected."""

    def __init__(self) -> None:
        super().__init__(id="preview")
        self.nothing = "The file has no entries."
        self.choices: dict[MatchKind, ImportAction] = {}
        self.deselected: set[int] = set()
        """Indexes of the rows that the user deselected."""
        self._names = self._kinds = 0
        """Width of the longest name, and of the longest kind."""

    def show(self, rows: Sequence[PlannedEntry], choices: Mapping[MatchKind, ImportAction]) -> None:
        """Show these rows, all selected."""
        self.rows, self.choices = list(rows), dict(choices)
        self.deselected.clear()
        self._names = max((width_of(row.what) for row in self.rows), default=0)
        self._kinds = max((width_of(_kind(row)) for row in self.rows), default=0)
        self.top = 0
        self.rows_changed()

    def choose(self, kind: MatchKind, choice: ImportAction) -> None:
        """Set the action for the rows of a kind."""
        self.choices[kind] = choice
        self.refresh()

    @property
    def can_toggle(self) -> bool:
        """True if the highlighted row's kind isn't skipped anyway."""
        row = self.highlighted
        return row is not None and self._choice(row) is not ImportAction.SKIP

    def toggle(self) -> None:
        """Deselect the highlighted row, or select it again."""
        if self.can_toggle:
            self.deselected ^= {self.cursor}
            self.refresh_rows(self.cursor)

    @property
    def chosen(self) -> int:
        """Number of entries that will be added or replace others."""
        return sum(
            index not in self.deselected and self._choice(row) is not ImportAction.SKIP
            for index, row in enumerate(self.rows)
        )

    def row_strip(self, index: int, width: int) -> Strip:
        row, look = self.rows[index], self.look(index)
        mark, action, tone = self._action(row, index)
        state = look.tone(tone)
        reason = "" if row.reason == LABELS[row.kind] else row.reason
        kind = self._kinds + _MARGIN if self._kinds else 0
        room = max(0, width - _FIXED - kind - _MARGIN)
        name = min(self._names, max(14, room // 2)) if reason and room >= 30 else room
        return Strip(
            [
                look.mark,
                Segment(f" {mark} ", state),
                Segment(fit(action, 9), state),
                Segment(fit(_kind(row), kind), look.muted),
                Segment(fit(row.what, name) + " " * _MARGIN, look.plain),
                Segment(fit(reason, max(0, room - name - _MARGIN)), look.muted),
            ]
        ).adjust_cell_length(width, look.plain)

    def _choice(self, row: PlannedEntry) -> ImportAction:
        return self.choices.get(row.kind, ImportAction.SKIP)

    def _action(self, row: PlannedEntry, index: int) -> tuple[str, str, str]:
        if row.kind is MatchKind.REFUSED:
            return "✗", LABELS[row.kind], "error"
        choice = self._choice(row)
        if index in self.deselected:
            choice = ImportAction.SKIP
        if choice is ImportAction.SKIP:
            return "–", ACTIONS[choice], "muted"
        return "✓", ACTIONS[choice], "good"


def _kind(row: PlannedEntry) -> str:
    return "" if row.kind is MatchKind.REFUSED else LABELS[row.kind]


class SideBySide(Bar):
    """The differences between an entry in the vault, or in an earlier file, and one in the file."""

    DEFAULT_CSS = """
    SideBySide { height: 2; display: none; }
    SideBySide.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines = ("", "")
        self._here = ""

    def show(self, row: PlannedEntry | None, in_vault: bool) -> None:
        """Show the differences of a row, or nothing; `in_vault` is False if the entry that it is
        compared with comes from an earlier file."""
        found: tuple[FieldDifference, ...] = ()
        if row is not None and row.existing is not None and row.entry is not None:
            found = differences(row.existing, row.entry)
        here = "   ".join(f"{each.field} {each.here or '–'}" for each in found)
        there = "   ".join(f"{each.field} {each.there or '–'}" for each in found)
        if row is not None and row.kind is MatchKind.SAME_NAME:
            here, there = f"secret   {here}", f"different secret   {there}"
        self._lines = (here, there)
        self._here = "vault" if in_vault else "earlier"
        self.set_class(bool(here or there), "-shown")
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, styles = self.size.width, self.line_styles
        label = f" {(self._here, 'file')[y]:<9}"
        text = fit(self._lines[y], max(0, width - len(label)))
        return Strip([Segment(label, styles.strong), Segment(text, styles.plain)])
