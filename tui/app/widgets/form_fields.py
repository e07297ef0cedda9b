"""The widgets of a form: fields that hide a typed URI, rows with mistakes, the live code."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.color import Color
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static, TextArea

from tui.app.live_codes import LiveCells
from tui.app.widgets.bars import Bar
from tui.app.widgets.cells import fit
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.text_input import safe_strip
from tui.backup.sources import contains_uri


class UriGiven(Message):
    """A URI was pasted into a field, or typed and the field left. The repr hides it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        """The text that contains the URI."""


class FormInput(PasswordInput):
    """A field that masks itself when a URI, which contains a secret, is typed into it."""

    def __init__(
        self,
        placeholder: str = "",
        value: str = "",
        *,
        hidden: bool = False,
        id: str | None = None,  # noqa: A002
    ) -> None:
        """`hidden` masks the text until `reveal` shows it."""
        super().__init__(placeholder, id=id)
        self._hidden = self._masked = hidden
        self.put(value)

    def reveal(self, shown: bool) -> None:
        """Show the text of a hidden field, or hide it again."""
        self._masked = self._hidden and not shown
        self.watch_value(self.value)

    @property
    def typed(self) -> str:
        """The text in the field."""
        return self.value

    @property
    def uri(self) -> str:
        """The text in the field if it contains a URI, else empty."""
        return self.value if contains_uri(self.value) else ""

    def put(self, text: str) -> None:
        """Replace the text without posting a message."""
        with self.prevent(PasswordInput.Changed):
            self.value = text
            self.cursor_position = len(text)

    def watch_value(self, value: str) -> None:
        self.password = self._masked or contains_uri(value)

    def _on_paste(self, event: events.Paste) -> None:
        if contains_uri(event.text):
            event.stop()
            event.prevent_default()
            self.post_message(UriGiven(event.text))

    def on_blur(self) -> None:
        if self.uri:
            self.post_message(UriGiven(self.uri))


