"""A list of names with a tick box before each, for questions with several answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.segment import Segment
from textual.strip import Strip

from tui.app.styles import styles_of
from tui.app.symbols import HIGHLIGHT
from tui.app.widgets.cells import fit
from tui.app.widgets.row_list import RowList

_BOXES = {True: "[x] ", False: "[ ] ", None: "[-] "}


@dataclass(frozen=True, slots=True)
class CheckboxRow:
    """One line."""

    key: str
    """What stands for it, not shown."""
    name: str = field(repr=False)
    """What is shown."""
    remark: str
    """What is shown at its end."""
    checked: bool | None
    """Whether it is checked; None: of several things, some are."""


class CheckboxList(RowList):
    """Names to tick; `boxes` says whether there is something to tick them for."""

    def __init__(self, *, boxes: bool) -> None:
        super().__init__()
        self.rows: list[CheckboxRow] = []
        """What is shown."""
        self.boxes = boxes

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def highlighted(self) -> CheckboxRow | None:
        """The row under the cursor."""
        return self.rows[self.cursor] if self.rows else None

    def show_rows(self, rows: Sequence[CheckboxRow], key: str | None = None) -> None:
        """Show these rows, the cursor on the one with that key, or where it was."""
        self.rows = list(rows)
        places = (place for place, row in enumerate(self.rows) if row.key == key)
        self.rows_changed(next(places, self.cursor))

    def row_strip(self, index: int, width: int) -> Strip:
        row, styles, highlighted = self.rows[index], styles_of(self.app), index == self.cursor
        plain = styles.on_plain if highlighted else styles.plain
        muted = styles.on_muted if highlighted else styles.muted
        box = _BOXES[row.checked] if self.boxes else ""
        remark = f" {row.remark} "
        room = width - 2 - len(box) - len(remark)
        return Strip(
            [
                Segment(
                    f"{HIGHLIGHT} " if highlighted else "  ",
                    styles.on_code if highlighted else styles.plain,
                ),
                Segment(box, styles.on_code if highlighted and row.checked else plain),
                Segment(fit(row.name, room), plain),
                Segment(remark, muted),
            ]
        ).adjust_cell_length(width, plain)
