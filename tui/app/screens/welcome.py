"""The first screen, which creates the vault."""

from __future__ import annotations

from typing import ClassVar

from textual import events, getters, on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Middle, Vertical
from textual.widgets import Input, Label

from tui.app.screens.base import BaseScreen
from tui.app.screens.unlock import RECOVER_HINT
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.password_input import PasswordInput, judgment, unfinished
from tui.app.widgets.status_label import StatusLabel
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import OtpTuiError
from tui.paths import short_path
from tui.vault.copies import has_kept, renamed_sentence
from tui.vault.new_vault import NewVault
from tui.vault.vault import Vault

WAYS = [
    ("i", "import a backup of another app"),
    ("a", "paste or type an otpauth:// URI"),
    ("o", "open an image of a QR code"),
    ("r", "create a recovery code first"),
    ("↵", "start with an empty list"),
]
"""The keys that open a new vault, and what each does."""
_FORGOTTEN = "If you forget {}, only a recovery code opens the vault."


def _keys(enter: str) -> list[tuple[str, str]]:
    return [("↵", enter), ("⇥", "other field"), ("^q", "quit")]


class WelcomeScreen(BaseScreen[None]):
    """Asks for a new password twice, creates the vault, and offers the first steps."""

    CSS_PATH = "unlock.tcss"
    AUTO_FOCUS = "#first"
    BINDINGS: ClassVar = [
        Binding("escape", "cancel", show=False),
        Binding("i", "start('import')", show=False),
        Binding("a", "start('add')", show=False),
        Binding("o", "start('add-image')", show=False),
        Binding("r", "start('recovery-code')", show=False),
        Binding("enter", "start('')", show=False),
        Binding("ctrl+r", "recover", show=False),
    ]

    _first = getters.query_one("#first", PasswordInput)
    _second = getters.query_one("#second", PasswordInput)

    def __init__(self) -> None:
        super().__init__()
        self._vault: Vault | None = None
        """The vault, once created."""
        self._deriving = False

    def compose(self) -> ComposeResult:
        with Middle(), Vertical(classes="card"):
            yield Label("Welcome to otp-tui", classes="title")
            yield Label(
                "Choose a password for your vault, an encrypted file:\n"
                f"{short_path(self.context.vault_path)}",
                classes="muted path",
                markup=False,
                id="words",
            )
            yield Label(_FORGOTTEN.format("it"), classes="muted", id="warning")
            yield PasswordInput(f"New password, at least {MIN_LENGTH} characters", id="first")
            yield PasswordInput("Repeat password", id="second")
            yield StatusLabel()
            yield CardKeys(_keys("next"))
            with Vertical(id="ways"):
                yield Label("How would you like to start?")
                for way in WAYS:
                    yield CardKeys([way])

    def on_mount(self) -> None:
        """Warn before a second vault is created because the first was renamed or deleted."""
        path = self.context.vault_path
        renamed = renamed_sentence(path)
        if renamed or has_kept(path):
            words = renamed or "older copies of it are kept."
            self.say(f"There is no vault here, but {words} {RECOVER_HINT}", "warning")

    @work(group="recover", exclusive=True, exit_on_error=False, description="recover")
    async def action_recover(self) -> None:
        """Show what is kept of a vault that is missing."""
        from tui.app.screens.recover_vault import offer_copies

        if self._vault is None and not self._deriving:
            await offer_copies(self)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        self.query_one(CardKeys).show(_keys("create" if event.widget is self._second else "next"))

    @on(PasswordInput.Typed)
    def _judge(self) -> None:
        """Say what is missing, or how strong the password is."""
        self.say(*judgment(self._first.value, self._second.value))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        first, second = self._first, self._second
        field, mistake = unfinished(first, second)
        if mistake:
            self.say(mistake, "error")
        if field is not None:
            self.set_focus(field)
        else:
            first.disabled = second.disabled = True
            self.say("Creating the vault. This can take a while. (Esc cancels)")
            second.take()
            self._create(first.take())

    @work(exclusive=True, exit_on_error=False, description="create the vault")
    async def _create(self, password: str) -> None:
        path, clock = self.context.vault_path, self.context.clock
        params = self.context.config.kdf.params
        self._deriving = True
        try:
            new = await in_daemon_thread(lambda: NewVault.derive(path, password, params, clock))
            self._deriving = False
            self._vault = await in_thread(new.save)
        except OtpTuiError as error:
            self._ask_again(error.sentence, "error")
        else:
            self._offer()
        finally:
            self._deriving = False

    def action_cancel(self) -> None:
        """Create no vault, if nothing was written yet."""
        if self._deriving:
            self.workers.cancel_node(self)
            self._ask_again("Canceled.", "muted")

    def _ask_again(self, reason: str, tone: str) -> None:
        self._first.disabled = self._second.disabled = False
        self.set_focus(self._first)
        self.say(reason, tone)

    def _offer(self) -> None:
        self._first.display = self._second.display = False
        self.set_focus(None)
        words = self.query_one("#words", Label)
        words.remove_class("path")
        words.update(f"Vault created. {_FORGOTTEN.format('the password')}")
        self.say("")
        self.query_one("#warning").display = self.query_one(CardKeys).display = False
        self.query_one("#ways").display = True
        self.add_class("-created")

    def on_key(self, event: events.Key) -> None:
        """Let keys that the list has, too, open it first."""
        if self._vault is None or event.key in dict(WAYS):
            return
        for command in ("import", "add", "palette", "help"):
            if event.key in self.context.keymap.of(command):
                event.stop()
                self.action_start(command)
                return

    def on_paste(self, event: events.Paste) -> None:
        """Let the list, which opens a form for it, have a pasted URI."""
        if self._vault is not None:
            event.stop()
            self.action_start("")
            self.app.post_message(events.Paste(event.text))

    def action_start(self, then: str) -> None:
        """Show the code list, and run the command with the id `then`."""
        if self._vault is not None:
            vault, self._vault = self._vault, None
            self.context.opened(vault, then=then)
