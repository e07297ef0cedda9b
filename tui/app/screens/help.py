"""All keys, from the table of commands."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Label, Static

from tui.app.commands import COMMANDS, NUMBER_HELP
from tui.app.screens.base import Dialog

_COLUMNS = (("Codes", "Find", "Move"), ("Entries", "Vault"))


class HelpScreen(Dialog[None]):
    """Lists every key by what it is for."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar = [Binding("escape,question_mark,q,enter", "dismiss", show=False)]

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", id="keys"):
            yield Label("Keys", classes="title")
            with Horizontal(id="columns"):
                for groups in _COLUMNS:
                    yield Static(Text("\n").join(help_text(group) for group in groups))
            yield Label("Esc closes", classes="muted")


def help_text(wanted: str) -> Text:
    """Return one group of the help: its heading and a line for each command."""
    text = Text()
    for heading, commands in groupby(COMMANDS, key=lambda command: command.group):
        if heading != wanted:
            continue
        rows = [(command.shown_keys, command.help) for command in commands]
        if heading == "Codes":
            rows.append(NUMBER_HELP)
        text.append(f"\n{heading}\n", "bold")
        for keys, words in rows:
            text.append(f"  {keys:<8}", "bold")
            text.append(f"{words}\n")
    return text
