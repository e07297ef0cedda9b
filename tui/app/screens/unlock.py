"""The door: asks for the password of the vault, or has the password command give it."""

from __future__ import annotations

import math
import signal
import sys
from collections.abc import Callable

from textual import on, work
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import Middle, Vertical
from textual.widgets import Input, Label

from tui.app.key_queue import BACKGROUND
from tui.app.screens.base import BaseScreen, in_thread
from tui.app.widgets.bars import KeyBar
from tui.app.widgets.password_input import PasswordInput
from tui.errors import OtpTuiError, PasswordCommandError, WrongPasswordError
from tui.password_command import PasswordCommand, program_name
from tui.text import safe
from tui.vault.vault import LockedVault, Vault

_SURE_AFTER = 3
"""Wrong passwords after which damage to the vault is mentioned."""
LONGEST_WAIT = 30.0
"""Seconds between two tries, at the most."""


def wait_after(tries: int) -> float:
    """Return how many seconds to wait after so many wrong passwords in a row."""
    return 0.0 if tries < 2 else min(LONGEST_WAIT, 2.0 ** (tries - 2))


class UnlockScreen(BaseScreen[None]):
    """Opens the vault with its password. Wrong ones make it wait, longer each time.

    Where the settings have a password command, it is run once when the app starts, beside
    the screen and without the terminal; after that only when Enter asks for it, with the
    terminal, since it may have to ask something itself.
    """

    CSS_PATH = "unlock.tcss"
    AUTO_FOCUS = "PasswordInput"

    def __init__(self, reason: str = "", *, at_start: bool = False) -> None:
        """`at_start` is whether nobody has locked the vault since the app began."""
        super().__init__()
        self._reason = reason
        self._at_start = at_start
        self._wrong = 0
        self._not_before = 0.0
        self._refusal = ""
        self._pending: Callable[[], object] | None = None
        """What was asked for and waits for its turn."""
        self._asked: PasswordCommand | None = None
        """The password command, while it runs beside the screen."""

    def compose(self) -> ComposeResult:
        offer = f", or Enter runs {self._program}" if self._program else ""
        with Middle(), Vertical(classes="card"):
            yield Label("otp-tui", classes="title")
            yield Label(safe(str(self.context.vault_path), 200), classes="muted path", markup=False)
            yield PasswordInput(f"Password{offer}", id="password")
            yield Label(self._reason, id="message", classes="muted", markup=False)
        yield KeyBar([("↵", "unlock"), ("^q", "quit")])

    def on_mount(self) -> None:
        if self._at_start and self._program:
            self._ask_beside()

    def on_unmount(self) -> None:
        self._stop_command()

    @property
    def _program(self) -> str:
        words = self.context.config.password_command
        return program_name(words) if words else ""

    @on(Input.Submitted, "#password")
    def _try(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value:
            self._pending = self._unlock_with_typed
        elif self._program:
            self._pending = self._ask_on_terminal
        else:
            return
        self._stop_command()
        self.query_one(PasswordInput).disabled = True
        self.tick()

    # --- the password command ------------------------------------------------------------

    @work(
        name=BACKGROUND,
        group="command",
        exclusive=True,
        exit_on_error=False,
        description="password command",
    )
    async def _ask_beside(self) -> None:
        command = self._asked = self._command()
        self._say(f"Asking {command.name} … You can type the password all the same.", "muted")
        try:
            password = await in_thread(lambda: command.run(on_terminal=False))
        except PasswordCommandError as error:
            if self._asked is command:
                self._asked = None
                self._refuse(error, "Type the password, or press Enter to run it on the terminal.")
        else:
            if self._asked is command:
                self._asked = None
                self._open(password, from_command=True)

    def _ask_on_terminal(self) -> None:
        """Let the command have the terminal, and the screen stand still, until it ends."""
        command = self._command()
        given: str | PasswordCommandError
        try:
            with self.app.suspend():
                given = _run_here(command)
        except SuspendNotSupported:
            self.query_one(PasswordInput).disabled = False
            self._ask_beside()
            return
        if isinstance(given, str):
            self._open(given, from_command=True)
        else:
            self._refuse(given, "Type the password, or press Enter to run it again.")

    def _command(self) -> PasswordCommand:
        return PasswordCommand(self.context.config.password_command, self.context.environ)

    def _stop_command(self) -> None:
        if self._asked is not None:
            self._asked.stop()
            self._asked = None

    # --- opening ---------------------------------------------------------------------------

    def _unlock_with_typed(self) -> None:
        self._open(self.query_one(PasswordInput).take())

    def _open(self, password: str, *, from_command: bool = False) -> None:
        field = self.query_one(PasswordInput)
        field.take()
        field.disabled = True
        self._say("Unlocking …", "muted")
        self._unlock(password, from_command)

    @work(exclusive=True, exit_on_error=False, description="unlock")
    async def _unlock(self, password: str, from_command: bool) -> None:
        path, clock = self.context.vault_path, self.context.clock

        def opening() -> Vault:
            return LockedVault.read(path, clock).unlock(password)

        try:
            vault = await in_thread(opening)
        except OtpTuiError as error:
            wrong = from_command and isinstance(error, WrongPasswordError)
            self._refuse(error, f"That was what {self._program} gave." if wrong else "")
        else:
            self.context.opened(vault)

    def _refuse(self, error: OtpTuiError, advice: str = "") -> None:
        if isinstance(error, WrongPasswordError):
            self._wrong += 1
            self._not_before = self.context.clock.steady() + wait_after(self._wrong)
        maybe_damaged = not isinstance(error, WrongPasswordError) or self._wrong >= _SURE_AFTER
        self._refusal = f"{error.sentence if maybe_damaged else error} {advice}".rstrip()
        self._say(self._refusal, "error")
        self.tick()
        field = self.query_one(PasswordInput)
        field.disabled = False
        field.focus()

    def tick(self) -> None:
        """Count down what is left of the wait, then do what was asked for."""
        left = self._not_before - self.context.clock.steady()
        if left > 0:
            self._say(f"{self._refusal} The next try is in {math.ceil(left)} s.", "error")
        elif self._pending is not None:
            pending, self._pending = self._pending, None
            pending()
        elif self._not_before:
            self._not_before = 0.0
            self._say(self._refusal, "error")

    def tell(self, sentence: str) -> None:
        """Say what went wrong while the vault was locked."""
        self._say(sentence, "error")

    def _say(self, text: str, tone: str) -> None:
        label = self.query_one("#message", Label)
        label.set_classes("muted" if tone == "muted" else f"tone-{tone}")
        label.update(text)


def _run_here(command: PasswordCommand) -> str | PasswordCommandError:
    """Run it on the terminal that the screen has let go of; Ctrl+C is for it, not for us."""
    if sys.__stderr__ is not None:
        sys.__stderr__.write(f"otp-tui: asking {command.name} …\n")
        sys.__stderr__.flush()
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return command.run(on_terminal=True)
    except PasswordCommandError as error:
        return error
    finally:
        signal.signal(signal.SIGINT, before)
