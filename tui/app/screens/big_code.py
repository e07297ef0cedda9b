"""A code in large digits, to type by hand if it couldn't be copied."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Digits, Label

from tui.app.screens.base import Dialog
from tui.app.widgets.bars import CardKeys
from tui.otp.codes import group


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
            if self._code.isdigit() and not self.context.ascii_only:
                yield Digits(group(self._code), id="big")
            else:
                yield Label("  ".join(group(self._code)), id="big", markup=False)
            if self._reason:
                yield Label(self._reason, classes="tone-warning", markup=False)
            yield CardKeys([("Esc", "close")])
