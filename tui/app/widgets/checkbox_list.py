"""A list of names with check boxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.segment import Segment
from textual.strip import Strip

from tui.app.widgets.cells import fit
from tui.app.widgets.row_list import RowList

_BOXES = {True: "[x] ", False: "[ ] ", None: "[-] "}


@dataclass(frozen=True, slots=True)
class CheckboxRow:
    """A name that can be checked."""

    key: str
    """Its id; not shown."""
    name: str = field(repr=False)
    remark: str
    """Shown at the end of the line."""
    checked: bool | None
    """True if checked; None if it applies to some of several entries."""


class CheckboxList(RowList[CheckboxRow]):
    """A list of names to check, or of plain names without `boxes`."""

    BEHIND = "surface"

    def __init__(self, *, boxes: bool) -> None:
        super().__init__()
        self.boxes = boxes

    def show_rows(self, rows: Sequence[CheckboxRow], key: str | None = None) -> None:
        """Show these rows, and highlight the one with `key`, or at the same position."""
        self.rows = list(rows)
        places = (place for place, row in enumerate(self.rows) if row.key == key)
        self.rows_changed(next(places, self.cursor))

    def row_strip(self, index: int, width: int) -> Strip:
        row, look = self.rows[index], self.look(index)
        box = _BOXES[row.checked] if self.boxes else ""
        remark = f" {row.remark} "
        room = width - 2 - len(box) - len(remark)
        return Strip(
            [
                look.mark,
                Segment(" ", look.plain),
                Segment(box, look.mark.style if row.checked else look.plain),
                Segment(fit(row.name, room), look.plain),
                Segment(remark, look.muted),
            ]
        ).adjust_cell_length(width, look.plain)
