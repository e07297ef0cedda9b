"""Keeps the code list and the vault file in step: saves, takes over, and asks what is unclear."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Protocol

from tui import memory
from tui.app.commands import command_key, press_hint
from tui.app.key_queue import BACKGROUND
from tui.app.list_view import ListView
from tui.app.threads import in_thread
from tui.app.widgets.bars import UNSAVED
from tui.errors import NewPasswordError, OtpTuiError
from tui.vault.document import Document
from tui.vault.undo import mark_of

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui.vault.vault import Vault

RETRY_SECONDS = 10.0
"""Seconds between attempts to save a change that couldn't be saved."""
SAVE_LATER_SECONDS = 5.0
"""Seconds until a copy count or a move is saved, together with later ones."""
_SAVED_ELSEWHERE = "Another program saved the vault with another password."

Job = Callable[[], Coroutine[Any, Any, None]]


class WatchedList(ListView, Protocol):
    """The list as the watch uses it."""

    @property
    def is_current(self) -> bool:
        """True if no screen is above the list."""

    @property
    def document(self) -> Document:
        """The contents that are shown."""

    def show_counts(self) -> None:
        """Show the numbers of entries, or that a change isn't saved."""

    def run_worker(
        self,
        work: Job,
        *,
        name: str | None = ...,
        group: str = ...,
        description: str = ...,
        exit_on_error: bool = ...,
        exclusive: bool = ...,
    ) -> Worker[None]:
        """Run a coroutine beside others."""


