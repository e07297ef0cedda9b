"""What the keys of the list do to entries; the list itself is in `codes.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from textual import work

from tui.app.screens.base import in_thread
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.list_screen import ListScreen
from tui.app.visible_entries import TRASH
from tui.errors import MatchError, NotSavedError, OtpTuiError
from tui.otp.entry import label_of
from tui.vault import edit
from tui.vault.order import WORDS, Order, order_of, with_order
from tui.vault.trash import KEPT_DAYS, discard
from tui.vault.undo import last_step, step_label, undo, undoable, undoable_as_one

if TYPE_CHECKING:
    from tui.otp.entry import Entry
    from tui.vault.document import Document

_MOST_NAMED = 6
"""Entries that a question calls by name."""


class EntryActions(ListScreen):
    """Changes entries, in a way that can be undone."""

    def _targets(self) -> list[Entry]:
        """The ticked entries of what is shown, or else the selected one."""
        in_trash = self.category == TRASH
        document = self.vault.document
        among = document.trash if in_trash else document.entries
        ticked = [entry for entry in among if entry.id in self.codes.ticked]
        return ticked or ([self.codes.selected] if self.codes.selected else [])

    def _alive(self) -> list[Entry]:
        """The targets, where they are not in the trash; says so where they are."""
        targets = self._targets()
        if targets and targets[0].deleted:
            self.say(f"It is in the trash{self.hint('restore', 'restores it')}.", "warning")
            return []
        return targets

    async def _change(
        self,
        step: Callable[[Document], Document],
        label: str,
        done: str = "",
        keep: str | None = None,
    ) -> bool:
        """Make a change that can be undone, show the list anew, and say what was done."""
        vault = self.vault
        try:
            await in_thread(lambda: vault.change(undoable(step, label)))
        except NotSavedError as error:
            self.say(f"NOT SAVED. {error.sentence}", "error", seconds=None)
        except OtpTuiError as error:
            self.say(error.sentence, "warning")
            return False
        else:
            if done:
                self.say(done)
        if self.context.vault is vault:
            self.reload(keep)
        return True

    # --- forms -------------------------------------------------------------------------------

    @work(group="form", exclusive=True, exit_on_error=False, description="add")
    async def action_add(self) -> None:
        """Add an entry by form, URI or picture."""
        from tui.app.screens.entry_form import EntryFormScreen

        before = {entry.id for entry in self.vault.entries}
        said = await self.app.push_screen_wait(EntryFormScreen(self.vault))
        added = [entry.id for entry in self.vault.entries if entry.id not in before]
        self._after_form(said, added[0] if added else None)

    @work(group="form", exclusive=True, exit_on_error=False, description="edit")
    async def action_edit(self) -> None:
        """Edit the selected entry."""
        if self.codes.selected is not None and not self.codes.selected.deleted:
            await self._edit(self.codes.selected)
        else:
            self._alive()

    @work(group="form", exclusive=True, exit_on_error=False, description="show")
    async def action_show(self) -> None:
        """Show all of the selected entry."""
        from tui.app.screens.show_entry import ShowScreen

        selected = self.codes.selected
        if selected is None:
            return
        answer = await self.app.push_screen_wait(ShowScreen(self.vault, self._newest(selected)))
        if answer == "edit":
            await self._edit(selected)
        else:
            self._after_form(answer, selected.id)

    async def _edit(self, entry: Entry) -> None:
        from tui.app.screens.entry_form import EntryFormScreen

        said = await self.app.push_screen_wait(EntryFormScreen(self.vault, self._newest(entry)))
        self._after_form(said, entry.id)

    def _newest(self, entry: Entry) -> Entry:
        """The entry as the vault has it now: copies are counted without a word to the list."""
        try:
            return self.vault.document.find(entry.id)
        except MatchError:
            return entry

    def _after_form(self, said: str | None, keep: str | None) -> None:
        self.reload(keep)
        if said:
            self.say(said, *(() if self.vault.saved else ("error",)))

    # --- deleting and restoring ----------------------------------------------------------------

    @work(group="change", exit_on_error=False, description="delete")
    async def action_delete(self) -> None:
        """Delete to the trash; in the trash, for good. Asks by name."""
        targets = self._targets()
        if not targets:
            return
        ids, moment = {entry.id for entry in targets}, self.moment
        for_good = bool(targets[0].deleted)
        if for_good:
            question = _question("Delete", targets, " for good?")
            words = "There is no other copy of the secret in this vault."
        else:
            question = _question("Delete", targets, "?")
            words = f"It stays in the trash for {KEPT_DAYS} days."
        words = f"{_names(targets)}{words}"
        if not await self.app.push_screen_wait(ConfirmScreen(question, words, "yes, delete")):
            return
        what = step_label("deletion", targets)
        if for_good:
            await self._change(
                lambda document: discard(document, ids),
                what,
                f"Deleted for good: {label_of(targets)}{self.hint('undo', 'takes it back')}.",
            )
        else:
            await self._change(
                lambda document: edit.delete(document, ids, moment),
                what,
                f"In the trash: {label_of(targets)}{self.hint('undo', 'takes it back')}.",
            )

    @work(group="change", exit_on_error=False, description="restore")
    async def action_restore(self) -> None:
        """Take entries out of the trash."""
        targets = self._targets()
        if not targets or not targets[0].deleted:
            self.say("Only what is in the trash can be restored.", "warning")
            return
        ids, moment = {entry.id for entry in targets}, self.moment
        await self._change(
            lambda document: edit.restore(document, ids, moment),
            step_label("restore", targets),
            f"Restored: {label_of(targets)}.",
        )

    # --- order -----------------------------------------------------------------------------------

    @work(group="change", exit_on_error=False, description="pin")
    async def action_pin(self) -> None:
        """Pin entries on top of the others, or let them go if all of them are."""
        targets = self._alive()
        if not targets:
            return
        ids, moment = {entry.id for entry in targets}, self.moment
        pinned = not all(entry.pinned for entry in targets)
        word = "Pinned" if pinned else "Not pinned any more"
        await self._change(
            lambda document: edit.pin(document, ids, pinned, moment),
            step_label("pinning" if pinned else "unpinning", targets),
            f"{word}: {label_of(targets)}.",
            keep=targets[0].id,
        )

    def action_order(self) -> None:
        """Go on to the next order."""
        orders = list(Order)
        self.set_order(orders[(orders.index(order_of(self.vault.document)) + 1) % len(orders)])

    @work(group="change", exit_on_error=False, description="order")
    async def set_order(self, order: Order) -> None:
        """Sort the list, and remember it in the vault."""
        vault = self.vault
        await in_thread(lambda: vault.change_later(lambda document: with_order(document, order)))
        keep = self.codes.selected.id if self.codes.selected else None
        self.reload(keep)
        self.say(f"Sorted {WORDS[order]}.")

    @work(group="shift", exit_on_error=False, description="move")
    async def action_shift(self, step: int) -> None:
        """Move the selected entry in the order by hand."""
        vault, category, entry = self.vault, self.category, self.codes.selected
        if entry is None or entry.deleted:
            return
        if order_of(vault.document) is not Order.HAND:
            words = WORDS[order_of(vault.document)]
            self.say(f"The list is sorted {words}{self.hint('order', 'changes that')}.", "warning")
            return
        if len(self.codes.rows) != len(self.shown_without_search()):
            self.say("Clear the search first: a move among hits would be a jump.", "warning")
            return
        identity, moment = entry.id, self.moment
        label = f"move of {entry.label}"

        def move(document: Document) -> Document:
            return edit.move(document, identity, step, category, moment)

        try:
            await in_thread(lambda: vault.change_later(undoable_as_one(move, label, moment)))
        except OtpTuiError as error:
            self.say(error.sentence, "warning")
            return
        self.reload(identity)

    def shown_without_search(self) -> Sequence[Entry]:
        """Return what the category shows when nothing is searched for."""
        raise NotImplementedError

    # --- categories ------------------------------------------------------------------------------

    @work(group="form", exclusive=True, exit_on_error=False, description="categories")
    async def action_categories(self) -> None:
        """Put entries in categories; make, rename and delete categories."""
        from tui.app.screens.categories import CategoriesScreen

        targets = self._targets()
        if targets and targets[0].deleted:
            targets = []
        keep = self.codes.selected.id if self.codes.selected else None
        said = await self.app.push_screen_wait(CategoriesScreen(self.vault, targets))
        self._after_form(said, keep)

    # --- undo ----------------------------------------------------------------------------------

    @work(group="change", exit_on_error=False, description="undo")
    async def action_undo(self) -> None:
        """Take the last change back, or do it again where that was the last."""
        vault, moment = self.vault, self.moment
        last = last_step(vault.document)
        keep = self.codes.selected.id if self.codes.selected else None
        try:
            await in_thread(lambda: vault.change(lambda document: undo(document, moment)))
        except NotSavedError as error:
            self.say(f"NOT SAVED. {error.sentence}", "error", seconds=None)
        except OtpTuiError as error:
            self.say(error.sentence, "warning")
            return
        else:
            if last is not None and last.is_undo:
                self.say(f"Redone: {last.label}.")
            elif last is not None:
                self.say(f"Undone: {last.label}{self.hint('undo', 'redoes it')}.")
        if self.context.vault is vault:
            self.reload(keep)


def _question(verb: str, entries: Sequence[Entry], end: str) -> str:
    return f"{verb} {label_of(entries)}{end}"


def _names(entries: Sequence[Entry]) -> str:
    if len(entries) == 1:
        return ""
    names = [entry.label for entry in entries[:_MOST_NAMED]]
    if len(entries) > _MOST_NAMED:
        names.append(f"and {len(entries) - _MOST_NAMED} more")
    return "\n".join(names) + "\n\n"
