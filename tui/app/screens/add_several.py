"""A question before several entries are added at once: which ones they are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from tui.app.screens.base import Dialog
from tui.app.widgets.bars import KeyBar, Rule, StatusLine, TitleBar
from tui.app.widgets.preview_list import PreviewList
from tui.app.widgets.row_list import RowList
from tui.backup.plan import DEFAULT_ACTIONS, ImportAction, MatchKind, PlannedEntry
from tui.text import plural

_KEYS = [("↵", "add"), ("Space", "leave one out"), ("Esc", "back")]


class AddSeveralScreen(Dialog[frozenset[int] | None]):
    """Lists the rows of a plan. Returns the places of those that stay out; None: add nothing."""

    CSS_PATH = "entry_form.tcss"
    AUTO_FOCUS = "PreviewList"
    BINDINGS: ClassVar = [
        Binding("enter", "add", show=False),
        Binding("space", "leave_out", show=False),
        Binding("escape", "dismiss(None)", show=False),
    ]

    def __init__(self, rows: Sequence[PlannedEntry]) -> None:
        super().__init__()
        self._given = list(rows)

    def compose(self) -> ComposeResult:
        yield TitleBar("add several")
        yield Rule()
        yield PreviewList()
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self._list = self.query_one(PreviewList)
        self._list.show(self._given, DEFAULT_ACTIONS)
        self._tell()

    def on_unmount(self) -> None:
        """Let go of every entry."""
        self._given, self._list.rows = [], []

    def _tell(self) -> None:
        row = self._list.highlighted
        if row is not None and row.reason and self._list.cursor:
            self._say(f"{row.what}: {row.reason}.")
            return
        rows = [row for row in self._given if row.kind is not MatchKind.REFUSED]
        entries = plural(len(rows), "entry")
        chosen = sum(
            DEFAULT_ACTIONS[row.kind] is ImportAction.ADD and place not in self._list.deselected
            for place, row in enumerate(self._given)
        )
        adds = "them all" if chosen == len(rows) else f"{chosen}" if chosen else "none of them"
        words = f"{entries}: Enter adds {adds}."
        here = sum(DEFAULT_ACTIONS[row.kind] is ImportAction.SKIP for row in rows)
        if here:
            words += f" {here} already here."
        lost = [row for row in self._given if row.kind is MatchKind.REFUSED]
        if lost:
            words += f" {_sentence(lost[0])}"
            words += f" {len(lost) - 1} more could not be read." if lost[1:] else ""
        self._say(words, "warning" if lost else "muted")

    def _say(self, text: str, tone: str = "muted") -> None:
        self.query_one(StatusLine).say(text, tone)

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._tell()

    def action_leave_out(self) -> None:
        """Leave the selected entry out, or take it in again."""
        self._list.toggle()
        self._tell()

    def action_add(self) -> None:
        """Add what is ticked."""
        self.dismiss(frozenset(self._list.deselected))


def _sentence(row: PlannedEntry) -> str:
    words = f"{row.what}: {row.reason}."
    return words[:1].upper() + words[1:]
