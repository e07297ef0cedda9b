"""What the keys of the list do with codes: copy them, take the next one of a counter."""

from __future__ import annotations

from contextlib import suppress

from textual import on, work

from tui.app.screens.base import in_thread
from tui.app.screens.list_screen import ListScreen
from tui.app.widgets.row_list import RowList
from tui.clipboard import Outcome
from tui.errors import ClipboardError, EntryError, NotSavedError, OtpTuiError, VaultError
from tui.otp.codes import remaining
from tui.otp.entry import Entry, OtpType
from tui.vault import edit


class CopyActions(ListScreen):
    """Copies codes."""

    def action_copy(self) -> None:
        """Copy the code of the selected row."""
        self._copy_selected(following=False)

    def action_copy_next(self) -> None:
        """Copy the code that comes after the present one."""
        self._copy_selected(following=True)

    def action_copy_nth(self, number: int) -> None:
        """Copy the code of the n-th row on screen."""
        index = self.codes.top + number - 1
        if index in self.codes.on_screen:
            self.codes.go_to(index)
            self._copy_selected(following=False)

    @on(RowList.Chosen)
    def _chosen(self) -> None:
        self.action_copy()

    def _copy_selected(self, *, following: bool) -> None:
        entry = self.codes.selected
        if entry is None:
            return
        if entry.deleted:
            self.say(f"It is in the trash{self.hint('restore', 'restores it')}.", "warning")
            return
        if entry.type is OtpType.HOTP and (following or entry.id not in self.codes.revealed):
            self._take(entry, then_copy=True)
            return
        why = "" if following else self._why_next(entry)
        try:
            text = self.codes.code_text(entry, following or bool(why))
        except EntryError as error:
            self.say(f"{entry.label}: {error.sentence}", "error")
            return
        self._copy(entry, text, f"the next code of {entry.label}{why}" if following or why else "")

    def _why_next(self, entry: Entry) -> str:
        """Why the next code is copied though the present one was asked for; mostly empty."""
        try:
            left = remaining(entry, self.codes.moment)
        except EntryError:
            return ""
        if left is None or left >= self.context.config.smart_copy:
            return ""
        return f" (the present one ends in {left} s)"

    def action_reveal(self) -> None:
        """Show the next code of a counter entry."""
        entry = self.codes.selected
        if entry is not None and entry.deleted:
            self._copy_selected(following=False)
        elif entry is not None and entry.type is OtpType.HOTP:
            self._take(entry, then_copy=False)
        elif entry is not None:
            self.say("Only counter entries (HOTP) wait to be asked for a code.", "warning")

    @work(group="take", exclusive=True, exit_on_error=False, description="next counter code")
    async def _take(self, entry: Entry, then_copy: bool) -> None:
        try:
            code = await in_thread(lambda: self.vault.take_hotp(entry.id))
        except NotSavedError as error:
            self.say(f"NOT SAVED, so no code is shown. {error.sentence}", "error", seconds=None)
            return
        except OtpTuiError as error:
            self.say(f"{entry.label}: {error.sentence}", "error")
            return
        if self.context.vault is not self.vault:
            return
        self.codes.revealed[entry.id] = code.text
        self.reload()
        if then_copy:
            self._copy(entry, code.text)

    @work(group="copy", exclusive=True, exit_on_error=False, description="copy")
    async def _copy(self, entry: Entry, text: str, what: str = "") -> None:
        copier, vault, moment = self.context.copier, self.vault, self.moment
        what = what or entry.label
        try:
            outcome = await in_thread(lambda: copier.copy(text))
        except ClipboardError as error:
            from tui.app.screens.big_code import BigCodeScreen

            self.app.push_screen(BigCodeScreen(entry.label, text, error.sentence))
            return
        with suppress(VaultError):
            await in_thread(
                lambda: vault.change_later(lambda doc: edit.count_use(doc, entry.id, moment))
            )
        if self.context.pick is not None:
            self.context.picked = f"{outcome.value}: {what}."
            self.app.exit()
            return
        wait = self.context.config.clipboard_clear
        cleared = f"; cleared in {wait} s" if wait else ""
        done = f"Copied {what}" if outcome is Outcome.COPIED else f"{outcome.value}: {what}"
        self.say(f"{done}{cleared}")
