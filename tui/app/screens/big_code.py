"""A code in large digits, to type by hand if it couldn't be copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Label

from tui.app.screens.base import Dialog
from tui.app.widgets.bars import CardKeys
from tui.app.widgets.big_digits import big_lines
from tui.otp.codes import group

_MOST, _PADDING = 58, 6
"""Maximum width of the code in cells, and the padding of the card."""


class BigCodeScreen(Dialog[None]):
    """Shows a code, and why it may not be on the clipboard. Esc, Enter, Space and q close it."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar = [Binding("escape,enter,space,q", "dismiss", show=False)]

    def __init__(self, label: str, code: str, reason: str) -> None:
        super().__init__()
        self._label, self._code, self._reason = label, code, reason

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Label(self._label, classes="title", markup=False)
            yield Label(self._large(), id="big", markup=False)
            if self._reason:
                yield Label(self._reason, classes="tone-warning", markup=False)
            yield CardKeys([("Esc", "close")])

    def _large(self) -> str:
        room = min(_MOST, self.app.size.width - _PADDING)
        lines = big_lines(group(self._code), room, 5, ascii_only=self.context.ascii_only)
        return "\n".join(lines)
