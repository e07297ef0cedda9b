"""The code list, and beside it the highlighted entry if there is room."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size

from tui.app.widgets.code_list import CodeList, row_height
from tui.app.widgets.entry_pane import LEAST_HEIGHT, LEAST_WIDTH, EntryPane, Shown, pane_width
from tui.app.widgets.row_list import RowList

_AROUND = 5
"""Lines above and below the list: title, categories, an empty line, message and keys."""


class ListBody(Horizontal):
    """Divides the screen between list and pane."""

    def __init__(self, codes: CodeList) -> None:
        super().__init__()
        self._codes = codes
        self._pane = EntryPane()
        self.shows_keys = True
        """False while keys type into the search."""

    def compose(self) -> ComposeResult:
        yield self._codes
        yield self._pane

    def divide(self, screen: Size, rows: int, *, is_empty: bool) -> None:
        """Show the pane if it has room, and choose the height of rows.

        `rows` is the number of entries without a search, whose matches would make rows jump.
        Messages don't change the height either. `is_empty` is True for a vault without entries.
        """
        fits = screen.width >= LEAST_WIDTH and screen.height >= LEAST_HEIGHT
        beside = fits and not is_empty
        self._pane.set_class(beside, "-shown")
        self._pane.styles.width = pane_width(screen.width)
        self._codes.shows_next = not beside
        self._codes.row_height = row_height(rows, screen.height - _AROUND, beside=beside)

    def holds_all(self, screen: Size) -> bool:
        """Return True if all rows fit, whatever the messages."""
        return len(self._codes.rows) * self._codes.row_height <= screen.height - _AROUND

    def show_entry(self) -> None:
        """Show the highlighted entry in the pane."""
        codes, entry = self._codes, self._codes.highlighted
        if codes.shows_next or entry is None:
            self._pane.show(None)
            return
        names = [codes.category_names.get(place.category, "") for place in entry.categories]
        shown = Shown(
            entry,
            codes.live.cells(entry, highlighted=True),
            [name for name in names if name],
            codes.suspicious.get(entry.id, ""),
            int(codes.live.moment),
            self.shows_keys,
        )
        self._pane.show(shown)

    @on(RowList.Moved)
    def _moved(self) -> None:
        self.show_entry()

    def forget(self) -> None:
        """Drop all entries and codes."""
        self._codes.forget()
        self._pane.forget()
