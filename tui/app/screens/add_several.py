"""Lets the user select which of several entries to add."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding

from tui.app.screens.base import Dialog
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.preview_list import PreviewList
from tui.app.widgets.row_list import RowList
from tui.app.widgets.status_line import StatusLine
from tui.backup.plan import DEFAULT_ACTIONS, ImportAction, MatchKind, PlannedEntry
from tui.text import plural

_KEYS = [("↵", "add"), ("Space", "select"), ("Esc", "back")]


class AddSeveralScreen(Dialog[frozenset[int] | None]):
    """Returns the indexes in the plan of the deselected entries; None to add nothing."""

    CSS_PATH = "entry_form.tcss"
    AUTO_FOCUS = "PreviewList"
    BINDINGS: ClassVar = [
        Binding("enter", "add", show=False),
        Binding("space", "toggle_entry", show=False),
        Binding("escape", "dismiss(None)", show=False),
    ]

    def __init__(self, planned: Sequence[PlannedEntry]) -> None:
        super().__init__()
        self._planned = list(planned)

    def compose(self) -> ComposeResult:
        self._list = PreviewList()
        self._list.show(self._planned, DEFAULT_ACTIONS)
        yield TitleBar("add several")
        yield self._list
        yield StatusLine()
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self._summarize()

    def on_unmount(self) -> None:
        """Drop all entries."""
        self._planned, self._list.rows = [], []

    def _summarize(self) -> None:
        """Say what Enter adds, or how the highlighted entry relates to the vault."""
        row = self._list.highlighted
        if row is not None and row.reason and self._list.cursor:
            self.say(f"{row.what}: {row.reason}.")
            return
        readable = [row for row in self._planned if row.kind is not MatchKind.REFUSED]
        refused = [row for row in self._planned if row.kind is MatchKind.REFUSED]
        count = sum(
            DEFAULT_ACTIONS[row.kind] is ImportAction.ADD and place not in self._list.deselected
            for place, row in enumerate(self._planned)
        )
        adds = "all" if count == len(readable) else str(count or "none")
        words = f"{plural(len(readable), 'entry')}. Enter adds {adds}."
        if here := sum(DEFAULT_ACTIONS[row.kind] is ImportAction.SKIP for row in readable):
            words += f" {here} already in the vault."
        if refused:
            first = f"{refused[0].what}: {refused[0].reason}."
            words += f" {first[:1].upper()}{first[1:]}"
            words += f" {len(refused) - 1} more couldn't be read." if refused[1:] else ""
        self.say(words, "warning" if refused else "muted")

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._summarize()

    def action_toggle_entry(self) -> None:
        """Deselect the highlighted entry, or select it again."""
        self._list.toggle()
        self._summarize()

    def action_add(self) -> None:
        """Add the selected entries."""
        self.dismiss(frozenset(self._list.deselected))
