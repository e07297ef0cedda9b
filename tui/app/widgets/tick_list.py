"""A list of names with a tick box before each, for questions with several answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from tui.app.glyphs import glyphs_of
from tui.app.looks import looks_of
from tui.app.widgets.cells import fit
from tui.app.widgets.line_list import LineList

_BOXES = {True: "[x] ", False: "[ ] ", None: "[-] "}


@dataclass(frozen=True, slots=True)
class TickRow:
    """One line."""

    key: str
    """What stands for it, not shown."""
    name: str
    """What is shown."""
    remark: str
    """What is shown at its end."""
    ticked: bool | None
    """Whether it is ticked; None: of several things, some are."""


class TickList(LineList):
    """Names to tick; `boxes` says whether there is something to tick them for."""

    def __init__(self, *, boxes: bool) -> None:
        super().__init__()
        self.rows: list[TickRow] = []
        """What is shown."""
        self.boxes = boxes

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def selected(self) -> TickRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def show_rows(self, rows: Sequence[TickRow], key: str | None = None) -> None:
        """Show these rows, the cursor on the one with that key, or where it was."""
        self.rows = list(rows)
        places = (place for place, row in enumerate(self.rows) if row.key == key)
        self.rows_changed(next(places, self.cursor))

    def row_strip(self, index: int, width: int) -> Strip:
        row, looks, chosen = self.rows[index], looks_of(self.app), index == self.cursor
        plain = looks.on_plain if chosen else looks.plain
        muted = looks.on_muted if chosen else looks.muted
        box = _BOXES[row.ticked] if self.boxes else ""
        remark = f" {row.remark} "
        room = width - 2 - len(box) - len(remark)
        return Strip(
            [
                Segment(
                    f"{glyphs_of(self.app).bar} " if chosen else "  ",
                    looks.on_code if chosen else looks.plain,
                ),
                Segment(box, looks.on_code if chosen and row.ticked else plain),
                Segment(fit(row.name, room), plain),
                Segment(remark, muted),
            ]
        ).adjust_cell_length(width, plain)
