"""A question with two answers."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from tui.app.screens.base import Dialog


class ConfirmScreen(Dialog[bool]):
    """Asks; `y` is yes, and `n`, Esc and Enter are no."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar = [
        Binding("y", "dismiss(True)", show=False),
        Binding("n,escape,enter", "dismiss(False)", show=False),
    ]

    def __init__(self, title: str, words: str, yes: str) -> None:
        super().__init__()
        self._title, self._words, self._yes = title, words, yes

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Label(self._title, classes="title", markup=False)
            yield Label(self._words, id="words", markup=False)
            yield Label(
                Content.assemble(("y", "bold"), f"  {self._yes}     ", ("n", "bold"), "  no")
            )
