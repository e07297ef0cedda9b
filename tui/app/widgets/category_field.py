"""The form field for categories: a list to select from, and a field for a new one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input

from tui.app.widgets.checkbox_list import CheckboxList, CheckboxRow
from tui.app.widgets.form_fields import FormInput
from tui.app.widgets.row_list import RowList
from tui.otp.entry import Category, category_id
from tui.text import clean

_MOST_ROWS = 5


class _FieldList(CheckboxList):
    """A list among other fields, which shows its cursor only while it has the focus."""

    def row_strip(self, index: int, width: int) -> Strip:
        if self.has_focus:
            return super().row_strip(index, width)
        cursor, self.cursor = self.cursor, -1
        try:
            return super().row_strip(index, width)
        finally:
            self.cursor = cursor


class CategoryField(Vertical):
    """Space selects a category; Enter in the field below adds one and selects it."""

    DEFAULT_CSS = """
    CategoryField { height: auto; }
    CategoryField CheckboxList { background: $background; }
    """
    BINDINGS = [("space", "toggle_category", "")]  # noqa: RUF012

    class Changed(Message):
        """A category was selected or deselected."""

    def __init__(self, categories: Sequence[Category], inside: Collection[str]) -> None:
        """`inside` are the ids of the entry's categories."""
        super().__init__(id="categories")
        self._categories = sorted(categories, key=lambda category: category.ranking)
        self._inside = frozenset(inside)
        self._selected = set(inside)
        self._list = _FieldList(boxes=True)
        self.field = FormInput("New category", id="category")
        """The field for the name of a new category."""
        self._show()

    def compose(self) -> ComposeResult:
        yield self._list
        yield self.field

    @property
    def wanted(self) -> dict[Category, bool]:
        """The categories to add the entry to (True) or remove it from (False).

        A name in the field counts as selected.
        """
        found = {
            category: category.id in self._selected
            for category in self._categories
            if (category.id in self._selected) != (category.id in self._inside)
        }
        typed = self._typed()
        if typed is not None and typed.id not in self._inside:
            found[typed] = True
        return found

    @property
    def any(self) -> bool:
        """True if a category is selected."""
        return bool(self._selected)

    def action_toggle_category(self) -> None:
        """Select or deselect the category under the cursor."""
        row = self._list.highlighted
        if row is not None:
            self._selected ^= {row.key}
            self._show()
            self.post_message(self.Changed())

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_toggle_category()

    @on(Input.Submitted)
    def _add(self, event: Input.Submitted) -> None:
        if self.field.uri:
            return
        event.stop()
        category = self._typed()
        if category is None:
            self.screen.focus_next()
            return
        if category not in self._categories:
            self._categories.append(category)
        self._selected.add(category.id)
        self.field.put("")
        self._show(category.id)
        self.post_message(self.Changed())

    def _typed(self) -> Category | None:
        """Return the category named in the field, an existing or a new one."""
        name = clean(self.field.value).strip()
        if not name or self.field.uri:
            return None
        same = (one for one in self._categories if name == one.name or one.id == category_id(name))
        return next(same, Category.named(name))

    def _show(self, key: str | None = None) -> None:
        self._list.show_rows(
            [
                CheckboxRow(one.id, one.name, "", one.id in self._selected)
                for one in self._categories
            ],
            key,
        )
        self._list.display = bool(self._categories)
        self._list.styles.height = min(_MOST_ROWS, len(self._categories))
