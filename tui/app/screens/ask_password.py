"""Asks for the password: before secrets are shown, or because another program changed it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui.app.screens.base import BaseScreen, Dialog
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.status_label import StatusLabel
from tui.errors import OtpTuiError, WrongPasswordError
from tui.vault.locked_vault import LockedVault

if TYPE_CHECKING:
    from tui.app.context import Context


def check_password(context: Context, password: str) -> None:
    """Open the vault's file with a password, and close it; takes as long as a key derivation.

    Raises:
        WrongPasswordError, VaultError: as `LockedVault.read` and `LockedVault.unlock`.
    """
    LockedVault.read(context.vault_path, context.clock).unlock(password).close()


async def may_show(screen: BaseScreen[Any], purpose: str) -> bool:
    """Return True if secrets may be shown: ask for the password if the settings want that.

    Call it in a worker. `purpose` follows “Enter the password to”.
    """
    if not screen.context.asks_again:
        return True
    answer = await screen.app.push_screen_wait(AskPasswordScreen(purpose))
    return bool(answer)


class AskPasswordScreen(Dialog[bool]):
    """Returns True once the password was typed.

    Wrong ones count, unless `new` tries the password of a file: a copy, or the vault that another
    program saved with another one, so that there may be unsaved changes.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "PasswordInput"
    BINDINGS: ClassVar = [Binding("escape", "leave", show=False)]

    _field = getters.query_one(PasswordInput)

    def __init__(
        self,
        purpose: str,
        new: Callable[[str], object] | None = None,
        *,
        why: str = "The vault was opened without it.",
        then: Callable[[str], object] | None = None,
        is_copy: bool = False,
    ) -> None:
        """`why` it is asked for; `then` gets the right password, in a thread.

        If it is that of a copy (`is_copy`), a recovery code does, too.
        """
        super().__init__()
        self._purpose = purpose
        self._new = new
        self._why = why
        self._then = then
        self._is_copy = is_copy
        self._acting = False
        """True while `new` or `then` runs."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            what = "the password" if self._new is None else "the file's password"
            yield Label(f"Enter {what} to {self._purpose}", classes="title", markup=False)
            yield PasswordInput("Password or recovery code" if self._is_copy else "Password")
            yield StatusLabel(self._why)
            yield CardKeys([("↵", "continue"), ("Esc", "cancel")])

    def action_leave(self) -> None:
        """Cancel, unless the password is already used for what it was asked for."""
        if not self._acting:
            self.dismiss(False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value:
            self._field.disabled = True
            self._check(self._field.take())

    @work(group="unlock", exclusive=True, exit_on_error=False, description="check the password")
    async def _check(self, password: str) -> None:
        self.say("Checking …")
        new, then = self._new, self._then
        try:
            if new is not None and self._is_copy:
                await in_daemon_thread(partial(new, password))
            elif new is not None:
                self._acting = True  # it also saves
                await in_thread(partial(new, password))
            else:
                await in_daemon_thread(partial(check_password, self.context, password))
            if then is not None:
                self._acting = True
                await in_thread(lambda: then(password))
        except OtpTuiError as error:
            self._refuse(error)
        else:
            if not self._is_copy:
                self.context.password_given()
            self.dismiss(True)

    def _refuse(self, error: OtpTuiError) -> None:
        self._acting = False
        wrong = isinstance(error, WrongPasswordError)
        if wrong and self._new is None and self.context.password_wrong():
            return
        self.say(str(error) if wrong and not self._is_copy else error.sentence, "error")
        self._field.disabled = False
        self.set_focus(self._field)
