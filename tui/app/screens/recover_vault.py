"""The recover screen: lists older copies of the vault, previews and restores one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Input, Static

from tui.app.commands import press_hint
from tui.app.screens.base import BaseScreen, Done, run_change
from tui.app.threads import in_daemon_thread, in_thread
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.change_list import ChangeList
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.password_input import PasswordInput
from tui.app.widgets.row_list import RowList
from tui.app.widgets.status_line import StatusLine
from tui.app.widgets.version_list import Version, VersionList, heading
from tui.app.wrong_tries import WrongTries
from tui.errors import OtpTuiError, WrongPasswordError
from tui.text import plural
from tui.vault.changes import changes, summary
from tui.vault.document import Document
from tui.vault.recover import (
    Kept,
    Preview,
    check,
    contents_of,
    kept_files,
    key_of,
    locked_from,
    open_kept,
    preview,
    replace_damaged,
    restore,
)

if TYPE_CHECKING:
    from tui.vault.vault import Vault

_LIST_KEYS = [("↵", "show changes"), ("↑↓", "move"), ("Esc", "back")]
_PASSWORD_KEYS = [("↵", "open"), ("Esc", "back")]
_PREVIEW_KEYS = [("↵", "restore"), ("↑↓", "move"), ("Esc", "back")]
_NOTHING_KEYS = [("Esc", "back")]


async def offer_copies(screen: BaseScreen[Any]) -> None:
    """Show what is kept of a damaged or missing vault. Call it in a worker."""
    path = screen.context.vault_path
    damaged = await in_thread(lambda: contents_of(path))
    files = await in_thread(lambda: kept_files(path))
    if files:
        await screen.app.push_screen_wait(RecoverScreen(None, files, damaged))
    else:
        screen.say("No older copies of this vault are kept.", "warning")


class RecoverScreen(BaseScreen[Done | None]):
    """Restores as one undoable step, or replaces a damaged vault and opens the restored one.

    Returns a sentence saying what was done and the tone to say it in; None if nothing was done.
    """

    CSS_PATH = "transfer.tcss"
    AUTO_FOCUS = "VersionList"
    BINDINGS: ClassVar = [
        Binding("enter", "next", show=False),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, vault: Vault | None, files: Sequence[Kept], damaged: bytes = b"") -> None:
        """`vault` is None if it is damaged or missing; `damaged` has the bytes of its file."""
        super().__init__()
        self._damaged = damaged
        self._vault = vault
        self._files = list(files)
        self._chosen: Kept | None = None
        """The file that is previewed, or whose password is asked for."""
        self._old: Document | None = None
        """Its contents, while they are previewed."""
        self._preview: Preview | None = None
        """What restoring it would change."""
        self._opened: Vault | None = None
        """The file as a vault, to replace a damaged one."""
        self._busy = False

    def compose(self) -> ComposeResult:
        self._list = VersionList()
        self._changes = ChangeList("Nothing to restore.")
        self._field = PasswordInput("Password or recovery code of this copy")
        yield TitleBar("older copies")
        yield Static(id="columns", markup=False)
        yield self._list
        yield self._changes
        yield self._field
        yield StatusLine()
        yield KeyBar(_LIST_KEYS)

    def on_mount(self) -> None:
        self._tries = WrongTries(self.context.vault_path, self.context.clock)
        self._list_versions([Version(file) for file in self._files])
        self._show_list()
        self._check()

    def on_unmount(self) -> None:
        """Drop all contents."""
        self._forget()
        self._list.rows = []
        self._vault = None

    def _forget(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()
        self._chosen, self._old, self._preview = None, None, None
        self._changes.rows = []

    # --- the list ------------------------------------------------------------------------------

    @work(group="check", exclusive=True, exit_on_error=False, description="check copies")
    async def _check(self) -> None:
        files, vault = self._files, self._vault
        keys, slots = ([], ()) if vault is None else ([vault.key], vault.slots)
        found = await in_daemon_thread(
            lambda: [Version(one, *check(one, keys, slots)) for one in files]
        )
        self._list_versions(found)

    def _list_versions(self, rows: list[Version]) -> None:
        self._list.show(rows)
        self.query_one("#columns", Static).update(heading(rows))

    def _show_list(self) -> None:
        self._forget()
        self._show(self._list, _LIST_KEYS, plural(len(self._files), "copy"))
        if self._vault is None:
            self.say("Choose the copy to put in the vault's place.")
        else:
            self.say("Choose the copy to restore. The next screen shows what would change.")

    def _show(
        self, part: RowList[Any] | PasswordInput, keys: list[tuple[str, str]], title: str
    ) -> None:
        listed = part is not self._changes
        self._list.display = self.query_one("#columns").display = listed
        self._changes.display = part is self._changes
        self._field.display = part is self._field
        self.query_one(KeyBar).show(keys)
        self.query_one(TitleBar).show(title)
        self.set_focus(part)

    @on(RowList.Chosen)
    def _double_clicked(self, event: RowList.Chosen) -> None:
        event.stop()
        if self._old is None:
            self.action_next()

    def action_next(self) -> None:
        """Preview the highlighted copy, or restore the one that is previewed."""
        row = self._list.highlighted
        if self._busy or row is None:
            return
        if self._old is not None:
            self._restore()
        elif row.kept.file is None:
            self.say(row.kept.problem, "error")
        elif self._vault is not None and row.entries is not None:
            self._open(row.kept)
        else:
            self._chosen = row.kept
            self._field.disabled = False
            self._show(self._field, _PASSWORD_KEYS, row.kept.name)
            self.say("Enter the password or recovery code that this copy had.")

    def action_back(self) -> None:
        """Go back to the list or close, unless the vault is being saved."""
        if self._busy:
            return
        if self._chosen is None:
            self.dismiss(None)
        else:
            self.workers.cancel_group(self, "open")
            self._show_list()

    # --- the preview ---------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if event.value and self._chosen is not None:
            self._field.disabled = True
            self._open(self._chosen, self._field.take())

    @work(group="open", exclusive=True, exit_on_error=False, description="open a copy")
    async def _open(self, kept: Kept, password: str = "") -> None:
        """Preview a copy, opened with its password or else with the vault's key."""
        vault, path, clock = self._vault, self.context.vault_path, self.context.clock
        self._chosen = kept

        def read() -> tuple[Vault | None, Document, Preview]:
            if vault is None:
                opened = locked_from(kept, path, clock).unlock_with_key(key_of(kept, password))
                old = opened.document
                return opened, old, Preview(changes(Document(), old, old), Document())
            old = open_kept(kept, key_of(kept, password) if password else vault.key)
            return None, old, preview(vault, old)

        if vault is None and (left := self._tries.last().left):
            self._ask_again(f"Try again in {math.ceil(left)} s.")
            return
        self.say("Opening the copy…")
        try:
            self._opened, self._old, found = await in_daemon_thread(read)
        except WrongPasswordError as error:
            if vault is None:
                number = self._tries.last().number + 1
                await in_thread(lambda: self._tries.remember(number))
            self._ask_again(str(error))
        except OtpTuiError as error:
            self._ask_again(error.sentence)
        else:
            self._show_changes(found)
            self._summarize()

    def _show_changes(self, found: Preview) -> None:
        self._preview, rows = found, found.changes
        self._changes.show(rows)
        name = "" if self._chosen is None else self._chosen.name
        self._show(self._changes, _PREVIEW_KEYS if rows else _NOTHING_KEYS, name)

    def _ask_again(self, why: str) -> None:
        self.say(why, "error")
        self._field.disabled = False
        if self._field.display:
            self.set_focus(self._field)
        else:
            self._chosen = None

    @on(RowList.Moved)
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        if self._old is not None:
            self._summarize()

    def _summarize(self) -> None:
        """Say what Enter does, or what the highlighted change is."""
        row = self._changes.highlighted
        if row is not None and row.details and self._changes.cursor:
            self.say(f"{row.what}: {row.details}")
        elif self._vault is None:
            name = self.context.vault_path.name
            self.say(f"These entries will be in {name}. A damaged file stays next to it.")
        elif row is None:
            self.say("The vault has the same contents.")
        else:
            self.say(f"Restoring changes the vault: {summary(tuple(self._changes.rows))}.")

    # --- restoring -----------------------------------------------------------------------------

    @work(group="restore", exclusive=True, exit_on_error=False, description="restore a copy")
    async def _restore(self) -> None:
        vault, opened, kept, old = self._vault, self._opened, self._chosen, self._old
        if kept is None or old is None:
            return
        self._busy = True
        if opened is not None:
            await self._replace(opened, kept)
        elif vault is not None and self._changes.rows:
            previewed = self._preview
            outcome = await run_change(lambda: restore(vault, kept, old, previewed))
            undo = press_hint(self.context, "undo", "to undo")
            if not outcome.problem:
                self.dismiss(Done(f"Restored {kept.name}.{undo}"))
            elif outcome.made:
                self.dismiss(Done(outcome.problem, "error"))
            else:
                if outcome.conflicts:
                    self._show_changes(await in_daemon_thread(lambda: preview(vault, old)))
                self.say(outcome.problem, outcome.tone)
        self._busy = False

    async def _replace(self, opened: Vault, kept: Kept) -> None:
        """Put the opened copy in the place of the damaged vault, and show its codes."""
        clock, damaged, said = self.context.clock, self._damaged, [f"Restored {kept.name}."]

        def put() -> None:
            aside = replace_damaged(opened, clock, damaged)
            if aside is not None:
                said.append(f"The damaged file is now {aside.name}.")

        outcome = await run_change(put)
        if outcome.problem:
            self.say(outcome.problem, "error")
        else:
            self._opened = None
            self._tries.forget()
            self.context.opened(opened, said=" ".join(said))
