"""The list of entries with their codes, repainted as time passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip

from tui.app.styles import styles_of
from tui.app.symbols import HIGHLIGHT
from tui.app.widgets.cells import fit, marked
from tui.app.widgets.row_list import RowList
from tui.errors import EntryError
from tui.otp.codes import Code, code_at, code_length, group, next_code, period, remaining
from tui.otp.entry import Entry, OtpType
from tui.otp.lookalike import warnings
from tui.text import is_blank, plural
from tui.vault.trash import days_left

EXPIRING = 5
"""Seconds before a code expires in which its color changes."""
_CACHED_CODES = 512
_MARK = 2
_SECONDS = 3
_GAP = 2
_NUMBER = 2
_NARROW = 56
"""Below this width in cells, the account and the next code are left out."""
_TINY = 36
"""Below this width in cells, the seconds are left out, too."""
_WIDE = 100
"""From this width in cells, the categories are shown."""
_CATEGORIES = 24
_FOLLOWING = 14


@dataclass(frozen=True, slots=True)
class LiveCells:
    """The cells of a row that change as time passes."""

    seconds: str
    """Seconds left, `↵` for a counter-based entry, or nothing."""
    code: str = field(repr=False)
    """The code in groups."""
    expiring: bool
    """True if it expires within `EXPIRING` seconds."""
    following: str = field(repr=False)
    """The next code in groups, the counter, or nothing."""


class CodeList(RowList[Entry]):
    """Shows the codes of entries at the time of the last `tick`."""

    def __init__(self, *, moment: float, shared: bool) -> None:
        super().__init__(id="codes")
        self.moment = moment
        """The Unix time of the codes shown."""
        self.shared = shared
        """True if one countdown above the list replaces those of the most common period."""
        self.common_period = 30
        """The most common period, in seconds."""
        self.revealed: dict[str, str] = {}
        """Codes shown of counter-based entries, by entry id."""
        self.selected: set[str] = set()
        """Ids of the selected entries."""
        self.searched = ""
        """The search whose matching letters are marked."""
        self.numbered = True
        """True to show the digits that copy a row."""
        self.hidden = False
        """True to show only the code of the highlighted row."""
        self.category_names: Mapping[str, str] = {}
        """Names of categories by id."""
        self.nothing = ""
        """The text to show if there are no rows."""
        self._code_width = 7
        self._with_seconds = True
        self._painted: dict[int, LiveCells] = {}
        self._suspicious: Collection[str] = ()
        """Ids of entries whose issuer imitates another name."""
        self._codes: dict[str, Code] = {}
        self._following: dict[str, tuple[Code, Code]] = {}

    def show_rows(
        self, rows: Sequence[Entry], keep: str | None = None, *, near: bool = False
    ) -> None:
        """Show these entries, and highlight the one with the id `keep`.

        If it is missing, highlight the first one; with `near`, the one that was highlighted before,
        or its closest remaining neighbor, preferably below.
        """
        wanted = [] if keep is None else [keep]
        if near:
            wanted += [entry.id for entry in self.rows[self.cursor :]]
            wanted += [entry.id for entry in reversed(self.rows[: self.cursor])]
        self.rows = list(rows)
        places = {entry.id: at for at, entry in enumerate(self.rows)} if wanted else {}
        place = next((places[identity] for identity in wanted if identity in places), 0)
        self._painted.clear()
        self.rows_changed(place)

    def hide(self, hidden: bool) -> None:
        """Hide or show the codes of all rows but the highlighted one."""
        self.hidden = hidden
        self._painted.clear()
        self.refresh()

    def toggle_selected(self) -> None:
        """Select or deselect the highlighted row, and highlight the next."""
        if self.highlighted is not None:
            self.selected ^= {self.highlighted.id}
            self.refresh_rows(self.cursor)
            self.move(1)

    def forget(self) -> None:
        """Drop all entries and codes."""
        self.rows = []
        for held in (self.revealed, self._painted, self._codes, self._following):
            held.clear()

    def forget_revealed(self, before: Iterable[Entry], after: Iterable[Entry]) -> None:
        """Drop the codes shown of counter-based entries that another program changed."""
        counters = {entry.id: (entry.secret, entry.counter) for entry in after}
        for entry in before:
            if counters.get(entry.id) != (entry.secret, entry.counter):
                self.revealed.pop(entry.id, None)

    def measure(self, entries: Sequence[Entry]) -> None:
        """Choose column widths and the common period, and find imitated issuers, given all entries
        of the vault."""
        self._suspicious = warnings(entries)
        shapes = {(entry.type, entry.digits, entry.period): entry for entry in entries}
        self._code_width = max((len(blank(entry)) for entry in shapes.values()), default=7)
        counts = Counter((entry.type, entry.digits, entry.period) for entry in entries)
        periods: Counter[int] = Counter()
        for shape, count in counts.items():
            periods[period(shapes[shape]) or 0] += count
        timed = Counter({seconds: count for seconds, count in periods.items() if seconds})
        self.common_period = timed.most_common(1)[0][0] if timed else 30
        self._with_seconds = not self.shared or len(periods) > 1
        self._codes.clear()
        self._following.clear()

    def tick(self, moment: float) -> None:
        """Show the codes of `moment`; repaint only the cells that change."""
        if moment < self.moment:
            self._codes.clear()
        self.moment = moment
        width = self.size.width
        dirty: list[Region] = []
        for index in self.on_screen:
            y = index - self.top
            old = self._painted.get(y)
            if old is None or old == (new := self._live_cells(index)):
                continue
            if old.following != new.following:
                dirty.append(Region(0, y, width, 1))
            elif (old.code, old.expiring) != (new.code, new.expiring):
                dirty.append(Region(0, y, self._code_at + self._code_width, 1))
            else:
                dirty.append(Region(0, y, self._code_at, 1))
        if dirty:
            self.refresh(*dirty)

    def code_text(self, entry: Entry, following: bool = False) -> str:
        """Return the code without spaces, or the next one if `following`.

        Raises:
            EntryError: the entry has no code.
        """
        if entry.type is OtpType.HOTP:
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

    @property
    def _seconds_shown(self) -> bool:
        return self._with_seconds and self.size.width >= _TINY

    @property
    def _code_at(self) -> int:
        return _MARK + (_SECONDS + _GAP if self._seconds_shown else 0)

    @property
    def _names_at(self) -> int:
        return self._code_at + self._code_width + _GAP

    def _live_cells(self, index: int) -> LiveCells:
        entry = self.rows[index]
        if entry.deleted:
            days = days_left(entry, int(self.moment))
            return LiveCells("", blank(entry), False, f"{plural(days, 'day')} left")
        covered = self.hidden and index != self.cursor
        if entry.type is OtpType.HOTP:
            shown = None if covered else self.revealed.get(entry.id)
            code = group(shown) if shown else blank(entry)
            counter = entry.counter - 1 if shown else entry.counter
            return LiveCells("↵", code, False, f"counter {counter}")
        try:
            code = blank(entry) if covered else group(self.code_text(entry))
            following = group(self.code_text(entry, True)) if index == self.cursor else ""
        except EntryError:
            return LiveCells("!", "no code", False, "")
        left = remaining(entry, self.moment) or 0
        own_seconds = not self.shared or period(entry) != self.common_period
        return LiveCells(
            _brief(left) if own_seconds else "",
            code,
            left <= EXPIRING,
            f"next {following}" if following else "",
        )

    def row_strip(self, index: int, width: int) -> Strip:
        entry, cells = self.rows[index], self._live_cells(index)
        self._painted[index - self.top] = cells
        styles, highlighted = styles_of(self.app), index == self.cursor
        row = styles.on_plain if highlighted else styles.plain
        muted = styles.on_muted if highlighted else styles.muted
        if cells.expiring:
            code = styles.on_warning if highlighted else styles.warning
        else:
            code = styles.on_code if highlighted else styles.code
        mark = self._mark(entry)
        segments = [Segment(f"{HIGHLIGHT}{mark}", styles.on_code)] if highlighted else []
        lead = "" if highlighted else f" {mark}"
        if self._seconds_shown:
            soon = "!" if cells.expiring and cells.seconds else " "
            seconds = f"{lead}{cells.seconds:>{_SECONDS}}{soon:<{_GAP}}"
            segments.append(Segment(seconds, code if cells.expiring else muted))
            lead = ""
        segments.append(Segment(lead + fit(cells.code, self._code_width + _GAP), code))
        segments += self._names(entry, cells, width, row, muted)
        nth = index - self.top + 1
        segments.append(Segment(f"{nth if nth <= 9 and self.numbered else '':>{_NUMBER}} ", muted))
        return Strip(segments, None).adjust_cell_length(width, row)

    def _mark(self, entry: Entry) -> str:
        if entry.id in self.selected:
            return "✓"
        return "!" if entry.id in self._suspicious else "▴" if entry.pinned else " "

    def _names(
        self, entry: Entry, cells: LiveCells, width: int, row: Style, muted: Style
    ) -> list[Segment]:
        room = width - self._names_at - _NUMBER - 1
        in_issuer, in_account = self._marks(entry)
        following = cells.following if room >= _NARROW - self._names_at else ""
        if room < _NARROW - self._names_at:
            if is_blank(entry.issuer):
                return marked(entry.account or "", in_account, room, row)
            return marked(entry.issuer, in_issuer, room, row)
        tail = f" {following} " if following else ""
        rest = room - len(tail)
        if width >= _WIDE:
            rest = room - _CATEGORIES - max(_FOLLOWING, len(tail))
            tail = fit(self._categories_of(entry), _CATEGORIES) + tail.rjust(_FOLLOWING)
        issuer = max(12, min(28, room * 2 // 5))
        account = rest - issuer - _GAP
        if is_blank(entry.issuer):
            name = "(no name)" if is_blank(entry.account or "") else entry.account or ""
            return [*marked(name, in_account, rest, row), Segment(tail, muted)]
        return [
            *marked(entry.issuer, in_issuer, issuer, row),
            Segment(" " * _GAP, row),
            *marked(entry.account or "", in_account, account, muted),
            Segment(tail, muted),
        ]

    def _marks(self, entry: Entry) -> Sequence[Collection[int]]:
        """Return the places in issuer and account to mark.

        A single letter isn't marked: it is all over the screen, and its frame is the largest.
        """
        if len(self.searched.strip()) < 2:
            return (), ()
        from tui.otp.fuzzy import marks

        return marks(self.searched, (entry.issuer, entry.account or ""))

    def empty_strip(self, line: int, width: int) -> Strip:
        if self.rows or line != self.page // 3:
            return super().empty_strip(line, width)
        text = fit(self.nothing, min(width, len(self.nothing) + 1))
        return Strip([Segment(text.center(width), styles_of(self.app).muted)]).adjust_cell_length(
            width
        )

    def _categories_of(self, entry: Entry) -> str:
        names = (self.category_names.get(place.category, "") for place in entry.categories)
        return ", ".join(name for name in names if name)


def blank(entry: Entry) -> str:
    """Return dots in place of a code that is hidden or not shown yet."""
    return group("·" * code_length(entry))


def _brief(seconds: int) -> str:
    """Return seconds in three cells: minutes from 1,000, hours from 6,000."""
    if seconds < 1000:
        return str(seconds)
    if seconds < 6000:
        return f"{seconds // 60}m"
    return f"{min(99, seconds // 3600)}h"
