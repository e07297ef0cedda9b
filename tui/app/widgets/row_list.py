"""A list of rows, all of the same height, that creates and paints only the rows on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.app.commands import move_bindings
from tui.app.styles import LineStyles, styles_of
from tui.app.symbols import HIGHLIGHT
from tui.app.widgets.cells import fit

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RowLook:
    """How a row is drawn, highlighted or not."""

    styles: LineStyles
    """All styles of the list."""
    highlighted: bool
    """True for the row that keys act on."""
    plain: Style
    """Its text."""
    muted: Style
    """Its less important text."""
    mark: Segment
    """Its first cell."""

    def tone(self, name: str) -> Style:
        """Return the style with that name, which the highlighted row doesn't have."""
        return self.plain if self.highlighted else getattr(self.styles, name)


class RowList(Widget, Generic[Row], can_focus=True):
    """A list of rows, one of them highlighted. Subclasses draw a row."""

    BEHIND: ClassVar[str] = "background"
    """The theme variable with its background color."""
    NOTHING_AT: ClassVar[int] = 1
    """The line on which `nothing` is shown."""
    BINDINGS: ClassVar[list[BindingType]] = [*move_bindings()]
    DEFAULT_CSS = """
    RowList { height: 1fr; width: 1fr; background: $background; }
    """

    class Moved(Message):
        """Another row is highlighted."""

    class Chosen(Message):
        """A row was double-clicked."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows: list[Row] = []
        self.cursor = 0
        """Index of the highlighted row."""
        self.top = 0
        """Index of the first row on screen."""
        self.nothing = ""
        """What is shown if there are no rows."""
        self.row_height = 1
        """The lines of each row, with the empty ones below it."""

    @property
    def row_count(self) -> int:
        """Number of rows."""
        return len(self.rows)

    @property
    def highlighted(self) -> Row | None:
        """The row that keys act on; None if the list is empty."""
        return self.rows[self.cursor] if self.rows else None

    def is_highlighted(self, index: int) -> bool:
        """Return True for the row that keys act on."""
        return index == self.cursor

    def look(self, index: int) -> RowLook:
        """Return how a row is drawn."""
        styles = styles_of(self.app, self.BEHIND)
        if self.is_highlighted(index):
            mark = Segment(HIGHLIGHT, styles.on_code)
            return RowLook(styles, True, styles.on_plain, styles.on_muted, mark)
        return RowLook(styles, False, styles.plain, styles.muted, Segment(" ", styles.plain))

    def row_strip(self, index: int, width: int) -> Strip:
        """Return the first line of a row, `width` cells wide."""
        raise NotImplementedError

    def row_line(self, index: int, line: int, width: int) -> Strip:
        """Return a line of a row, counted from 0; by default, all but the first are empty."""
        return self.empty_strip(line, width) if line else self.row_strip(index, width)

    def empty_strip(self, line: int, width: int) -> Strip:
        """Return a line below the last row; one says why there are no rows."""
        styles = styles_of(self.app, self.BEHIND)
        if not self.rows and self.nothing and line == self.NOTHING_AT:
            return Strip([Segment(fit(f"  {self.nothing}", width), styles.muted)])
        return Strip.blank(width, styles.plain)

    def render_line(self, y: int) -> Strip:
        width, (place, line) = self.size.width, divmod(y, self.row_height)
        if self.top + place < self.row_count:
            return self.row_line(self.top + place, line, width)
        above = max(0, self.row_count - self.top) * self.row_height
        return self.empty_strip(y - above, width)

    @property
    def page(self) -> int:
        """Number of rows that fit on screen."""
        return max(1, self.size.height // self.row_height)

    @property
    def on_screen(self) -> range:
        """Indexes of the rows on screen."""
        return range(self.top, min(self.row_count, self.top + self.page))

    def go_to(self, index: int) -> None:
        """Highlight a row, and scroll to it."""
        index = max(0, min(index, self.row_count - 1))
        before, top = self.cursor, self.top
        self.cursor = index
        self._keep_on_screen()
        if self.top != top:
            self.refresh()
        elif before != index:
            self.refresh_rows(before, index)
        if before != index:
            self.post_message(self.Moved())

    def move(self, step: int) -> None:
        """Highlight the row `step` rows below."""
        self.go_to(self.cursor + step)

    def action_move(self, step: int) -> None:
        """Highlight the row `step` rows below."""
        self.move(step)

    def action_page(self, step: int) -> None:
        """Highlight the row `step` pages below."""
        self.move(step * self.page)

    def action_edge(self, side: int) -> None:
        """Highlight the first row (-1) or the last (1)."""
        self.go_to(0 if side < 0 else self.row_count - 1)

    def scroll_rows(self, step: int) -> None:
        """Scroll by `step` rows; if the highlighted row leaves the screen, highlight another."""
        top = max(0, min(self.top + step, self.row_count - self.page))
        if top != self.top:
            self.top = top
            self.refresh()
            inside = min(max(self.cursor, top), top + self.page - 1)
            if inside != self.cursor:
                self.cursor = inside
                self.post_message(self.Moved())

    def refresh_rows(self, *indexes: int) -> None:
        """Repaint these rows, if they are on screen."""
        width, height = self.size.width, self.row_height
        lines = [
            Region(0, (index - self.top) * height, width, height)
            for index in indexes
            if index in self.on_screen
        ]
        if lines:
            self.refresh(*lines)

    def rows_changed(self, cursor: int = 0) -> None:
        """Repaint everything after the rows changed, and highlight the row at `cursor`."""
        self.cursor = max(0, min(cursor, self.row_count - 1))
        self.top = max(0, min(self.top, self.row_count - self.page))
        self._keep_on_screen()
        self.refresh()

    def _keep_on_screen(self) -> None:
        if self.cursor < self.top:
            self.top = self.cursor
        elif self.cursor >= self.top + self.page:
            self.top = self.cursor - self.page + 1

    def on_resize(self, event: events.Resize) -> None:
        """Keep the highlighted row on screen, e.g. when a message below takes another line."""
        top = self.top
        self.top = max(0, min(self.top, self.row_count - self.page))
        self._keep_on_screen()
        if self.top != top:
            self.refresh()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-3)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        index = self.top + event.y // self.row_height
        if index < self.row_count:
            self.go_to(index)
            if event.chain == 2:
                self.post_message(self.Chosen())


class CountedList(RowList[Row], can_focus=True):
    """A list whose last line counts the rows below."""

    @property
    def page(self) -> int:
        return max(1, self.size.height - 1)

    def render_line(self, y: int) -> Strip:
        if y < self.page:
            return super().render_line(y)
        below = self.row_count - self.on_screen.stop
        text = f"  ↓ {below} more" if below else ""
        width = self.size.width
        return Strip([Segment(fit(text, width), styles_of(self.app, self.BEHIND).muted)])
