"""The help screen: the keys of all commands, and the marks in the list."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from tui.app.commands import key_label
from tui.app.screens.base import Dialog
from tui.app.symbols import PINNED, SELECTED, SUSPICIOUS
from tui.app.widgets.bars import UNSAVED
from tui.app.widgets.key_bar import CardTitle
from tui.config.commands import COMMANDS, NUMBER_HELP
from tui.config.keymap import Keymap

_COLUMNS = (("Codes", "Find", "Move"), ("Entries", "Vault"))
_HELP = next(command for command in COMMANDS if command.id == "help")
"""The command that opens the screen: its title, as the columns of 80 by 24 are full."""
_LEGEND = (
    (PINNED, "pinned"),
    (SELECTED, "selected"),
    (SUSPICIOUS, "before a row: the name imitates another one"),
    ("3 s", "the code expires in 3 s"),
    ("! clock", "the system clock is not synchronized: codes may be wrong"),
    ("··· Space", "counter-based: the key shows the next code"),
    ("···", "the code is hidden, or not shown yet"),
    ("next counter 12", "the counter of the next code"),
    ("next 330 118", "the next code of the highlighted entry"),
    (UNSAVED, "changes that couldn't be saved yet"),
)
"""The marks in the list and the title, with their meanings."""
_LEAST, _MOST = 8, 16
"""Minimum and maximum width of the keys, in cells."""
_MARK = 17
"""Width of the marks, in cells."""


class HelpScreen(Dialog[None]):
    """Lists the keys by group. The key that opened it closes it."""

    CSS_PATH = "dialogs.tcss"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall"), (25, "-roomy")]  # noqa: RUF012
    BINDINGS: ClassVar = [Binding("escape,q,enter", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        keymap, ascii_only = self.context.keymap, self.context.ascii_only
        with VerticalScroll(classes="card", id="keys"):
            yield CardTitle(f"{_keys(keymap.of('help'), ascii_only)} {_HELP.help}")
            with Horizontal(id="columns"):
                for groups in _COLUMNS:
                    texts = [help_text(group, keymap, ascii_only) for group in groups]
                    yield Static(Text("\n\n").join(texts))
            yield Static(legend_text(), id="legend")

    def on_key(self, event: events.Key) -> None:
        if event.key in self.context.keymap.of("help"):
            event.stop()
            self.dismiss()


def help_text(wanted: str, keymap: Keymap, ascii_only: bool) -> Text:
    """Return the heading of a group and a line for each of its commands but the help itself."""
    rows: list[tuple[str, str]] = []
    for heading, commands in groupby(COMMANDS, key=lambda command: command.group):
        if heading == wanted:
            rows += [
                (_keys(keymap.of(each.id), ascii_only), each.help)
                for each in commands
                if each is not _HELP
            ]
    if wanted == "Codes":
        rows.append(NUMBER_HELP)
    room = min(_MOST, max(_LEAST, *(len(keys) + 1 for keys, _ in rows)))
    text = Text(wanted, "bold")
    for keys, words in rows:
        text.append(f"\n  {keys:<{room}}", "bold").append(words, "not bold")
    return text


def legend_text() -> Text:
    """Return the heading of the legend and a line for each mark."""
    text = Text("\nMarks", "bold")
    for mark, meaning in _LEGEND:
        text.append(f"\n  {mark:<{_MARK}}", "bold").append(meaning, "not bold")
    return text


def _keys(keys: tuple[str, ...], ascii_only: bool) -> str:
    return " ".join(key_label(key, ascii_only=ascii_only) for key in keys) or "–"
