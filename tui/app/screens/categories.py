"""The categories: which ones entries are in, and making, renaming and deleting them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import Input, Label

from tui.app.commands import key_label
from tui.app.screens.base import Dialog, in_thread
from tui.app.screens.confirm import ConfirmScreen
from tui.app.widgets.checkbox_list import CheckboxList, CheckboxRow
from tui.app.widgets.form_fields import FormInput
from tui.errors import NotSavedError, OtpTuiError
from tui.otp.entry import Category, Entry, category_id, label_of
from tui.text import safe
from tui.vault import categories, undo

if TYPE_CHECKING:
    from tui.vault.document import Document
    from tui.vault.vault import Vault

_MANAGING = "n new  r rename  d delete  Esc close"


class CategoriesScreen(Dialog[str | None]):
    """Ticks say which categories `entries` are in; Enter saves them, Esc drops them.

    Making, renaming and deleting a category is saved at once. Returns what to say, or None.
    """

    CSS_PATH = "dialogs.tcss"
    AUTO_FOCUS = "CheckboxList"
    BINDINGS: ClassVar = [
        Binding("space,x", "tick", show=False),
        Binding("enter", "save", show=False),
        Binding("n", "name(True)", show=False),
        Binding("r", "name(False)", show=False),
        Binding("d,delete", "delete", show=False),
        Binding("escape,c", "leave", show=False),
    ]

    def __init__(self, vault: Vault, entries: Sequence[Entry]) -> None:
        super().__init__()
        self.vault = vault
        self._entries = tuple(entries)
        self._wanted: dict[str, bool] = {}
        self._renamed: Category | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="card", id="categories"):
            yield Label(self._title(), classes="title", markup=False)
            yield CheckboxList(boxes=bool(self._entries))
            yield FormInput("Name of the category", id="name")
            yield Label("", id="message", markup=False)
            yield Label(self._keys(), id="hint", classes="muted", markup=False)

    def _title(self) -> str:
        if not self._entries:
            return "Categories"
        if len(self._entries) == 1:
            return f"Categories of {self._entries[0].label}"
        return f"Categories of {len(self._entries)} entries"

    def _keys(self) -> str:
        return f"Space tick  {self._enter} save  {_MANAGING}" if self._entries else _MANAGING

    @property
    def _enter(self) -> str:
        return key_label("enter", ascii_only=self.context.ascii_only)

    def on_mount(self) -> None:
        self._list = self.query_one(CheckboxList)
        self._field = self.query_one("#name", Input)
        self._field.display = False
        self._show()

    def _show(self, key: str | None = None) -> None:
        document = self.vault.document
        categories = sorted(document.categories, key=lambda category: category.ranking)
        self._list.show_rows([self._row(document, one) for one in categories], key)
        self._list.styles.height = max(1, len(categories))
        if not categories:
            self._say("There are no categories yet: n makes one.")

    def _row(self, document: Document, category: Category) -> CheckboxRow:
        inside = sum(_is_in(entry, category.id) for entry in document.entries)
        mine = [_is_in(entry, category.id) for entry in self._entries]
        ticked = None if any(mine) and not all(mine) else any(mine)
        ticked = self._wanted.get(category.id, ticked)
        return CheckboxRow(category.id, category.name, str(inside), ticked)

    def _say(self, text: str, tone: str = "muted") -> None:
        label = self.query_one("#message", Label)
        label.set_classes("muted" if tone == "muted" else f"tone-{tone}")
        label.update(text)

    # --- ticking ---------------------------------------------------------------------------

    @on(CheckboxList.Chosen)
    def action_tick(self) -> None:
        """Tick a category, or take its tick away."""
        row = self._list.highlighted
        if row is not None and self._entries and not self._field.display:
            self._wanted[row.key] = not row.checked
            self._show()

    @work(group="save", exclusive=True, exit_on_error=False, description="categories")
    async def action_save(self) -> None:
        """Save the ticks and close."""
        wanted, ids = dict(self._wanted), {entry.id for entry in self._entries}
        moment = self._moment()
        if not wanted or not ids:
            self.dismiss(None)
            return
        label = undo.step_label("categories", self._entries)
        step = partial(categories.assign, ids=ids, wanted=wanted, moment=moment)
        if await self._change(step, label):
            self.dismiss(f"Categories of {label_of(self._entries)} changed.")

    def action_leave(self) -> None:
        """Close the field for a name, or else the screen, without saving the ticks."""
        if self._field.display:
            self._close_field()
        else:
            self.dismiss(None)

    # --- the categories themselves -----------------------------------------------------------

    def action_name(self, new: bool) -> None:
        """Ask for the name of a new category, or another name for the selected one."""
        row = self._list.highlighted
        if not new and row is None:
            return
        self._renamed = None if new or row is None else Category(row.key, row.name)
        self._field.value = "" if self._renamed is None else self._renamed.name
        self._field.display = True
        self._field.focus()
        self.query_one("#hint", Label).update(f"{self._enter} ok  Esc back")
        self._say(
            "A new category:" if new else f"Another name for “{safe(row.name, 40) if row else ''}”:"
        )

    def _close_field(self) -> None:
        self._field.display = False
        self._list.focus()
        self.query_one("#hint", Label).update(self._keys())
        self._say("")

    @on(Input.Submitted, "#name")
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        self._save_name(event.value.strip())

    @work(group="save", exclusive=True, exit_on_error=False, description="category name")
    async def _save_name(self, name: str) -> None:
        old, moment = self._renamed, self._moment()
        shown = safe(name, 40)
        if old is None:
            done = await self._change(
                lambda document: categories.create(document, name), f"category {shown}"
            )
        else:
            done = await self._change(
                lambda document: categories.rename(document, old.id, name, moment),
                f"renaming of the category {safe(old.name, 40)}",
            )
        if not done:
            return
        key = category_id(name)
        if old is None and self._entries:
            self._wanted[key] = True
        elif old is not None and old.id in self._wanted:
            self._wanted[key] = self._wanted.pop(old.id)
        self._entries = self._fresh()
        self._close_field()
        self._show(key)

    @work(group="save", exclusive=True, exit_on_error=False, description="delete category")
    async def action_delete(self) -> None:
        """Delete the selected category, after a question where entries are in it."""
        row, moment = self._list.highlighted, self._moment()
        if row is None:
            return
        name, count = safe(row.name, 40), int(row.remark)
        stay = "Its entry stays." if count == 1 else f"Its {count} entries stay."
        if count and not await self.app.push_screen_wait(
            ConfirmScreen(f"Delete the category “{name}”?", stay, "delete")
        ):
            return
        if await self._change(
            lambda document: categories.delete(document, row.key, moment),
            f"deletion of the category {name}",
        ):
            self._wanted.pop(row.key, None)
            self._entries = self._fresh()
            self._show()
            self._say(f"Deleted: {name}. u in the list takes it back.")

    # --- saving ----------------------------------------------------------------------------------

    async def _change(self, step: Callable[[Document], Document], label: str) -> bool:
        vault = self.vault
        try:
            await in_thread(lambda: vault.change(undo.undoable(step, label)))
        except NotSavedError as error:
            self._say(f"NOT SAVED. {error.sentence}", "error")
        except OtpTuiError as error:
            self._say(error.sentence, "error")
            return False
        return True

    def _fresh(self) -> tuple[Entry, ...]:
        ids = {entry.id for entry in self._entries}
        return tuple(entry for entry in self.vault.entries if entry.id in ids)

    def _moment(self) -> int:
        return int(self.context.clock.now())


def _is_in(entry: Entry, category: str) -> bool:
    return any(place.category == category for place in entry.categories)
