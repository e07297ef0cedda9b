"""Asks for confirmation of an action that loses or reveals data."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Label

from tui.app.screens.base import Dialog
from tui.app.widgets.key_bar import CardKeys

_CANCEL = "cancel"


class ConfirmScreen(Dialog[bool]):
    """Returns True if the user confirms: `y` does; `n` and Esc don't, nor does Enter where they
    cancel.

    Returns None if the question became obsolete.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar = [
        Binding("y", "dismiss(True)", show=False),
        Binding("n,escape", "dismiss(False)", show=False),
        Binding("enter", "enter", show=False),
    ]

    def __init__(
        self,
        question: str,
        explanation: str,
        verb: str,
        *,
        otherwise: str = _CANCEL,
        obsolete: Callable[[], bool] = lambda: False,
    ) -> None:
        """`verb` is what `y` does, e.g. "delete", `otherwise` what `n` does; `obsolete` is asked
        once a second.
        """
        super().__init__()
        self._obsolete = obsolete
        self._question, self._explanation, self._verb = question, explanation, verb
        self._otherwise = otherwise

    def action_enter(self) -> None:
        """Cancel; if `n` does something else, neither answer is a safe guess."""
        if self._otherwise == _CANCEL:
            self.dismiss(False)

    def tick(self) -> None:
        if self.is_current and self._obsolete():
            self.dismiss(None)

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Label(self._question, classes="title", markup=False)
            yield Label(self._explanation, id="words", markup=False)
            yield CardKeys([("y", self._verb), ("n", self._otherwise)])
