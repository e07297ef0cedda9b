"""The widgets of one line above the list: title and categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.app.commands import command_key
from tui.app.context import context_of
from tui.app.styles import LineStyles, category_style, styles_of
from tui.app.widgets.cells import fit, width_of
from tui.text import safe

if TYPE_CHECKING:
    from tui.otp.entry import Category

UNSAVED = "NOT SAVED"
"""Shown in the title while a change couldn't be saved."""
_NAME = 16
"""Minimum width of the name of the vault or screen in the title, in cells."""


class Bar(Widget):
    """A widget of one line."""

    BEHIND: ClassVar[str] = "background"
    """The theme variable with its background color."""

    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; background: $background; }
    """

    @property
    def line_styles(self) -> LineStyles:
        """The styles to paint with."""
        return styles_of(self.app, self.BEHIND)

    def segments(self, width: int) -> list[Segment]:
        """Return the line, at most `width` cells wide; implemented by subclasses."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        if y:
            return Strip.blank(self.size.width, self.line_styles.plain)
        line = Strip(self.segments(self.size.width))
        return line.adjust_cell_length(self.size.width, self.line_styles.plain)


class TitleBar(Bar):
    """Shows the program, the name of the vault or screen, a warning, and a count."""

    BEHIND = "surface"
    DEFAULT_CSS = """
    TitleBar { background: $surface; }
    """

    def __init__(self, vault_name: str) -> None:
        super().__init__()
        self._vault = vault_name
        self._right = ""
        self._warning = ""

    def warn(self, warning: str) -> None:
        """Show a short warning near the end of the line; "" for none."""
        if warning != self._warning:
            self._warning = warning
            self.refresh()

    def show(self, right: str) -> None:
        """Show `right` at the end of the line."""
        if right != self._right:
            self._right = right
            self.refresh()

    def segments(self, width: int) -> list[Segment]:
        name, right = " otp-tui", f"{self._right} "
        vault = f"  {self._vault}" if self._vault else ""
        warning = f"! {self._warning}  " if self._warning else ""
        gap = width - len(name) - width_of(right) - width_of(warning)
        if warning and gap < 1 and self._right.startswith(UNSAVED):
            warning, gap = "", gap + width_of(warning)
        elif warning and gap < 1:
            right, gap = "", gap + width_of(right)
        elif not self._right.startswith(UNSAVED):
            missing = max(0, min(width_of(vault) + 2, _NAME) - gap)
            right = fit(self._right, max(0, width_of(self._right) - missing)) + " "
            gap += missing
        return [
            Segment(name, self.line_styles.strong),
            Segment(fit(vault, max(0, gap)), self.line_styles.muted),
            Segment(safe(warning), self.line_styles.warning),
            Segment(safe(right), self.line_styles.muted),
        ]


class CategoryBar(Bar):
    """Shows "All", the categories, and the search."""

    class Picked(Message):
        """A category was clicked; None for all."""

        def __init__(self, category: str | None) -> None:
            super().__init__()
            self.category = category

    def __init__(self) -> None:
        super().__init__()
        self._categories: Sequence[Category] = ()
        self._current: str | None = None
        self._query: str | None = None
        self._spots: list[tuple[int, int, str | None]] = []
        self._find_at = 0

    def show(self, categories: Sequence[Category], current: str | None, query: str | None) -> None:
        """Show the categories, the current one (None for all), and the search (None if closed)."""
        state = (categories, current, query)
        if state != (self._categories, self._current, self._query):
            self._categories, self._current, self._query = state
            self.refresh()

    def segments(self, width: int) -> list[Segment]:
        searching = self._query is not None
        key = command_key(context_of(self.app), "search")
        find = f" / {safe(self._query or '')}▏" if searching else f"{key} search "
        self._find_at = width - width_of(find)
        room = width - min(width_of(find), width // 2) - 3
        styles, muted = self.line_styles, self.line_styles.muted
        self._spots = []
        choices: list[tuple[str | None, str]] = [(None, "All")]
        choices += [(category.id, category.name) for category in self._categories]
        window = self._window(choices, room)
        at = 0 if len(window) < len(choices) else 1
        parts = [Segment(" " * at, muted)]
        if len(window) < len(choices):
            parts.append(Segment("‹", muted))
            at = 1
        for category, name in window:
            text = f" {fit(name, min(width_of(name), 20))} "
            size = width_of(text)
            if at + size > room:
                parts.append(Segment("›", muted))
                at += 1
                break
            current = category == self._current
            parts.append(Segment(text, styles.tab if current else self._style(category, name)))
            self._spots.append((at, at + size, category))
            at += size
        parts.append(Segment(" " * max(0, width - at - width_of(find)), self.line_styles.plain))
        if searching:
            return [*parts, Segment(find, styles.strong)]
        return [*parts, Segment(key, styles.strong), Segment(find.removeprefix(key), muted)]

    def _style(self, category: str | None, name: str) -> Style:
        """Return the style of a category that isn't the current one."""
        if category is None or category.startswith("\0"):
            return self.line_styles.muted
        return category_style(self.line_styles, name)

    def _window(
        self, choices: list[tuple[str | None, str]], room: int
    ) -> list[tuple[str | None, str]]:
        """Drop categories from the start until the current one fits."""
        while len(choices) > 1:
            at = 0
            for category, name in choices:
                at += min(width_of(name), 20) + 2
                if category == self._current:
                    break
            if at <= room or choices[0][0] == self._current:
                break
            choices = choices[1:]
        return choices

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for start, end, category in self._spots:
            if start <= event.x < end:
                self.post_message(self.Picked(category))
        if event.x >= self._find_at:
            self.call_later(self.run_action, "screen.command('search')")
