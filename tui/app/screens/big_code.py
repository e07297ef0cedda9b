"""A code in large digits, to type by hand."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Label

from tui.app.live_codes import LiveCells, live_cells
from tui.app.screens.base import Dialog
from tui.app.widgets.big_digits import big_lines
from tui.app.widgets.key_bar import CardKeys
from tui.otp.codes import group
from tui.otp.entry import Entry

_PADDING = 6
"""Columns of the card beside the code, at least."""
_LEAST_CARD, _AROUND = 64, 18
"""Maximum width of the card of a small code, and what it has beside a large one."""
_TALL = 30
"""From this height of the terminal, the digits have twice the lines."""


class BigCodeScreen(Dialog[None]):
    """Shows the code of an entry, and why it may not be on the clipboard.

    Esc, Enter, Space and q close it.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar = [Binding("escape,enter,space,q", "dismiss", show=False)]

    _big = getters.query_one("#big", Label)
    _left = getters.query_one("#left", Label)

    def __init__(self, entry: Entry, code: str, reason: str) -> None:
        """`code` is shown if the entry's code doesn't change with time."""
        super().__init__()
        self._entry, self._code, self._reason = entry, code, reason

    def compose(self) -> ComposeResult:
        now = self._now()
        with Vertical(classes="card"):
            yield Label(self._entry.label, classes="title", markup=False)
            yield Label(self._large(now), id="big", markup=False)
            yield Label(_time_text(now), id="left", markup=False)
            if self._reason:
                yield Label(self._reason, classes="tone-warning", markup=False)
            yield CardKeys([("Esc", "close")])

    def on_mount(self) -> None:
        now = self._now()
        self._left.display = now.left is not None
        self._fit_card(self._large(now))

    def tick(self) -> None:
        """Show the current code, and how long it is valid."""
        now = self._now()
        for label, text in ((self._big, self._large(now)), (self._left, _time_text(now))):
            if str(label.content) != text:
                label.update(text)
        self._fit_card(str(self._big.content))
        for tone in ("warning", "error"):
            self._left.set_class(now.tone == tone, f"tone-{tone}")

    def on_resize(self) -> None:
        self.tick()

    def _now(self) -> LiveCells:
        now = live_cells(self._entry, self.context.clock.now(), self._code)
        return LiveCells(group(self._code)) if now.problem else now

    def _large(self, now: LiveCells) -> str:
        width, height = self.app.size
        lines = 10 if height >= _TALL else 5
        return "\n".join(
            big_lines(now.code, width - _PADDING, lines, ascii_only=self.context.ascii_only)
        )

    def _fit_card(self, code: str) -> None:
        widest = max(map(len, code.splitlines()))
        self.query_one(".card").styles.max_width = max(_LEAST_CARD, widest + _AROUND)


def _time_text(now: LiveCells) -> str:
    if now.left is None:
        return ""
    return f"expires in {now.left} s, next {now.following}"