class VaultWatch:
    """Looks at the vault's file each second, and saves what waits."""

    def __init__(self, view: WatchedList) -> None:
        self._view = view
        vault = view.vault
        self._save_at: float | None = None
        """Steady time at which to save pending changes; None if there are none."""
        self._canceled_with: Document | None = None
        """The contents when the question for a new password was last shown."""
        self._refusal = ""
        """The reason why the vault couldn't be saved, once it was shown."""
        self._merges = vault.merges
        self._older = vault.older
        """How the file differed from the one last used, when that was last shown."""
        self._warnings: list[str] = []
        """The vault's warnings that were shown."""
        self._copies_notice = ""
        """What was last said about conflict copies."""
        self._folder_changed = vault.folder_changed
        self._file = vault.document.history[-1:]
        """The file that was read or saved when memory was last returned to the system."""

    @property
    def _vault(self) -> Vault:
        return self._view.vault

    def begin(self) -> list[str]:
        """Return what to say about the vault at the start."""
        self._vault.accept_older_if = lambda _: False  # `_ask_about_older` asks afterwards
        older, self._warnings = self._vault.older, [*self._vault.warnings]
        return [*([older.sentence] if older is not None else []), *self._warnings]

    def look_around(self) -> None:
        """Look for conflict copies, and for what couldn't be saved before."""
        if self._view.context.pick is None:
            self._start(self._look_for_copies, "copies")
        self._start(self._take_up_unsaved, "unsaved changes", again=False)

    def tick(self, steady: float) -> None:
        """Look at the file, save in time, and give back memory; `steady` is the steady time."""
        if self._vault.stale:
            self._start(self.take_over, "watch")
        elif self._vault.merges != self._merges and not self._vault.changing:
            self._show_taken_over()  # a change that was then refused merged it in
        elif self._vault.asks_older and self._view.is_current:
            self._ask(self._ask_about_older, "older vault")
        elif self._must_ask_password and self._view.is_current:
            self._ask(self._ask_new_password, "new password")
        else:
            self._save_in_time(steady)
        changed = self._vault.folder_changed
        if changed != self._folder_changed and self._view.context.pick is None:
            self._folder_changed = changed
            self._start(self._look_for_copies, "copies")
        file = self._vault.document.history[-1:]
        if file != self._file and not self._vault.changing:
            self._file = file
            memory.give_back()  # what a save needed: 5 MiB for 10,000 entries

    def _start(self, job: Job, what: str, *, again: bool = True) -> None:
        """Run a job that keys don't wait for; with `again`, instead of the last one of its kind."""
        self._view.run_worker(
            job, name=BACKGROUND, group=what, exclusive=again, exit_on_error=False, description=what
        )

    def _ask(self, job: Job, what: str) -> None:
        """Run a job that shows a question."""
        self._view.run_worker(
            job, group=what, exclusive=True, exit_on_error=False, description=what
        )

    async def take_over(self) -> None:
        """Show what another program saved, if it did."""
        vault = self._vault
        if not vault.stale:
            return
        try:
            await in_thread(vault.refresh)
        except OtpTuiError as error:
            if isinstance(error, NewPasswordError) and vault.saved:
                hint = press_hint(self._view.context, "lock", "to lock it, and enter that one")
                self._view.say(f"{_SAVED_ELSEWHERE}{hint}", "warning", stay=True)
            else:
                self._say_not_saved(error)
        else:
            self._clear_refusal()
        self._show_taken_over()

    def _clear_refusal(self) -> None:
        """Clear the message that the vault couldn't be saved, once it doesn't hold any more."""
        if self._refusal and self._vault.saved:
            self._refusal = ""
            self._view.withdraw(UNSAVED)

    async def _look_for_copies(self) -> None:
        """Name conflict copies next to the vault, behind the current message."""
        from tui.vault.copies import copies_sentence, find_copies

        vault = self._vault
        found = await in_thread(lambda: find_copies(vault.path, vault.vault_id))
        words = [*found.problems]
        if found.files:
            hint = press_hint(self._view.context, "merge", "to merge")
            words = [f"{copies_sentence(found.files)}{hint}", *words]
        before, self._copies_notice = self._copies_notice, " ".join(words)
        if self._copies_notice != before:
            self._view.note(self._copies_notice)

    async def _take_up_unsaved(self) -> None:
        """Save what couldn't be saved before the vault was locked."""
        from tui.vault.unsaved import take_up

        vault = self._vault
        try:
            done, left = await in_thread(lambda: take_up(vault))
        except OtpTuiError as error:
            self._say_not_saved(error)
        else:
            if done or left:
                self._view.say(f"{done} {left}".strip(), "warning" if left else "strong", stay=True)
        self._show_taken_over()

    def _show_taken_over(self) -> None:
        """Show what was merged in since the last time, and new warnings."""
        older, self._older = self._older, self._vault.older
        if older is not None and self._older is None:
            self._view.withdraw(older.what)
        if self._vault.merges != self._merges:
            self._merges = self._vault.merges
            if mark_of(self._view.document) != mark_of(self._vault.document):
                self._drop_undo_hint()
            self._view.codes.live.forget_revealed(self._view.document.entries, self._vault.entries)
            self._view.reload()
            self._start(self._look_for_copies, "copies")
        if new := [each for each in self._vault.warnings if each not in self._warnings]:
            self._warnings += new
            self._view.say(" ".join(new), "warning", stay=True)

    def _drop_undo_hint(self) -> None:
        """Cut off “Press u to undo.”, which was about another change than the last one."""
        key, message = command_key(self._view.context, "undo"), self._view.message
        said, hint, _ = message.partition(f" Press {key} to ")
        if key and hint:
            self._view.say(said)

    def _say_not_saved(self, error: OtpTuiError) -> None:
        """Say why the vault can't be saved, once for each reason."""
        self._view.show_counts()
        if error.sentence != self._refusal:
            self._refusal = error.sentence
            self._view.say(f"{UNSAVED}. {error.sentence}", "error", stay=True)

    async def _ask_about_older(self) -> None:
        """Ask if an older vault may be changed, after a change was refused."""
        vault, older = self._vault, self._vault.older
        vault.asks_older = False
        if older is None:
            return
        from tui.app.screens.confirm import ConfirmScreen

        answer = await self._view.ask(
            ConfirmScreen(
                "Change this older vault?",
                older.sentence,
                "change it",
                obsolete=lambda: vault.older is None,
            )
        )
        if answer:
            await in_thread(vault.accept_older)
            self._view.say("The vault can be changed again.")
        elif vault.older is not None:
            await in_thread(vault.decline_older)
            self._view.reload()
            self._view.say("Canceled. The vault is unchanged.", "muted")
        if vault.older is None and not vault.saved:
            self._start(self._save, "save")

    @property
    def _must_ask_password(self) -> bool:
        """True if the file has another password, and we have a change since the question."""
        return self._vault.asks_password and self._vault.document is not self._canceled_with

    async def _ask_new_password(self) -> None:
        """Ask for the password of a file that another program saved, then merge and save."""
        from tui.app.screens.ask_password import AskPasswordScreen

        vault, key = self._vault, self._vault.key
        self._canceled_with = vault.document
        kept = "" if vault.flushed else " Unsaved changes are kept."
        screen = AskPasswordScreen(
            "keep using the vault", vault.unlock_again, why=f"{_SAVED_ELSEWHERE}{kept}"
        )
        if await self._view.ask(screen):
            self._canceled_with, self._refusal = None, ""
            if vault.key != key:
                self._view.say("The new password opens the vault. Everything is saved.")
            else:
                self._view.withdraw(_SAVED_ELSEWHERE)
            self._show_taken_over()

    def _save_in_time(self, steady: float) -> None:
        """Save deferred changes after a while, what was merged at once, and retry failed saves."""
        older = self._vault.older
        refused = self._vault.asks_password or (older is not None and older.sure)
        if self._vault.flushed or refused:
            self._save_at = None
        elif self._save_at is None:
            self._save_at = steady + self._pause
        if self._save_at is not None and steady >= self._save_at:
            self._save_at = steady + RETRY_SECONDS
            self._start(self._save, "save")

    @property
    def _pause(self) -> float:
        """Seconds until the first attempt to save what is pending."""
        if self._vault.saved:
            return SAVE_LATER_SECONDS
        return RETRY_SECONDS if self._refusal else 0.0

    async def _save(self) -> None:
        vault, failed_before = self._vault, not self._vault.saved
        try:
            await in_thread(vault.save)
        except OtpTuiError as error:
            # A copy count that can't be saved is not worth a message, but a damaged vault is.
            if not vault.saved:
                self._say_not_saved(error)
            return
        self._refusal = ""
        if failed_before:
            self._view.say("Saved.")
            self._view.reload()
        self._show_taken_over()
