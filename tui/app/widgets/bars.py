"""The one-line widgets around the list: title, categories, status, keys."""

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
from tui.app.symbols import HIGHLIGHT, key_text
from tui.app.widgets.cells import fit, width_of, wrapped
from tui.config.commands import COMMANDS
from tui.text import safe

if TYPE_CHECKING:
    from tui.otp.entry import Category

UNSAVED = "NOT SAVED"
"""Shown in the title while a change couldn't be saved."""
_NAME = 16
"""Minimum width of the name of the vault or screen in the title, in cells."""
MARKS = {"strong": "✓", "error": "✗", "warning": "!", "muted": "·"}
"""The mark before a message, by its tone."""


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


def _without_lone_word(lines: list[str], width: int) -> list[str]:
    """Return wrapped lines whose last one has at least two words, if they fit there."""
    if len(lines) > 1 and " " not in lines[-1]:
        rest, _, word = lines[-2].rpartition(" ")
        if rest and len(word) + 1 + len(lines[-1]) <= width:
            return [*lines[:-2], rest, f"{word} {lines[-1]}"]
    return lines


class StatusLine(Bar):
    """A line that shows a message, and grows if it is long."""

    MARKS = MARKS
    MOST_LINES = 5

    def __init__(self, most_lines: int = MOST_LINES) -> None:
        super().__init__(id="status")
        self._most_lines = most_lines
        self.message = ""
        """The current message; empty if none."""
        self.notice = ""
        """What is shown behind the message, until the next one."""
        self.tone = "strong"
        """The tone of the message."""
        self._until: float | None = None
        self._lines: list[str] = []
        self._height = 1

    def say(self, message: str, tone: str = "strong", until: float | None = None) -> None:
        """Show a message until a steady time (None: until the next one); `tone` is one of MARKS."""
        self.message, self.tone, self._until = message, tone, until
        self.note("" if message else self.notice)

    @property
    def text(self) -> str:
        """The message and the notice."""
        return " ".join(filter(None, (self.message, self.notice)))

    def note(self, notice: str) -> None:
        """Show a notice behind the message, and alone when the time of that is up."""
        self.notice = notice
        self._wrap()
        self.refresh()

    def tick(self, steady: float) -> None:
        """Remove the message when its time is up."""
        if self._until is not None and steady >= self._until:
            self.say("")

    def on_resize(self) -> None:
        self._wrap()

    def _wrap(self) -> None:
        width = max(20, self.size.width or 80) - 6
        lines: list[str] = []
        for line in self.text.split("\n"):
            lines += _without_lone_word(wrapped(line, width), width)
        if len(lines) > self._most_lines:
            lines[self._most_lines - 1 :] = [fit(f"{lines[self._most_lines - 1]} …", width)]
        self._lines = lines
        height = max(1, len(self._lines))
        if height != self._height:
            self._height = height
            self.styles.height = height

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.line_styles.plain)
        styles = styles_of(self.app, "panel")
        name = self.tone if self.message else "warning"
        tone = getattr(styles, name) + Style(bold=True)
        mark = self.MARKS[name] if y == 0 else " "
        line = [Segment(f"{HIGHLIGHT}{mark} ", tone), Segment(self._lines[y], styles.plain)]
        return Strip(line).adjust_cell_length(width, styles.plain)


class KeyBar(Bar):
    """Shows the most important keys, by default those of the command table."""

    def __init__(self, keys: Sequence[tuple[str, str]] | None = None) -> None:
        super().__init__()
        self._keys = keys
        self._spots: list[tuple[int, int, str]] = []

    def show(self, keys: Sequence[tuple[str, str]] | None) -> None:
        """Show these keys and labels; None for those of the command table."""
        if keys != self._keys:
            self._keys = keys
            self.refresh()

    def segments(self, width: int) -> list[Segment]:
        strong, muted = self.line_styles.strong, self.line_styles.muted
        parts: list[Segment] = []
        self._spots = []
        at = 0
        for key, label, action in self._shown(width):
            parts += [Segment(f" {key}", strong), Segment(f" {label} ", muted)]
            size = width_of(key) + width_of(label) + 3
            self._spots.append((at, at + size, action))
            at += size
        return parts

    def _shown(self, width: int) -> list[tuple[str, str, str]]:
        """Return key, label and action ("" if a click does nothing) of each key that fits."""
        context = context_of(self.app)
        if self._keys is not None:
            ascii_only = context.ascii_only
            given = [(key_text(key, ascii_only=ascii_only), label, "") for key, label in self._keys]
            return _fitting(given, width, keep=1)
        ranked = sorted((command for command in COMMANDS if command.rank), key=lambda c: c.rank)
        known = [(command_key(context, each.id), each.label, each.action) for each in ranked]
        return _fitting([each for each in known if each[0]], width, keep=2)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        for start, end, action in self._spots:
            if action and start <= event.x < end:
                self.call_later(self.run_action, f"screen.{action}")


class CardTitle(Bar):
    """The title of a card that has no room for a line of keys, and the key that closes it."""

    BEHIND = "surface"
    DEFAULT_CSS = """
    CardTitle { background: $surface; }
    """

    def __init__(self, title: str) -> None:
        super().__init__()
        self._words = title

    def segments(self, width: int) -> list[Segment]:
        styles = self.line_styles
        room = max(0, width - len("Esc close"))
        return [
            Segment(fit(self._words, room), styles.strong),
            Segment("Esc", styles.strong),
            Segment(" close", styles.muted),
        ]


class CardKeys(KeyBar):
    """The keys at the end of a card."""

    BEHIND = "surface"
    DEFAULT_CSS = """
    CardKeys { background: $surface; margin-top: 1; }
    """

    def segments(self, width: int) -> list[Segment]:
        first, *rest = super().segments(width + 1) or [Segment("")]
        return [Segment(first.text.removeprefix(" "), first.style), *rest]


def _fitting(keys: list[tuple[str, str, str]], width: int, keep: int) -> list[tuple[str, str, str]]:
    """Drop keys from the end, except the last `keep`, until the rest fits."""
    while len(keys) > keep and sum(width_of(k) + width_of(w) + 3 for k, w, _ in keys) > width:
        del keys[-keep - 1]
    return keys
