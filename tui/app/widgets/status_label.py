"""The status line of a dialog."""

from __future__ import annotations

from textual.widgets import Label

from tui.app.widgets.status_line import MARKS


class StatusLabel(Label):
    """Shows a message, in as many lines as needed; while there is none, it has the class -empty."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, id="status", markup=False)
        self.set_classes(_classes(message, "muted"))
        self.message = message
        """The current message."""
        self.tone = "muted"
        """The tone of the message."""
        self._until: float | None = None
        self._before: tuple[str, str] | None = None
        """Message and tone to show again when the time of the current one is up."""

    def say(self, text: str, tone: str = "muted", until: float | None = None) -> None:
        """Show a message until a steady time (None: until the next one), and then again what was
        shown before; `tone` is one of `MARKS`."""
        if until is not None:
            self._before = self._before or (self.message, self.tone)
        else:
            self._before = None
        self.message, self.tone, self._until = text, tone, until
        self.set_classes(_classes(text, tone))
        mark = "" if tone == "muted" or not text else f"{MARKS[tone]} "
        self.update(f"{mark}{text}")

    def withdraw(self, words: str) -> None:
        """Remove the message if it has these words, as they no longer hold."""
        if words and words in self.message:
            self.say("")

    def tick(self, steady: float) -> None:
        """Show the earlier message again when the time of the current one is up."""
        if self._until is not None and self._before is not None and steady >= self._until:
            self.say(*self._before)


def _classes(text: str, tone: str) -> list[str]:
    return ["muted" if tone == "muted" else f"tone-{tone}", *([] if text else ["-empty"])]
