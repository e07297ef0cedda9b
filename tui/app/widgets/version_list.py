"""The older copies and conflict copies of a vault."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from textual.strip import Strip

from tui.app.widgets.cells import fit
from tui.app.widgets.row_list import RowList
from tui.otp.describe import local_time
from tui.vault.recover import Kept

_DATE = 21
_LEAST_NAME = 12
"""Cells that a name gets at least, or none."""


@dataclass(frozen=True, slots=True)
class Version:
    """A kept file and what is known of it."""

    kept: Kept
    entries: int | None = None
    """Number of entries; None if the vault's key doesn't open it."""
    problem: str = ""
    """What is wrong with it."""

    @property
    def state(self) -> str:
        """The number of entries, or what is wrong."""
        return self.problem or ("—" if self.entries is None else str(self.entries))


def heading(rows: Sequence[Version]) -> str:
    """Return the names of the columns, as the rows have them."""
    return f"{'Date':<{_DATE}}{'Entries':<{_state_width(rows)}}File"


def _state_width(rows: Sequence[Version]) -> int:
    return max(len("Entries"), *(len(row.state) for row in rows), 0) + 2


class VersionList(RowList[Version]):
    """Shows date, entries and name of each file."""

    def __init__(self) -> None:
        super().__init__(id="versions")

    def show(self, rows: list[Version]) -> None:
        """Show these rows."""
        self.rows = rows
        self.rows_changed(self.cursor)

    def row_strip(self, index: int, width: int) -> Strip:
        row, look = self.rows[index], self.look(index)
        tone = look.tone("warning" if row.problem else "plain")
        state = _state_width(self.rows)
        name = width - 2 - _DATE - state
        return Strip(
            [
                look.mark,
                Segment(fit(f" {local_time(row.kept.date, seconds=True)}", _DATE + 1), look.plain),
                Segment(fit(row.state, state - 1) + " ", tone),
                Segment(fit(row.kept.name, name - 1) if name >= _LEAST_NAME else "", look.muted),
            ]
        ).adjust_cell_length(width, look.plain)
