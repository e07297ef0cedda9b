"""The code list as commands see it, and the entries that they act on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from tui.app.commands import press_hint
from tui.app.visible_entries import TRASH

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.app.context import Context
    from tui.app.widgets.code_list import CodeList
    from tui.otp.entry import Entry
    from tui.vault.vault import Vault

Answer = TypeVar("Answer")


class ListView(Protocol):
    """The interface that commands use, implemented by `tui.app.screens.codes.CodesScreen`."""

    vault: Vault
    """The open vault."""
    codes: CodeList
    """The list."""
    category: str | None
    """Id of the current category, or `TRASH`; None for all."""
    search_text: str | None
    """The search text; None if no search is open."""

    @property
    def context(self) -> Context:
        """The app."""

    @property
    def moment(self) -> int:
        """The current Unix time in whole seconds."""

    async def take_over(self) -> None:
        """Show what another program saved, if it did."""

    def reload(self, keep: str | None = None) -> None:
        """Show the current contents of the vault, and highlight the entry with the id `keep`."""

    def replace(self, entry: Entry) -> None:
        """Show an entry that changed without moving, e.g. as its code was copied."""

    @property
    def message(self) -> str:
        """The current message."""

    def say(self, text: str, tone: str = "strong", *, stay: bool = False) -> None:
        """Show a message for some seconds, or until the next one if `stay`."""

    def withdraw(self, words: str) -> None:
        """Remove the message if it has these words, as they no longer hold."""

    def note(self, notice: str) -> None:
        """Show a notice behind the message, until the next one."""

    async def ask(self, screen: Screen[Answer]) -> Answer | None:
        """Show a screen above the list and return its result."""


def targets(view: ListView) -> list[Entry]:
    """Return the selected entries (in the trash or outside it), or else the highlighted one."""
    document, codes = view.vault.document, view.codes
    among = document.trash if view.category == TRASH else document.entries
    selected = [entry for entry in among if entry.id in codes.selected]
    return selected or ([codes.highlighted] if codes.highlighted else [])


def living_targets(view: ListView) -> list[Entry]:
    """Return the targets; if they are in the trash, say so and return none."""
    found = targets(view)
    if found and found[0].deleted:
        hint = press_hint(view.context, "restore", "to restore")
        view.say(f"Entries in the trash can't be changed.{hint}", "warning")
        return []
    return found
