"""The first run: makes the vault."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Middle, Vertical
from textual.widgets import Input, Label

from tui.app.screens.base import BaseScreen, in_thread
from tui.app.widgets.bars import KeyBar
from tui.app.widgets.password_input import PasswordInput
from tui.crypto.kdf import Argon2Params
from tui.crypto.passwords import MIN_LENGTH, strength
from tui.errors import OtpTuiError
from tui.text import safe
from tui.vault.vault import Vault


class WelcomeScreen(BaseScreen[None]):
    """Asks for a new password twice, makes the vault, and offers what to do first."""

    CSS_PATH = "unlock.tcss"
    AUTO_FOCUS = "#first"
    BINDINGS: ClassVar = [
        Binding("i", "start(True)", show=False),
        Binding("e,enter", "start(False)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._vault: Vault | None = None

    def compose(self) -> ComposeResult:
        with Middle(), Vertical(classes="card"):
            yield Label("Welcome to otp-tui", classes="title")
            yield Label(
                "Your codes will live in one encrypted file:\n"
                f"{safe(str(self.context.vault_path), 200)}\n"
                "Only its password opens it. There is no other way in: keep it well.",
                classes="muted path",
                markup=False,
                id="words",
            )
            yield PasswordInput(f"New password, at least {MIN_LENGTH} characters", id="first")
            yield PasswordInput("The same again", id="second")
            yield Label("", id="message", classes="muted", markup=False)
        yield KeyBar([("↵", "next"), ("⇥", "other field"), ("^q", "quit")])

    @on(PasswordInput.Typed)
    def _judge(self) -> None:
        first, second = self._fields()
        if not first.value:
            self._say("", "muted")
        elif first.length < MIN_LENGTH:
            self._say(f"{MIN_LENGTH - first.length} more characters", "muted")
        elif second.value and second.value != first.value[: second.length]:
            self._say("The two differ.", "warning")
        else:
            self._say(strength(first.value).sentence, "muted")

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        first, second = self._fields()
        if first.length < MIN_LENGTH:
            self._say(f"A password has at least {MIN_LENGTH} characters.", "error")
            self.set_focus(first)
        elif not second.value:
            self.set_focus(second)
        elif first.value != second.value:
            self._say("The two differ; type the second again.", "error")
            second.take()
            self.set_focus(second)
        else:
            first.disabled = second.disabled = True
            self._say("Making the vault …", "muted")
            second.take()
            self._make(first.take())

    @work(exclusive=True, exit_on_error=False, description="make the vault")
    async def _make(self, password: str) -> None:
        path, clock, kdf = self.context.vault_path, self.context.clock, self.context.config.kdf
        params = Argon2Params(kdf.time_cost, kdf.memory_mib * 1024, kdf.parallelism)
        try:
            self._vault = await in_thread(lambda: Vault.create(path, password, params, clock))
        except OtpTuiError as error:
            first, second = self._fields()
            first.disabled = second.disabled = False
            self.set_focus(first)
            self._say(error.sentence, "error")
        else:
            self._offer()

    def _offer(self) -> None:
        for field in self._fields():
            field.display = False
        self.set_focus(None)
        self.query_one("#words", Label).update(
            "The vault is made.\n\n  i   import a backup of another app\n  e   start empty"
        )
        self._say("", "muted")
        bar = self.query_one(KeyBar)
        bar.show([("i", "import a backup"), ("e", "start empty"), ("^q", "quit")])

    def action_start(self, then_import: bool) -> None:
        """Go on to the codes, through the import screen or not."""
        if self._vault is not None:
            vault, self._vault = self._vault, None
            self.context.opened(vault, then_import=then_import)

    def _fields(self) -> tuple[PasswordInput, PasswordInput]:
        return self.query_one("#first", PasswordInput), self.query_one("#second", PasswordInput)

    def _say(self, text: str, tone: str) -> None:
        label = self.query_one("#message", Label)
        label.set_classes("muted" if tone == "muted" else f"tone-{tone}")
        label.update(text)
