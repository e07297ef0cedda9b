"""The line below a list or a form that shows messages."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui.app.styles import styles_of
from tui.app.symbols import HIGHLIGHT
from tui.app.widgets.bars import Bar
from tui.app.widgets.cells import fit, wrapped

MARKS = {"strong": "✓", "error": "✗", "warning": "!", "muted": "·"}
"""The mark before a message, by its tone."""
_MOST_LINES = 5
"""Maximum number of lines of a message."""


def _without_lone_word(lines: list[str], width: int) -> list[str]:
    """Return wrapped lines whose last one has at least two words, if they fit there."""
    if len(lines) > 1 and " " not in lines[-1]:
        rest, _, word = lines[-2].rpartition(" ")
        if rest and len(word) + 1 + len(lines[-1]) <= width:
            return [*lines[:-2], rest, f"{word} {lines[-1]}"]
    return lines


class StatusLine(Bar):
    """A line that shows a message, and grows if it is long."""

    def __init__(self, most_lines: int = _MOST_LINES) -> None:
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

    def withdraw(self, words: str) -> None:
        """Remove the message if it has these words, as they no longer hold."""
        if words and words in self.message:
            self.say("")

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
        mark = MARKS[name] if y == 0 else " "
        line = [Segment(f"{HIGHLIGHT}{mark} ", tone), Segment(self._lines[y], styles.plain)]
        return Strip(line).adjust_cell_length(width, styles.plain)
