"""Changes the password of the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui.app.screens.ask_password import check_password
from tui.app.screens.base import Dialog
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.password_input import PasswordInput, judgment, unfinished
from tui.app.widgets.status_label import StatusLabel
from tui.crypto.kdf import Argon2Params
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import HalfSavedError, OtpTuiError, WrongPasswordError

if TYPE_CHECKING:
    from tui.vault.vault import Vault


class ChangePasswordScreen(Dialog[str]):
    """Asks for the current password and a new one, twice; returns a sentence once it is set."""

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "#current"
    BINDINGS: ClassVar = [Binding("escape", "leave", show=False)]

    _current = getters.query_one("#current", PasswordInput)
    _first = getters.query_one("#first", PasswordInput)
    _second = getters.query_one("#second", PasswordInput)

    def __init__(self, vault: Vault, params: Argon2Params) -> None:
        """`params` are those of the new password's key derivation."""
        super().__init__()
        self._vault = vault
        self._params = params
        self._busy = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Label("Change password", classes="title")
            yield PasswordInput("Current password", id="current")
            yield PasswordInput(f"New password, at least {MIN_LENGTH} characters", id="first")
            yield PasswordInput("Repeat new password", id="second")
            yield StatusLabel()
            yield CardKeys([("↵", "next"), ("⇥", "other field"), ("Esc", "cancel")])

    @property
    def unsaved(self) -> bool:
        return any(field.value for field in (self._current, self._first, self._second))

    def action_leave(self) -> None:
        """Change nothing, unless the new password is being saved."""
        if not self._busy:
            self.dismiss(None)

    @on(PasswordInput.Typed)
    def _judge(self) -> None:
        """Say what is missing, or how strong the new password is."""
        self.say(*judgment(self._first.value, self._second.value))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        current, first = self._current, self._first
        if self._busy:
            return
        if not current.value:
            self.set_focus(current)
            return
        if not first.value and event.input is current:
            self.set_focus(first)
            return
        field, mistake = unfinished(first, self._second)
        if mistake:
            self.say(mistake, "error")
        if field is not None:
            self.set_focus(field)
        else:
            self._set_busy(True)
            self._change(current.take(), first.value)

    @work(group="unlock", exclusive=True, exit_on_error=False, description="change the password")
    async def _change(self, current: str, new: str) -> None:
        context = self.context
        self.say("Checking the current password …")
        try:
            await in_daemon_thread(lambda: check_password(context, current))
        except OtpTuiError as error:
            self._refuse(error)
            return
        context.password_given()
        self.say("Encrypting the vault under a new key …")
        self.saving = True
        try:
            await in_thread(lambda: self._vault.change_password(new, self._params))
        except HalfSavedError as error:
            await context.end_session()
            self.dismiss(error.sentence)
        except OtpTuiError as error:
            self.saving = False
            self._set_busy(False)
            self.set_focus(self._current)
            self.say(error.sentence, "error")
        else:
            await context.end_session()
            stays = " The recovery code stays valid." if self._vault.has_recovery_code else ""
            self.dismiss(f"Password changed.{stays}")

    def _refuse(self, error: OtpTuiError) -> None:
        wrong = isinstance(error, WrongPasswordError)
        if wrong and self.context.password_wrong():
            return
        self._set_busy(False)
        self.set_focus(self._current)
        self.say("This is not the current password." if wrong else error.sentence, "error")

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        for field in (self._current, self._first, self._second):
            field.disabled = busy
