"""Assigns categories to entries; adds, renames and deletes categories."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui.app.commands import press_hint
from tui.app.screens.base import ChangeResult, Dialog, change_vault
from tui.app.screens.confirm import ConfirmScreen
from tui.app.widgets.checkbox_list import CheckboxList, CheckboxRow
from tui.app.widgets.form_fields import FormInput
from tui.app.widgets.key_bar import CardKeys
from tui.app.widgets.status_label import StatusLabel
from tui.otp.entry import Category, Entry, label_of
from tui.text import clean, plural, safe
from tui.vault import categories, undo

if TYPE_CHECKING:
    from tui.vault.document import Document
    from tui.vault.vault import Vault

_NONE = "No categories yet. Press n to add one."
_NEW, _CLOSE = ("n", "new"), ("Esc", "close")
_NAMING = [("↵", "save"), ("Esc", "cancel")]


class CategoriesScreen(Dialog[str | None]):
    """Space selects categories of `entries`, Enter saves the selection.

    New, renamed and deleted categories are saved at once, and the entries are added to a new one.
    Returns a sentence saying what was done; None if the selection didn't change.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "CheckboxList"
    BINDINGS: ClassVar = [
        Binding("space,x", "toggle_category", show=False),
        Binding("enter", "save", show=False),
        Binding("n", "name(True)", show=False),
        Binding("r", "name(False)", show=False),
        Binding("d,delete", "delete", show=False),
        Binding("escape,c", "leave", show=False),
    ]

    def __init__(self, vault: Vault, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.vault = vault
        self._ids = {entry.id for entry in entries}
        self._label = label_of(entries) if entries else ""
        self._wanted: dict[str, bool] = {}
        """Categories that were selected or deselected but not saved yet, by id."""
        self._document = vault.document
        """The contents shown."""
        self._changing = False
        self._renamed: Category | None = None
        """The category being renamed; None for a new one."""

    def compose(self) -> ComposeResult:
        self._list = CheckboxList(boxes=bool(self._ids))
        self._field = FormInput("Category name", id="name")
        self._prompt = Label("", id="prompt", markup=False)
        self._field.display = self._prompt.display = False
        self._hint = CardKeys(self._keys)
        title = f"Categories of {self._label}" if self._ids else "Categories"
        with Vertical(classes="card", id="categories"):
            yield Label(title, classes="title", markup=False)
            yield self._list
            yield self._prompt
            yield self._field
            yield StatusLabel("" if self.vault.document.categories else _NONE)
            yield self._hint
        self._show()

    @property
    def _keys(self) -> list[tuple[str, str]]:
        if not self.vault.document.categories:
            return [_NEW, _CLOSE]
        keys = [_NEW, ("r", "rename"), ("d", "delete"), _CLOSE]
        return [("x", "select"), ("↵", "save"), *keys] if self._ids else keys

    @property
    def _entries(self) -> list[Entry]:
        return [entry for entry in self.vault.entries if entry.id in self._ids]

    def _show(self, key: str | None = None) -> None:
        document = self._document = self.vault.document
        rows = sorted(document.categories, key=lambda category: category.ranking)
        self._list.show_rows([self._row(document, one) for one in rows], key)
        self._list.styles.height = max(1, len(rows))
        if not self._field.display:
            self._hint.show(self._keys)

    def tick(self) -> None:
        """Show what another program changed."""
        if self.vault.document is not self._document and not self._changing:
            self._refresh()

    def _refresh(self) -> None:
        """Show the current categories; say which selected ones are gone."""
        here = {category.id for category in self.vault.document.categories}
        gone = [row.name for row in self._list.rows if row.key in self._wanted.keys() - here]
        self._wanted = {key: wanted for key, wanted in self._wanted.items() if key in here}
        row = self._list.highlighted
        self._show(row.key if row else None)
        if here:
            self.query_one(StatusLabel).withdraw(_NONE)
        if gone:
            names = ", ".join(f"“{safe(name, 40)}”" for name in gone)
            self.say(f"Another program renamed or deleted {names}. Select again.", "warning")

    def _row(self, document: Document, category: Category) -> CheckboxRow:
        count = sum(_is_in(entry, category.id) for entry in document.entries)
        selected = self._wanted.get(category.id, self._saved(category.id))
        return CheckboxRow(category.id, category.name, str(count), selected)

    def _saved(self, category: str) -> bool | None:
        """Return True if all entries are in a category, False if none are, None if some are."""
        inside = [_is_in(entry, category) for entry in self._entries]
        return None if any(inside) and not all(inside) else any(inside)

    # --- the selection -----------------------------------------------------------------------

    @on(CheckboxList.Chosen)
    def action_toggle_category(self) -> None:
        """Select or deselect the highlighted category."""
        row = self._list.highlighted
        if row is None or not self._ids or self._field.display:
            return
        self._wanted[row.key] = not row.checked
        if self._wanted[row.key] == self._saved(row.key):
            del self._wanted[row.key]
        self._show()

    @work(group="save", exclusive=True, exit_on_error=False, description="categories")
    async def action_save(self) -> None:
        """Save the selection and close."""
        wanted, ids, moment = dict(self._wanted), self._ids, self.moment
        if not wanted:
            self.dismiss(None)
            return

        def step(document: Document) -> Document:
            for key in wanted:
                categories.find(document, key)
            return categories.assign(document, ids, wanted, moment)

        self.saving = True
        result = await self._change(step, undo.step_label("category change", self._entries))
        self.saving = False
        if not result.made:
            self._refresh()
        else:
            self.dismiss(result.problem or f"Changed the categories of {self._label}.")

    @property
    def unsaved(self) -> bool:
        return bool(self._wanted)

    @work(group="leave", exclusive=True, exit_on_error=False, description="close the dialog")
    async def action_leave(self) -> None:
        """Close the name field, or else the dialog; ask first if the selection changed."""
        if self._changing:
            return
        if self._field.display:
            self._close_field()
        elif not self.unsaved or await self.app.push_screen_wait(
            ConfirmScreen("Close without saving?", "Your changes will be lost.", "close")
        ):
            self.dismiss(None)

    # --- the categories themselves -----------------------------------------------------------

    def action_name(self, new: bool) -> None:
        """Ask for the name of a new category, or a new name for the highlighted one."""
        row = None if new else self._list.highlighted
        if not new and row is None:
            return
        self._renamed = Category(row.key, row.name) if row else None
        self._field.value = row.name if row else ""
        self._prompt.update(f"New name of “{safe(row.name, 40)}”" if row else "New category")
        self._field.display = self._prompt.display = True
        self.set_focus(self._field)
        self._hint.show(_NAMING)
        self.say("")

    def _close_field(self) -> None:
        self._field.display = self._prompt.display = False
        self.set_focus(self._list)
        self._hint.show(self._keys)
        self.say("")

    @on(Input.Submitted, "#name")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._save_name(event.value.strip())

    @work(group="save", exclusive=True, exit_on_error=False, description="category name")
    async def _save_name(self, name: str) -> None:
        old, ids, moment = self._renamed, self._ids, self.moment

        def step(document: Document) -> Document:
            if old is not None:
                return categories.rename(document, old.id, name, moment)
            created = categories.create(document, name)
            return categories.assign(created, ids, {created.categories[-1].id: True}, moment)

        label = (
            f"renaming of category “{safe(old.name, 40)}”"
            if old
            else f"addition of category “{safe(name, 40)}”"
        )
        result = await self._change(step, label)
        if not result.made:
            return
        named = (one.id for one in self.vault.document.categories if one.name == clean(name))
        key = next(named, None)
        if old is not None and key is not None and old.id in self._wanted:
            self._wanted[key] = self._wanted.pop(old.id)
        self._close_field()
        self._show(key)
        if result.problem:
            self.say(result.problem, "error")
        else:
            self._say_done(f"{'Renamed it to' if old else 'Added'} {safe(name, 40)}.")

    @work(group="save", exclusive=True, exit_on_error=False, description="delete category")
    async def action_delete(self) -> None:
        """Delete the highlighted category; ask first if it has entries."""
        row, moment = self._list.highlighted, self.moment
        if row is None:
            return
        name, count = safe(row.name, 40), int(row.remark)
        stay = "Its entry stays." if count == 1 else f"Its {plural(count, 'entry')} stay."
        if count and not await self.app.push_screen_wait(
            ConfirmScreen(f"Delete category “{name}”?", stay, "delete")
        ):
            return
        result = await self._change(
            lambda document: categories.delete(document, row.key, moment),
            f"deletion of category “{name}”",
        )
        if result.made:
            self._wanted.pop(row.key, None)
            self._show()
            if not result.problem:
                self._say_done(f"Deleted {name}.")

    def _say_done(self, done: str) -> None:
        self.say(f"{done}{press_hint(self.context, 'undo', 'in the code list to undo')}")

    async def _change(self, step: Callable[[Document], Document], label: str) -> ChangeResult:
        """Change the vault; show an error if that is refused or not saved."""
        self._changing = True
        result = await change_vault(self.vault, undo.undoable(step, label))
        self._changing = False
        if result.problem:
            self.say(result.problem, "error")
        return result


def _is_in(entry: Entry, category: str) -> bool:
    return any(place.category == category for place in entry.categories)
