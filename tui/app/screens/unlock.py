"""Unlocks the vault with the password, typed or from the password command."""

from __future__ import annotations

import asyncio
import math
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding
from textual.containers import Container, Middle, Vertical
from textual.widgets import Input, Label

from tui.app.key_queue import BACKGROUND
from tui.app.screens.base import BaseScreen
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.status_label import StatusLabel
from tui.app.wrong_tries import WrongTries, wait_after
from tui.errors import (
    OtpTuiError,
    PasswordCommandError,
    VaultMissingError,
    WrongPasswordError,
)
from tui.password_command import PasswordCommand, program_name
from tui.paths import short_path
from tui.vault.reader import BACKUP_HINT

if TYPE_CHECKING:
    from tui.vault.locked_vault import LockedVault

TRIES_BEFORE_ADVICE = 3
"""Number of wrong passwords after which the message says what to check."""

RECOVER_HINT = "Press ^r to restore an older copy."

_CHECK = "Check Caps Lock and the keyboard layout."
_FORGOTTEN = "Forgot the password? Run: otp-tui recovery use"
_DAMAGED = "If the password is right, the vault may be damaged: press ^r to restore an older copy."


class UnlockScreen(BaseScreen[None]):
    """Asks for the password, with a longer wait after each wrong one.

    If there is a password command, it runs in the background when the app starts, without the
    terminal. Later, it runs only when the user presses Enter, and then on the terminal, where it
    can ask questions.
    """

    CSS_PATH = "unlock.tcss"
    AUTO_FOCUS = "PasswordInput"
    BINDINGS: ClassVar = [Binding("ctrl+r", "recover", show=False)]

    _field = getters.query_one("#password", PasswordInput)
    _advice_label = getters.query_one("#advice", Label)

    def __init__(self, reason: str = "", *, at_start: bool = False) -> None:
        """`reason` is shown first; `at_start` is True if the app has just started."""
        super().__init__()
        self._reason = reason
        self._at_start = at_start
        self._wrong_tries = 0
        self._refusal = ""
        self._advice = ""
        """Lines below the refusal: what to check and to do."""
        self._may_recover = False
        """True once the vault was found damaged or missing."""
        self._next_try = 0.0
        """Steady time of the next attempt; 0 for at once."""
        self._turn = asyncio.Event()
        self._command: PasswordCommand | None = None
        """The password command that runs in the background, if any."""

    def compose(self) -> ComposeResult:
        offer = f" (Enter runs {self._program})" if self._program else ""
        with Middle(), Container(id="room"), Vertical(classes="card"):
            yield Label("otp-tui", classes="title")
            yield Label(short_path(self.context.vault_path), classes="muted path", markup=False)
            yield PasswordInput(f"Password{offer}", id="password")
            yield StatusLabel(self._reason)
            yield Label("", id="advice", markup=False)
            yield CardKeys([("↵", "unlock"), ("^q", "quit")])

    def on_mount(self) -> None:
        self._tries = WrongTries(self.context.vault_path, self.context.clock)
        self._show_advice("")
        self._wait_on()
        if self._at_start and self._program:
            self._run_in_background()

    def _wait_on(self) -> None:
        """Take up the wait after wrong passwords that were entered elsewhere."""
        self._wrong_tries, left = self._tries.last()
        if left:
            self._refusal, self._advice = "Wrong password.", ""
            self._next_try = self.context.clock.steady() + left
            self.tick()

    def on_unmount(self) -> None:
        self._stop_command()

    @property
    def _program(self) -> str:
        words = self.context.config.password_command
        return program_name(words) if words else ""

    @on(Input.Submitted, "#password")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value or self._program:
            self._stop_command()
            self._field.disabled = True
            self._try()

    @work(group="unlock", exclusive=True, exit_on_error=False, description="unlock")
    async def _try(self) -> None:
        """Unlock with the typed password, or else the password command, after any wait."""
        self._turn.clear()
        self.tick()
        if self._next_try:
            await self._turn.wait()
        if self._field.value:
            await self._unlock(self._field.take())
        else:
            await self._run_on_terminal()

    def tick(self) -> None:
        """Count down to the next attempt."""
        left = self._next_try - self.context.clock.steady()
        if left > 0:
            self._say_refusal(f"Try again in {math.ceil(left)} s.")
        elif self._next_try:
            self._next_try = 0.0
            self._say_refusal()
            self._turn.set()

    def _say_refusal(self, wait: str = "") -> None:
        self.say(f"{self._refusal} {wait}".rstrip(), "error")
        self._show_advice(self._advice)

    def say(self, text: str, tone: str = "muted") -> None:
        """Show a message, without the advice below it."""
        super().say(text, tone)
        self._show_advice("")

    def _show_advice(self, advice: str) -> None:
        self._advice_label.update(advice)
        self._advice_label.display = bool(advice)

    # --- the password command ------------------------------------------------------------

    @work(
        name=BACKGROUND,
        group="command",
        exclusive=True,
        exit_on_error=False,
        description="password command",
    )
    async def _run_in_background(self) -> None:
        command = self._command = self._new_command()
        self.say(f"Running {command.name} … You can also type the password.")
        try:
            password = await in_thread(lambda: command.run(on_terminal=False))
        except PasswordCommandError as error:
            if self._command is command:
                self._command = None
                self._refuse(error, "Type the password, or press Enter to run it on the terminal.")
        else:
            if self._command is command:
                self._command = None
                self._field.take()
                await self._unlock(password, from_command=True)

    async def _run_on_terminal(self) -> None:
        """Suspend the app while the command uses the terminal."""
        command = self._new_command()
        given: str | PasswordCommandError
        try:
            with self.app.suspend():
                given = _run_here(command)
        except SuspendNotSupported:
            self._field.disabled = False
            self.set_focus(self._field)
            self._run_in_background()
            return
        if isinstance(given, str):
            await self._unlock(given, from_command=True)
        else:
            self._refuse(given, "Type the password, or press Enter to run it again.")

    def _new_command(self) -> PasswordCommand:
        return PasswordCommand(self.context.config.password_command, self.context.environ)

    def _stop_command(self) -> None:
        if self._command is not None:
            self._command.stop()
            self._command = None

    # --- unlocking -------------------------------------------------------------------------

    async def _unlock(self, password: str, *, from_command: bool = False) -> None:
        from tui.vault.locked_vault import LockedVault

        self._field.disabled = True
        self.say("Unlocking …")
        path, clock = self.context.vault_path, self.context.clock
        locked: LockedVault | None = None
        try:
            locked = await in_thread(lambda: LockedVault.read(path, clock))
            vault = await in_daemon_thread(partial(locked.unlock, password))
        except WrongPasswordError as error:
            self._wrong_tries += 1
            await in_thread(lambda: self._tries.remember(self._wrong_tries))
            has_code = locked is not None and locked.has_recovery_code
            self._refuse_password(error, has_code=has_code, from_command=from_command)
        except OtpTuiError as error:
            self._refuse(error)
        else:
            self._tries.forget()
            self.context.opened(vault, typed=not from_command)

    def _refuse_password(
        self, error: WrongPasswordError, *, has_code: bool, from_command: bool
    ) -> None:
        """Add advice from the third wrong password on."""
        if wait := wait_after(self._wrong_tries):
            self._next_try = self.context.clock.steady() + wait
        sentence = (
            f"{error} The password came from {self._program}." if from_command else str(error)
        )
        advice = []
        if self._wrong_tries >= TRIES_BEFORE_ADVICE:
            advice += [] if from_command else [_CHECK]
            advice += [_FORGOTTEN] if has_code else []
            if BACKUP_HINT in error.hint:
                self._may_recover = True
                advice.append(_DAMAGED)
            elif error.hint:
                advice.append(error.hint)
        self._show_refusal(sentence, "\n".join(advice))

    def _refuse(self, error: OtpTuiError, advice: str = "") -> None:
        sentence = error.sentence
        if BACKUP_HINT in sentence or isinstance(error, VaultMissingError):
            self._may_recover = True
            sentence = f"{sentence.replace(BACKUP_HINT, '').rstrip()} {RECOVER_HINT}"
        self._show_refusal(f"{sentence} {advice}".rstrip())

    def _show_refusal(self, sentence: str, advice: str = "") -> None:
        self._refusal, self._advice = sentence, advice
        self._say_refusal()
        self.tick()
        self._field.disabled = False
        self.set_focus(self._field)

    @work(group="recover", exclusive=True, exit_on_error=False, description="recover")
    async def action_recover(self) -> None:
        """Show what is kept of a vault that was found damaged or missing."""
        from tui.app.screens.recover_vault import offer_copies

        if self._may_recover:
            await offer_copies(self)
            self._wait_on()


def _run_here(command: PasswordCommand) -> str | PasswordCommandError:
    """Run the command on the terminal, which the app has released; it gets Ctrl+C."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"otp-tui: running {command.name} …\n")
        sys.__stderr__.flush()
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return command.run(on_terminal=True)
    except PasswordCommandError as error:
        return error
    finally:
        signal.signal(signal.SIGINT, before)
