"""The list of settings: headings, labels and values."""

from __future__ import annotations

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from tui.app.context import context_of
from tui.app.setting_rows import SettingRow, rows
from tui.app.widgets.cells import fit
from tui.app.widgets.row_list import CountedList
from tui.config.keymap import Keymap
from tui.config.schema import Config

_GROUP, _LABEL, _VALUE, _CHANGED = 16, 28, 18, 9
"""Widths in cells; `_VALUE` is the least."""
_NARROW = 62
"""Below this width in cells, headings and the word "changed" are left out."""
_WIDEST = 100


class SettingsList(CountedList[SettingRow]):
    """All settings, then the keys of all commands."""

    class Shifted(Message):
        """The rows may be in other places on screen."""

    def __init__(self, config: Config, keymap: Keymap) -> None:
        super().__init__(id="settings")
        self.rows = rows()
        self._config, self._keymap = config, keymap

    @property
    def highlighted(self) -> SettingRow:
        """The row under the cursor."""
        return self.rows[self.cursor]

    def show(self, config: Config, keymap: Keymap) -> None:
        """Show these settings."""
        self._config, self._keymap = config, keymap
        self.refresh()

    def on_resize(self, event: events.Resize) -> None:
        super().on_resize(event)
        self.post_message(self.Shifted())

    def scroll_rows(self, step: int) -> None:
        super().scroll_rows(step)
        self.post_message(self.Shifted())

    @property
    def value_region(self) -> Region:
        """Where the highlighted row shows its value, in cells from the list's corner."""
        left, width = self._value_place(self.size.width)
        return Region(left, self.cursor - self.top, width, 1)

    def _value_place(self, width: int) -> tuple[int, int]:
        """Return the first column of the values, and their width, if the list is `width` wide."""
        left = 2 + (_GROUP + _LABEL if width >= _NARROW else min(_LABEL, width - _VALUE))
        right = min(width, _WIDEST) - (_CHANGED if width >= _NARROW else 0)
        return left, right - left

    def row_strip(self, index: int, width: int) -> Strip:
        row, look = self.rows[index], self.look(index)
        ascii_only = context_of(self.app).ascii_only
        whole = width >= _NARROW
        label = _LABEL if whole else min(_LABEL, width - _VALUE)
        gap = 2 if whole else 1
        _, room = self._value_place(width)
        value = row.shown(self._config, self._keymap, ascii_only=ascii_only)
        if look.highlighted and row.choices:
            value = f"‹ {value} ›"
        changed = not row.is_default(self._config, self._keymap)
        value_style = look.mark.style if look.highlighted or not changed else look.styles.strong
        segments = [look.mark, Segment(" ", look.plain)]
        if whole:
            heading = row.group if self._heads(index) else ""
            segments.append(Segment(fit(heading, _GROUP), look.muted))
        segments += [
            Segment(fit(row.label, label - gap) + " " * gap, look.plain),
            Segment(fit(value, room), value_style),
        ]
        if whole and changed:
            segments.append(Segment(fit("changed", _CHANGED), look.muted))
        return Strip(segments).adjust_cell_length(width, look.plain)

    def _heads(self, index: int) -> bool:
        """Return True if the row is the first of its group, or the first on screen."""
        return index in (0, self.top) or self.rows[index].group != self.rows[index - 1].group
