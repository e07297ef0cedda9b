"""The status line of a dialog."""

from __future__ import annotations

from textual.widgets import Label

from tui.app.widgets.bars import MARKS


class StatusLabel(Label):
    """Shows a message, in as many lines as needed."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, id="status", classes="muted", markup=False)
        self.message = message
        """The current message."""
        self.tone = "muted"
        """The tone of the message."""

    def say(self, text: str, tone: str = "muted") -> None:
        """Show a message; `tone` is one of `StatusLine.MARKS`."""
        self.message, self.tone = text, tone
        self.set_classes("muted" if tone == "muted" else f"tone-{tone}")
        mark = "" if tone == "muted" or not text else f"{MARKS[tone]} "
        self.update(f"{mark}{text}")
