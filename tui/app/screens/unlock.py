"""The door: asks for the password of the vault."""

from __future__ import annotations

import math

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Middle, Vertical
from textual.widgets import Input, Label

from tui.app.screens.base import OtpScreen, beside
from tui.app.widgets.bars import KeyBar
from tui.app.widgets.password_input import PasswordInput
from tui.errors import OtpTuiError, WrongPasswordError
from tui.text import safe
from tui.vault.vault import LockedVault, Vault

LONGEST_WAIT = 30.0
"""Seconds between two tries, at the most."""


def wait_after(tries: int) -> float:
    """Return how many seconds to wait after so many wrong passwords in a row."""
    return 0.0 if tries < 2 else min(LONGEST_WAIT, 2.0 ** (tries - 2))


class UnlockScreen(OtpScreen):
    """Opens the vault with its password. Wrong ones make it wait, longer each time."""

    CSS_PATH = "unlock.tcss"
    AUTO_FOCUS = "PasswordInput"

    def __init__(self, reason: str = "") -> None:
        super().__init__()
        self._reason = reason
        self._wrong = 0
        self._not_before = 0.0
        self._refusal = ""
        self._pending = False
        """Whether a password was typed that waits for its turn."""

    def compose(self) -> ComposeResult:
        with Middle(), Vertical(classes="card"):
            yield Label("otp-tui", classes="title")
            yield Label(safe(str(self.otp.vault_path), 200), classes="muted path", markup=False)
            yield PasswordInput("Password", id="password")
            yield Label(self._reason, id="message", classes="muted", markup=False)
        yield KeyBar([("↵", "unlock"), ("^q", "quit")])

    @on(Input.Submitted, "#password")
    def _try(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value:
            return
        field = self.query_one(PasswordInput)
        field.disabled = True
        self._pending = True
        self.tick()

    @work(exclusive=True, exit_on_error=False, description="unlock")
    async def _unlock(self, password: str) -> None:
        path, clock = self.otp.vault_path, self.otp.clock

        def opening() -> Vault:
            return LockedVault.read(path, clock).unlock(password)

        try:
            vault = await beside(opening)
        except OtpTuiError as error:
            self._refuse(error)
        else:
            self.otp.opened(vault)

    def _refuse(self, error: OtpTuiError) -> None:
        if isinstance(error, WrongPasswordError):
            self._wrong += 1
            self._not_before = self.otp.clock.steady() + wait_after(self._wrong)
        self._refusal = error.sentence
        self._say(error.sentence, "error")
        self.tick()
        field = self.query_one(PasswordInput)
        field.disabled = False
        field.focus()

    def tick(self) -> None:
        """Count down what is left of the wait, then try what was typed."""
        left = self._not_before - self.otp.clock.steady()
        if left > 0:
            self._say(f"{self._refusal} The next try is in {math.ceil(left)} s.", "error")
        elif self._pending:
            self._pending = False
            self._say("Unlocking …", "muted")
            self._unlock(self.query_one(PasswordInput).take())
        elif self._not_before:
            self._not_before = 0.0
            self._say(self._refusal, "error")

    def _say(self, text: str, tone: str) -> None:
        label = self.query_one("#message", Label)
        label.set_classes("muted" if tone == "muted" else f"tone-{tone}")
        label.update(text)
