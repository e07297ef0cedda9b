"""The codes of entries at one moment, as all screens show them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from tui.errors import EntryError
from tui.otp.codes import code_at, code_length, group, next_code, period, remaining
from tui.otp.entry import Entry
from tui.text import plural
from tui.vault.trash import days_left

SOON = 5
"""Seconds before a code expires in which its color changes."""
URGENT = 2
"""Seconds before a code expires in which its color changes again."""


@dataclass(frozen=True, slots=True)
class LiveCells:
    """What is shown of an entry and changes as time passes."""

    code: str = field(repr=False)
    """The code in groups, or dots."""
    is_code: bool = True
    """False if `code` is no code: it is hidden, not shown yet, or can't be computed."""
    left: int | None = None
    """Seconds until the code expires; None if it doesn't."""
    period: int | None = None
    """Seconds for which each code is valid; None for a counter-based entry."""
    following: str = field(default="", repr=False)
    """The next code in groups, if it may be shown."""
    remark: str = ""
    """The next counter, or the days left in the trash."""
    problem: str = ""
    """Why the code can't be computed, as a sentence; empty if it can."""

    @property
    def tone(self) -> str:
        """The name of a style if the code expires soon, otherwise ""."""
        return tone(self.left)


def tone(left: int | None) -> str:
    """Return the name of a style if few seconds are left, otherwise ""."""
    if left is None or left > SOON:
        return ""
    return "error" if left <= URGENT else "warning"


def live_cells(entry: Entry, moment: float, revealed: str = "") -> LiveCells:
    """Return what is shown of an entry at a moment (Unix time).

    `revealed` is the code shown of a counter-based entry: computing one would not count it.
    """
    if entry.deleted:
        return LiveCells(blank(entry), False, remark=_days(entry, moment))
    if entry.type.has_counter:
        code = group(revealed) if revealed else blank(entry)
        return LiveCells(code, bool(revealed), remark=f"next counter {entry.counter}")
    try:
        now, following = code_at(entry, moment), next_code(entry, moment)
    except EntryError as error:
        return LiveCells("no code", False, problem=f"{error}.")
    left = remaining(entry, moment) or 0
    return LiveCells(group(now.text), True, left, period(entry), group(following.text))


class LiveCodes:
    """The codes of the list at one moment, hidden or not."""

    def __init__(self, moment: float) -> None:
        self.moment = moment
        """The Unix time of the codes shown."""
        self.hidden = False
        """True to show only the code of the highlighted entry."""
        self.revealed: dict[str, str] = {}
        """Codes shown of counter-based entries, by entry id."""

    def forget_revealed(self, before: Iterable[Entry], after: Iterable[Entry]) -> None:
        """Drop the codes shown of counter-based entries that another program changed."""
        counters = {entry.id: (entry.secret, entry.counter) for entry in after}
        for entry in before:
            if counters.get(entry.id) != (entry.secret, entry.counter):
                self.revealed.pop(entry.id, None)

    def code_text(self, entry: Entry, following: bool = False) -> str:
        """Return the code without spaces, or the next one if `following`.

        Raises:
            EntryError: the entry has no code.
        """
        if entry.type.has_counter:
            return self.revealed.get(entry.id, "")
        return (next_code if following else code_at)(entry, self.moment).text

    def cells(self, entry: Entry, *, highlighted: bool) -> LiveCells:
        """Return what is shown of `entry`; only the highlighted one has a next code."""
        cells = live_cells(entry, self.moment, self.revealed.get(entry.id, ""))
        if highlighted or not cells.is_code:
            return cells
        if self.hidden:
            return replace(cells, code=blank(entry), is_code=False, following="")
        return replace(cells, following="")


def blank(entry: Entry) -> str:
    """Return dots in place of a code that is hidden or not shown yet."""
    return group("·" * code_length(entry))


def seconds_text(seconds: int) -> str:
    """Return a time in at most four cells: `48 s`, `120s`; minutes from 1,000 s, then hours."""
    if seconds < 1000:
        return f"{seconds} s" if seconds < 100 else f"{seconds}s"
    minutes = seconds // 60
    return f"{minutes}m" if minutes < 100 else f"{min(99, minutes // 60)}h"


def _days(entry: Entry, moment: float) -> str:
    return f"{plural(days_left(entry, int(moment)), 'day')} left"
