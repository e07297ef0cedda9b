"""The categories of one entry in a form: those there are, to tick, and a field for a new one."""

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


class _Ticks(CheckboxList):
    """A list among other fields: its cursor is shown while one is in it."""

    def row_strip(self, index: int, width: int) -> Strip:
        if self.has_focus:
            return super().row_strip(index, width)
        cursor, self.cursor = self.cursor, -1
        try:
            return super().row_strip(index, width)
        finally:
            self.cursor = cursor


class CategoryField(Vertical):
    """Ticks for one entry. Space ticks, Enter in the field below adds a category, ticked."""

    DEFAULT_CSS = """
    CategoryField { height: auto; }
    CategoryField CheckboxList { background: $background; }
    """
    BINDINGS = [("space", "tick", "")]  # noqa: RUF012

    class Changed(Message):
        """A tick came or went."""

    def __init__(self, categories: Sequence[Category], inside: Collection[str]) -> None:
        """`inside` are the ids of the categories that the entry is in."""
        super().__init__(id="categories")
        self._categories = sorted(categories, key=lambda category: category.ranking)
        self._inside = frozenset(inside)
        self._ticked = set(inside)
        self.field = FormInput("a new one", id="category")
        """Where the name of a new one is typed."""

    def compose(self) -> ComposeResult:
        yield _Ticks(boxes=True)
        yield self.field

    def on_mount(self) -> None:
        self._show()

    @property
    def wanted(self) -> dict[Category, bool]:
        """The categories whose tick is not as it was; a name that stands in the field counts."""
        found = {
            category: category.id in self._ticked
            for category in self._categories
            if (category.id in self._ticked) != (category.id in self._inside)
        }
        typed = self._typed()
        if typed is not None and typed.id not in self._inside:
            found[typed] = True
        return found

    @property
    def any(self) -> bool:
        """Whether the entry is in a category."""
        return bool(self._ticked)

    def action_tick(self) -> None:
        """Tick the row under the cursor, or take its tick away."""
        row = self.query_one(CheckboxList).highlighted
        if row is not None:
            self._ticked ^= {row.key}
            self._show()
            self.post_message(self.Changed())

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        event.stop()
        self.action_tick()

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        if self.field.uri:
            return
        event.stop()
        category = self._typed()
        if category is None:
            self.screen.focus_next()
            return
        if category not in self._categories:
            self._categories.append(category)
        self._ticked.add(category.id)
        self.field.put("")
        self._show(category.id)
        self.post_message(self.Changed())

    def _typed(self) -> Category | None:
        """The category that the field names: one of those there are, or a new one."""
        name = clean(self.field.value).strip()
        if not name or self.field.uri:
            return None
        same = (one for one in self._categories if name == one.name or one.id == category_id(name))
        return next(same, Category.named(name))

    def _show(self, key: str | None = None) -> None:
        ticks = self.query_one(CheckboxList)
        ticks.show_rows(
            [CheckboxRow(one.id, one.name, "", one.id in self._ticked) for one in self._categories],
            key,
        )
        ticks.display = bool(self._categories)
        ticks.styles.height = min(_MOST_ROWS, len(self._categories))
