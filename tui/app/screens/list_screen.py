"""What a screen with a list of codes has; its actions are in the files beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.app.commands import command_key
from tui.app.screens.base import BaseScreen
from tui.app.widgets.code_list import CodeList

if TYPE_CHECKING:
    from tui.vault.vault import Vault

MESSAGE_SECONDS = 6.0


class ListScreen(BaseScreen[None]):
    """A screen with a list of codes."""

    vault: Vault
    """The open vault."""
    codes: CodeList
    """The list."""
    category: str | None
    """The id of the category that is shown; None: all."""

    def reload(self, keep: str | None = None) -> None:
        """Show what the vault holds now, the cursor on the entry with the id `keep`."""
        raise NotImplementedError

    def say(self, text: str, tone: str = "strong", seconds: float | None = MESSAGE_SECONDS) -> None:
        """Show a message for some seconds; None: until the next."""
        raise NotImplementedError

    def hint(self, command: str, words: str) -> str:
        """Return a clause such as `; u takes it back`, with the key that the command has now."""
        key = command_key(self.context, command)
        return f"; {key} {words}" if key else ""

    @property
    def moment(self) -> int:
        """The Unix second of now."""
        return int(self.context.clock.now())
