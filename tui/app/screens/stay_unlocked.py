"""Asks for how long the vault stays unlocked."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui.app.screens.base import Dialog
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.status_label import StatusLabel
from tui.app.widgets.text_input import TextInput
from tui.durations import duration_text, duration_words, parse_duration
from tui.session import DEFAULT_TIME, LONGEST

_SHORTEST = 60


class StayUnlockedScreen(Dialog[int]):
    """Returns a length of time in seconds."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#time"
    BINDINGS: ClassVar = [Binding("escape", "dismiss(None)", show=False)]

    def compose(self) -> ComposeResult:
        usual = duration_text(self.context.config.unlock_for or DEFAULT_TIME)
        with Vertical(classes="card"):
            yield Label("Stay unlocked for", classes="title")
            yield TextInput(usual, placeholder="8h or 1h30m", id="time")
            yield StatusLabel(
                "Until then, otp-tui opens this vault without its password. So can any other"
                " program that you run."
            )
            yield CardKeys([("↵", "stay unlocked"), ("Esc", "cancel")])

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            seconds = parse_duration(event.value)
        except ValueError:
            self.say("Enter a time such as 8h, 1h30m or 45m.", "error")
            return
        if not _SHORTEST <= seconds <= LONGEST:
            self.say(f"Enter a time from 1m to {duration_words(LONGEST)}.", "error")
            return
        self.dismiss(seconds)
