"""The merge screen: previews what copies of the vault change, merges and deletes them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding

from tui.app.commands import press_hint
from tui.app.screens.ask_password import AskPasswordScreen
from tui.app.screens.base import BaseScreen, Done, run_change
from tui.app.screens.confirm import ConfirmScreen
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.change_list import ChangeList
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.row_list import RowList
from tui.app.widgets.status_line import StatusLine
from tui.errors import DamagedVaultError, OtpTuiError
from tui.text import plural
from tui.vault.changes import both_sentence, summary
from tui.vault.copies import MergeResult, OpenCopy, merge_into, open_copy
from tui.vault.unlock import key_by_either
from tui.vault.versions import VaultFile

if TYPE_CHECKING:
    from tui.vault.vault import Vault

_MOST_LINES = 9
"""Maximum number of lines about the copies."""
_KEYS = [("↵", "merge"), ("↑↓", "move"), ("Esc", "back")]


class MergeScreen(BaseScreen[Done | None]):
    """Saves as one undoable step, then offers to delete the copies.

    Returns a sentence saying what was done and the tone to say it in; None if nothing was done.
    """

    CSS_PATH = "transfer.tcss"
    AUTO_FOCUS = "ChangeList"
    BINDINGS: ClassVar = [
        Binding("enter", "merge", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, vault: Vault, files: Sequence[VaultFile]) -> None:
        super().__init__()
        self._vault = vault
        self._files = list(files)
        self._copies: list[OpenCopy] = []
        self._left_out = ""
        """A sentence about copies whose password was not entered; "" if there are none."""
        self._preview: MergeResult | None = None
        """The preview; None while the copies are read."""
        self._busy = False

    def compose(self) -> ComposeResult:
        self._list = ChangeList()
        yield TitleBar("merge")
        yield self._list
        yield StatusLine(most_lines=_MOST_LINES)
        yield KeyBar(_KEYS)

    def on_mount(self) -> None:
        self._show_title()
        self._open()

    def _show_title(self) -> None:
        name = self._files[0].name if len(self._files) == 1 else plural(len(self._files), "copy")
        self.query_one(TitleBar).show(name)

    def on_unmount(self) -> None:
        """Drop all entries."""
        self._list.rows, self._copies, self._preview = [], [], None
        del self._vault

    @work(exclusive=True, exit_on_error=False, description="open copies")
    async def _open(self) -> None:
        self.say("Reading the copies…")
        vault, found = self._vault, None
        try:
            opened = [(file, await self._opened(file)) for file in self._files]
            if left := [file.name for file, copy in opened if copy is None]:
                self._left_out = f"Left out, as no password was entered: {', '.join(left)}."
            self._files = [file for file, copy in opened if copy is not None]
            self._copies = copies = [copy for _, copy in opened if copy is not None]
            if copies:
                found = await in_daemon_thread(lambda: merge_into(vault, copies, dry_run=True))
        except OtpTuiError as error:
            self.say(error.sentence, "error")
            return
        if found is None:
            self.dismiss(None)
        else:
            self._show_title()
            self._preview = found
            self._list.show(found.changes)
            self._summarize()
            if not found.changes:
                await self._end(f"Nothing to merge. {self._left_out}".rstrip(), "muted")

    async def _opened(self, file: VaultFile) -> OpenCopy | None:
        """Open a copy with the vault's key, or ask for its password; None if the user has none.

        Raises:
            DamagedVaultError: its contents were changed.
        """
        vault, opened = self._vault, list[OpenCopy]()
        try:
            return await in_daemon_thread(lambda: open_copy(file, vault.key))
        except DamagedVaultError:
            if file.has_slot_of(vault.slots):
                raise

        def unlock(typed: str) -> None:
            opened.append(open_copy(file, key_by_either(file.envelope, typed)))

        why = f"{file.name} opens with another password."
        await self.app.push_screen_wait(
            AskPasswordScreen("merge the copy", unlock, why=why, is_copy=True)
        )
        return opened[0] if opened else None

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._summarize()

    def _summarize(self) -> None:
        """Say what Enter does, or what the highlighted change is."""
        preview, row = self._preview, self._list.highlighted
        if preview is None:
            return
        if row is not None and row.details and self._list.cursor:
            self.say(f"{row.what}: {row.details}")
            return
        lines = [
            f"{summary(copy.changes) or 'Nothing to merge'}. {copy.base}" for copy in preview.copies
        ]
        if len(lines) > 1:
            names = (copy.file.name for copy in preview.copies)
            lines = [f"{name}: {line}" for name, line in zip(names, lines, strict=True)]
        others = [copy.file.name for copy in preview.copies if copy.has_other_password]
        if others:
            lines.append(f"{others[0]} has another password; the vault keeps its own.")
        if self._left_out:
            lines.append(self._left_out)
        self.say("\n".join(lines))

    @work(exclusive=True, exit_on_error=False, description="merge copies")
    async def action_merge(self) -> None:
        """Merge the copies, offer to delete them, and close."""
        if self._preview is None or self._busy:
            return
        vault, copies, results = self._vault, self._copies, list[MergeResult]()
        self._busy = True
        outcome = await run_change(lambda: results.append(merge_into(vault, copies)))
        self._busy = False
        if outcome.problem:
            if outcome.made:
                self.dismiss(Done(outcome.problem, "error"))
            else:
                self.say(outcome.problem, "error")
            return
        changes = results[0].changes
        if not changes:
            await self._end("The vault already has these changes.", "muted")
            return
        undo = press_hint(self.context, "undo", "to undo")
        both = both_sentence(changes)
        await self._end(f"Merged: {summary(changes)}.{undo} {both}".rstrip(), "strong")

    async def _end(self, said: str, tone: str) -> None:
        """Offer to delete the copies that are left, and close with a sentence."""
        self._files = [file for file in self._files if os.path.lexists(file.path)]
        removed = await self._offer_to_delete() if self._files else ""
        self.dismiss(Done(f"{said} {removed}".strip(), tone))

    async def _offer_to_delete(self) -> str:
        """Delete the copies if the user confirms; return a sentence about it."""
        is_one = len(self._files) == 1
        what = "the copy" if is_one else plural(len(self._files), "copy")
        names = "\n".join(file.name for file in self._files)
        words = f"{names}\n\nThe vault already has all {'its' if is_one else 'their'} changes."
        question = ConfirmScreen(f"Delete {what}?", words, "delete")
        if not await self.app.push_screen_wait(question):
            return ""
        files = self._files
        deleted = await in_thread(lambda: [file.remove() for file in files])
        left = deleted.count(False)
        return f"Couldn't delete {plural(left, 'copy')}." if left else f"Deleted {what}."

    def action_back(self) -> None:
        """Close, unless the vault is being saved."""
        if not self._busy:
            self.dismiss(None)
