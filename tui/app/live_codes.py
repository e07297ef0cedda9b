"""The codes of entries at one moment, as the list and the pane beside it show them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from tui.errors import EntryError
from tui.otp.codes import Code, code_at, code_length, group, next_code, period, remaining
from tui.otp.entry import Entry
from tui.text import plural
from tui.vault.trash import days_left

SOON = 5
"""Seconds before a code expires in which its color changes."""
URGENT = 2
"""Seconds before a code expires in which its color changes again."""
_CACHED_CODES = 512


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

    @property
    def tone(self) -> str:
        """The name of a style if the code expires soon, otherwise ""."""
        return tone(self.left)


def tone(left: int | None) -> str:
    """Return the name of a style if few seconds are left, otherwise ""."""
    if left is None or left > SOON:
        return ""
    return "error" if left <= URGENT else "warning"


class LiveCodes:
    """Computes codes, and keeps them until they expire."""

    def __init__(self, moment: float) -> None:
        self.moment = moment
        """The Unix time of the codes shown."""
        self.hidden = False
        """True to show only the code of the highlighted entry."""
        self.revealed: dict[str, str] = {}
        """Codes shown of counter-based entries, by entry id."""
        self._codes: dict[str, Code] = {}
        self._following: dict[str, tuple[Code, Code]] = {}

    def move_to(self, moment: float) -> None:
        """Compute the codes of `moment` from now on."""
        if moment < self.moment:
            self._codes.clear()
        self.moment = moment

    def entries_changed(self) -> None:
        """Drop what was computed from secrets that may have changed."""
        self._codes.clear()
        self._following.clear()

    def forget(self) -> None:
        """Drop all codes."""
        for held in (self.revealed, self._codes, self._following):
            held.clear()

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
        code = self._codes.get(entry.id)
        if code is None or code.valid_until is None or code.valid_until <= self.moment:
            if len(self._codes) > _CACHED_CODES:
                self._codes.clear()
            code = self._codes[entry.id] = code_at(entry, self.moment)
        if not following:
            return code.text
        after = self._following.get(entry.id)
        if after is None or after[0] != code:
            if len(self._following) > _CACHED_CODES:
                self._following.clear()
            after = self._following[entry.id] = (code, next_code(entry, self.moment))
        return after[1].text

    def cells(self, entry: Entry, *, highlighted: bool) -> LiveCells:
        """Return what is shown of `entry`; only the highlighted one has a next code."""
        if entry.deleted:
            days = days_left(entry, int(self.moment))
            return LiveCells(blank(entry), False, remark=f"{plural(days, 'day')} left")
        covered = self.hidden and not highlighted
        if entry.type.has_counter:
            shown = "" if covered else self.revealed.get(entry.id, "")
            code = group(shown) if shown else blank(entry)
            return LiveCells(code, bool(shown), remark=f"next counter {entry.counter}")
        try:
            code = blank(entry) if covered else group(self.code_text(entry))
            following = group(self.code_text(entry, True)) if highlighted else ""
        except EntryError:
            return LiveCells("no code", False)
        left = remaining(entry, self.moment) or 0
        return LiveCells(code, not covered, left, period(entry), following)


def blank(entry: Entry) -> str:
    """Return dots in place of a code that is hidden or not shown yet."""
    return group("·" * code_length(entry))


def seconds_text(seconds: int) -> str:
    """Return a time in at most four cells: `48 s`, `120s`; minutes from 1,000 s, then hours."""
    if seconds < 1000:
        return f"{seconds} s" if seconds < 100 else f"{seconds}s"
    minutes = seconds // 60
    return f"{minutes}m" if minutes < 100 else f"{min(99, minutes // 60)}h"
