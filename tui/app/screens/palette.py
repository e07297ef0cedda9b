"""The command palette: finds actions by words in their labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.strip import Strip
from textual.widgets import Input

from tui.app.palette_items import PaletteItem, matching
from tui.app.screens.base import Dialog
from tui.app.visible_entries import LONGEST_SEARCH
from tui.app.widgets.cells import fit
from tui.app.widgets.key_bar import CardTitle
from tui.app.widgets.row_list import CountedList, RowList
from tui.app.widgets.text_input import TextInput

_NOTE = 7
_AROUND, _AROUND_SHORT = 8, 4
"""Lines of the terminal that the list leaves free, and on a short one."""


class PaletteList(CountedList[PaletteItem], can_focus=False):
    """The matching items; a click chooses one."""

    BEHIND = "surface"
    NOTHING_AT = 0

    def __init__(self, rows: Sequence[PaletteItem]) -> None:
        super().__init__(id="items")
        self.nothing = "No matches."
        self.rows = list(rows)

    def show(self, rows: Sequence[PaletteItem]) -> None:
        """Show these items, the first one highlighted."""
        self.rows, self.top = list(rows), 0
        self.rows_changed()

    def row_strip(self, index: int, width: int) -> Strip:
        item, look = self.rows[index], self.look(index)
        return Strip(
            [
                look.mark,
                Segment(" " + fit(item.label, max(0, width - _NOTE - 3)) + " ", look.plain),
                Segment(fit(item.note, _NOTE), look.muted),
            ]
        ).adjust_cell_length(width, look.plain)

    def on_click(self, event: events.Click) -> None:
        if event.y >= self.page:
            event.stop()
            self.scroll_rows(self.page)
            return
        super().on_click(event)
        if event.chain == 1 and self.top + event.y < self.row_count:
            self.post_message(self.Chosen())


class PaletteScreen(Dialog[PaletteItem]):
    """Returns the chosen item; None if none was."""

    CSS_PATH = "palette.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar = [
        Binding("escape", "dismiss", show=False),
        Binding("down,tab", "move(1)", show=False),
        Binding("up,shift+tab", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self,
        items: Sequence[PaletteItem],
        entries: Callable[[str], list[PaletteItem]],
    ) -> None:
        """`entries` returns the items of the entries that match a query."""
        super().__init__()
        self._items, self._entries = items, entries

    def compose(self) -> ComposeResult:
        with Vertical(classes="card", id="palette"):
            yield CardTitle("Commands")
            field = TextInput(
                placeholder="Type a command or an entry", id="words", max_length=LONGEST_SEARCH
            )
            field.cursor_blink = False
            yield field
            yield PaletteList(self._items)

    def on_resize(self) -> None:
        self._fit()

    def _fit(self) -> None:
        """Make the list as high as its items, at most as the terminal allows."""
        found = self.query_one(PaletteList)
        taken = _AROUND_SHORT if self.has_class("-short") else _AROUND
        room = max(2, self.app.size.height - taken)
        found.styles.height = min(room, max(1, len(found.rows)) + 1)

    @on(Input.Changed, "#words")
    def _find(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(PaletteList).show(
            matching(self._items, event.value, self._entries(event.value))
        )
        self._fit()

    @on(Input.Submitted, "#words")
    @on(RowList.Chosen)
    def _choose(self) -> None:
        found = self.query_one(PaletteList)
        if found.rows:
            self.dismiss(found.rows[found.cursor])

    def action_move(self, step: int) -> None:
        """Highlight the next item, or the previous one (-1)."""
        self.query_one(PaletteList).move(step)

    def action_page(self, step: int) -> None:
        """Move the highlight by a page."""
        self.query_one(PaletteList).action_page(step)
