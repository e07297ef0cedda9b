"""Creates a recovery code, and shows it once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Label

from tui.app.screens.base import Dialog
from tui.app.threads import in_thread
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.status_label import StatusLabel
from tui.errors import HalfSavedError, OtpTuiError
from tui.vault import recovery

if TYPE_CHECKING:
    from tui.vault.vault import Vault

_WORDS = (
    "Write it on paper and keep it away from this machine: it opens the vault without the password."
    " It won't be shown again."
)
_LINE = 20
"""Characters of a code that fit in one line of a narrow terminal: half of it."""


class RecoveryCodeScreen(Dialog[str]):
    """Shows a new code, which `y` saves; returns a sentence once it is saved.

    Enter does nothing: pressed twice after the password, it would save a code that nobody has seen.
    """

    CSS_PATH = "dialogs.tcss"
    BINDINGS: ClassVar = [
        Binding("y", "save", show=False),
        Binding("escape", "leave", show=False),
    ]

    def __init__(self, vault: Vault) -> None:
        super().__init__()
        self._vault = vault
        self._code = recovery.new_code()
        self._busy = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Label("New recovery code", classes="title")
            yield Label(self._shown(), id="big", markup=False)
            yield Label(_WORDS, markup=False)
            previous = "The previous code then opens only older copies."
            yield StatusLabel(previous if self._vault.has_recovery_code else "")
            yield CardKeys([("y", "I wrote it down"), ("Esc", "discard")])

    def _shown(self) -> str:
        """Return the code as text, in two lines on a narrow terminal."""
        text = recovery.as_text(self._code)
        halves = text[:_LINE], text[_LINE:]
        return "\n".join(halves) if self.has_class("-narrow") else text

    def on_unmount(self) -> None:
        """Drop the code: Textual may keep the screen for a while."""
        self._code = b""

    def action_leave(self) -> None:
        """Discard the code, unless it is being saved."""
        if not self._busy:
            self.dismiss(None)

    def action_save(self) -> None:
        """Save the code in the vault."""
        if not self._busy:
            self._busy = True
            self._save(self._code)

    @work(group="change", exclusive=True, exit_on_error=False, description="set the recovery code")
    async def _save(self, code: bytes) -> None:
        self.say("Saving …")
        try:
            await in_thread(lambda: self._vault.set_recovery_code(code))
        except HalfSavedError as error:
            self.dismiss(error.sentence)
        except OtpTuiError as error:
            self._busy = False
            self.say(f"{error.sentence} The new code is not valid yet.", "error")
        else:
            self.dismiss("The vault has a new recovery code.")