class NoteArea(TextArea):
    """A multi-line field that hides a URI typed at its start."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(text, id=id, compact=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self._own = text
        """The text set by `put`, which is a note whatever it contains."""

    def put(self, text: str) -> None:
        """Replace the text without posting a message."""
        with self.prevent(TextArea.Changed):
            self.load_text(text)
        self._own = text

    @property
    def typed(self) -> str:
        """The text in the field."""
        return self.text

    @property
    def uri(self) -> str:
        """The text if it starts with a URI that was typed here, else empty."""
        begins = contains_uri(self.text.lstrip()[:24])
        return self.text if begins and self.text != self._own else ""

    def render_line(self, y: int) -> Strip:
        strip = safe_strip(super().render_line(y))
        if not self.uri:
            return strip
        return Strip(
            Segment("".join(" " if char == " " else "•" for char in part.text), part.style)
            for part in strip
        )

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and self.uri:
            event.stop()
            event.prevent_default()
            self.post_message(UriGiven(self.uri))

    async def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        if contains_uri(event.text):
            event.prevent_default()
            self.post_message(UriGiven(event.text))

    def on_blur(self) -> None:
        if self.uri:
            self.post_message(UriGiven(self.uri))


class FormRow(Widget):
    """A field with its label, and any mistake below it.

    It paints the texts itself: a widget for each would double the time that a form takes to open.
    """

    _LABEL = 11
    """The width of the label, in cells."""
    DEFAULT_CSS = """
    FormRow { layout: horizontal; height: auto; padding: 0 0 1 0; }
    FormRow.-noted { padding: 0; }
    FormRow > * { margin: 0 0 0 11; }
    FormRow LiveCode, FormRow CheckField { padding: 0 0 0 1; }
    FormRow Input, FormRow TextArea { width: 1fr; }
    """

    def __init__(self, name: str, field: Widget, unit: str = "") -> None:
        super().__init__()
        self._unit = unit
        self.label = name
        """The field's name."""
        self.field = field
        """The widget to type into or choose from."""
        self.mistake = ""
        """The current mistake; empty if there is none."""
        self._shown = ""

    def compose(self) -> ComposeResult:
        yield self.field

    def on_descendant_focus(self) -> None:
        self.refresh()

    def on_descendant_blur(self) -> None:
        self.refresh()

    def show(self, mistake: str, remark: str = "") -> None:
        """Show a mistake, a remark, or nothing."""
        text = mistake or remark
        if (mistake, text) != (self.mistake, self._shown):
            self.mistake, self._shown = mistake, text
            self.set_class(bool(text), "-noted")
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Leave room below the field for the mistake or remark."""
        return super().get_content_height(container, viewport, width) + len(self._lines(width))

    def _lines(self, width: int) -> list[str]:
        if not self._shown:
            return []
        text = f"✗ {self._shown}" if self.mistake else self._shown
        room = max(1, width - self._LABEL - 1)  # as wide as what is typed
        return [line.plain for line in Content(text).wrap(room)]

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        lines = self._lines(width)
        below = y - (self.size.height - len(lines))
        line = []
        if below >= 0:
            style = self._style("error" if self.mistake else "muted")
            line = [Segment(" " * (self._LABEL + 1) + lines[below], style)]
        elif y == 0:
            style = self._style("primary" if self.has_focus_within else "muted")
            line = [Segment(fit(self.label, self._LABEL), style)]
            if self._unit:
                beside = " " * self.field.outer_size.width
                line.append(Segment(f"{beside} {self._unit}", self._style("muted")))
        return Strip(line).adjust_cell_length(width, self.rich_style)

    def _style(self, color: str) -> Style:
        """Return the style of text in a color of the theme."""
        return self.rich_style + Style(
            color=Color.parse(self.app.theme_variables[color]).rich_color
        )


class FoldLine(Static, can_focus=True):
    """A line that shows or hides the fields below it."""

    DEFAULT_CSS = """
    FoldLine {
        height: 1; width: auto; max-width: 100%; color: $muted;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    FoldLine:hover { color: $foreground; }
    FoldLine:focus { color: $primary; background: $panel; text-style: bold; }
    """
    BINDINGS = [("enter,space", "fold", "")]  # noqa: RUF012

    class Folded(Message):
        """The line was clicked, or Enter or Space was pressed on it."""

    def __init__(self) -> None:
        super().__init__("", markup=False)

    def action_fold(self) -> None:
        """Post a message to show or hide the fields."""
        self.post_message(self.Folded())

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_fold()


class CheckField(Static, can_focus=True):
    """A box to check with Space, Enter or a click."""

    DEFAULT_CSS = """
    CheckField { height: 1; width: auto; max-width: 100%; text-wrap: nowrap; }
    CheckField:focus { color: $primary; background: $panel; text-style: bold; }
    """
    BINDINGS = [("enter,space", "check", "")]  # noqa: RUF012

    class Changed(Message):
        """The box was checked or unchecked."""

    def __init__(self, text: str, checked: bool, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__("", markup=False, id=id)
        self._text = text
        self.put(checked)

    def put(self, checked: bool) -> None:
        """Check or uncheck the box without posting a message."""
        self.checked = checked
        """True if the box is checked."""
        self.update(f"[{'x' if checked else ' '}] {self._text}")

    def action_check(self) -> None:
        """Check or uncheck the box."""
        self.put(not self.checked)
        self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        event.stop()
        self.action_check()


class LiveCode(Bar):
    """The current code of the entry in the form, and when it expires."""

    def __init__(self) -> None:
        super().__init__()
        self._now: LiveCells | None = None
        self._instead = ""

    def show(self, now: LiveCells | None, instead: str = "") -> None:
        """Show a code that expires, or words instead."""
        if (now, instead) != (self._now, self._instead):
            self._now, self._instead = now, instead
            self.refresh()

    def segments(self, width: int) -> list[Segment]:
        styles, now = self.line_styles, self._now
        if now is None:
            return [Segment(self._instead, styles.muted)]
        style = getattr(styles, now.tone or "muted")
        return [Segment(now.code, styles.code), Segment(f"  expires in {now.left} s", style)]
