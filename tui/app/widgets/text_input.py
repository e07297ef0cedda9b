"""The text field that all others are made of."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widgets import Input

from tui.text import safe


class TextInput(Input):
    """Textual's field, except that it shows no control characters, takes the start of a pasted text
    that is longer than its `max_length`, and that a key in it doesn't lay out the whole screen."""

    virtual_size = Reactive(Size(0, 0))
    """Without `layout=True`: the size of the field doesn't depend on its text."""

    MASKED: ClassVar[bool] = False
    """True if its text is not shown. Other fields don't take a URI, which contains a secret."""

    def _on_paste(self, event: events.Paste) -> None:
        from tui.backup.sources import contains_uri

        if not self.MASKED and contains_uri(event.text):
            event.stop()
            event.prevent_default()
        elif self.max_length:
            event.stop()
            event.prevent_default()
            room = self.max_length - len(self.value) + len(self.selected_text)
            line = next(iter(event.text.splitlines()), "")
            self.replace(line[: max(0, room)], *self.selection)

    def render_line(self, y: int) -> Strip:
        return safe_strip(super().render_line(y))


def safe_strip(strip: Strip) -> Strip:
    """Return a line without control characters."""
    return Strip(
        Segment(safe(part.text, max(1, len(part.text))), part.style, part.control) for part in strip
    )
