"""The list of entries with their codes, repainted as time passes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from textual.geometry import Region
from textual.strip import Strip

from tui.app.commands import command_key
from tui.app.context import context_of
from tui.app.live_codes import LiveCells, LiveCodes, blank, seconds_text
from tui.app.styles import styles_of
from tui.app.symbols import PINNED, SELECTED, SUSPICIOUS
from tui.app.widgets.cells import width_of
from tui.app.widgets.code_row import Columns, Row, columns, row_line
from tui.app.widgets.empty_list import EmptyList
from tui.app.widgets.row_list import RowList
from tui.otp.codes import period
from tui.otp.entry import Entry
from tui.otp.lookalike import warnings

_TALL = 3
"""Height of a row with the account below the issuer, and an empty line."""


def row_height(rows: int, lines: int, *, beside: bool) -> int:
    """Return the height of rows so that all fit into `lines`; `beside` is True next to a pane."""
    if rows * _TALL <= lines:
        return _TALL if beside else 2
    return 2 if rows * 2 <= lines and lines >= _MANY_LINES else 1


_MANY_LINES = 24
"""From this number of lines, rows have an empty line below if they all fit."""


class CodeList(RowList[Entry]):
    """Shows the codes of entries at the time of the last `tick`."""

    def __init__(self, *, moment: float, shared: bool) -> None:
        super().__init__(id="codes")
        self.live = LiveCodes(moment)
        """The codes."""
        self.shared = shared
        """True if one countdown above the list replaces those of the most common period."""
        self.common_period = 0
        """The most common period, in seconds; 0 if no code expires."""
        self.selected: set[str] = set()
        """Ids of the selected entries."""
        self.searched = ""
        """The search whose matching letters are marked."""
        self.numbered = True
        """True to show the digits that copy a row."""
        self.shows_next = True
        """True to show the next code or the counter in the highlighted row."""
        self.category_names: Mapping[str, str] = {}
        """Names of categories by id."""
        self.suspicious: Mapping[str, str] = {}
        """What is suspicious about issuers that imitate another name, by entry id."""
        self.when_empty = EmptyList()
        """What to show if there are no rows."""
        self._code_width = 7
        self._issuer_width = self._category_width = 0
        self._entries: Sequence[Entry] = ()
        self._accounts: dict[str, list[str]] | None = None
        """The accounts of each issuer with several; None until they are needed."""
        self._painted: dict[int, tuple[str, ...]] = {}
        """What changes as time passes, as it was last painted, by place on screen."""

    def replace_row(self, entry: Entry) -> None:
        """Take over an entry that changed without moving."""
        self.rows = [entry if row.id == entry.id else row for row in self.rows]

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
        self.live.hidden = hidden
        self._painted.clear()
        self.refresh()

    def toggle_selected(self) -> None:
        """Select or deselect the highlighted row, and highlight the next."""
        if self.highlighted is not None:
            self.selected ^= {self.highlighted.id}
            self.refresh_rows(self.cursor)
            self.move(1)

    def toggle_all_selected(self) -> None:
        """Select all rows, or deselect them if all are selected."""
        shown = {entry.id for entry in self.rows}
        self.selected = self.selected - shown if shown <= self.selected else self.selected | shown
        self._painted.clear()
        self.refresh()

    def forget(self) -> None:
        """Drop all entries and codes."""
        self.rows = []
        self._entries, self._accounts, self.suspicious = (), None, {}
        self._painted.clear()
        self.live.revealed.clear()

    def measure(self, entries: Sequence[Entry]) -> None:
        """Choose column widths and the common period, and find imitated issuers, given all entries
        of the vault."""
        self._entries, self._accounts = entries, None
        self.suspicious = warnings(entries)
        shapes = {(entry.type, entry.digits, entry.period): entry for entry in entries}
        self._code_width = max((len(blank(entry)) for entry in shapes.values()), default=7)
        issuers = {entry.issuer for entry in entries}
        widths = (len(name) if name.isascii() else width_of(name) for name in issuers)
        self._issuer_width = max(widths, default=0) + 1
        self._category_width = self._widest_categories(entries)
        counts = Counter((entry.type, entry.digits, entry.period) for entry in entries)
        periods: Counter[int] = Counter()
        for shape, count in counts.items():
            periods[period(shapes[shape]) or 0] += count
        del periods[0]
        self.common_period = periods.most_common(1)[0][0] if periods else 0

    def tick(self, moment: float) -> None:
        """Show the codes of `moment`; repaint only the cells that change."""
        self.live.moment = moment
        dirty: list[Region] = []
        places = self._columns(self.size.width)
        for index in self.on_screen:
            at = index - self.top
            old = self._painted.get(at)
            if old is None or old == (new := self._live(index)[1]):
                continue
            # Code, seconds, tone and remark: what is further right changes less often.
            width = places.width if old[3] != new[3] else places.names_at
            start = places.seconds_at if old[0] == new[0] and old[2:] == new[2:] else 0
            dirty.append(Region(start, at * self.row_height, width - start, 1))
        if dirty:
            context_of(self.app).repaint(self, *dirty)

    def _columns(self, width: int) -> Columns:
        is_tall = self.row_height == _TALL
        return columns(
            width, self._code_width, self._issuer_width, self._category_width, is_tall=is_tall
        )

    def _widest_categories(self, entries: Sequence[Entry]) -> int:
        """Return the width of the names of an entry's categories, with a blank between them."""
        cells = {identity: width_of(name) for identity, name in self.category_names.items()}
        found = {tuple([place.category for place in entry.categories]) for entry in entries}
        widths = (sum(cells.get(each, -1) + 1 for each in places) - 1 for places in found)
        return max(0, max(widths, default=0))

    def _live(self, index: int) -> tuple[LiveCells, tuple[str, str, str, str]]:
        """Return the code of a row, and its code, seconds, tone and remark as text."""
        entry, highlighted = self.rows[index], index == self.cursor
        cells = self.live.cells(entry, highlighted=highlighted)
        own = not self.shared or cells.period != self.common_period
        shown = cells.left is not None and (own or bool(cells.tone))
        seconds = seconds_text(cells.left or 0) if shown else ""
        remark = f"next {cells.following}" if cells.following else cells.remark
        remark = remark if entry.deleted or (highlighted and self.shows_next) else ""
        return cells, (cells.code, seconds, cells.tone if highlighted else "", remark)

    def _row(self, index: int, places: Columns) -> Row:
        entry, highlighted = self.rows[index], index == self.cursor
        cells, live = self._live(index)
        number = index - self.top + 1
        return Row(
            entry=entry,
            cells=cells,
            seconds=live[1],
            tone=live[2],
            remark=live[3],
            key=self._reveal_key(entry),
            mark=self._mark(entry),
            number=str(number) if self.numbered and number <= 9 else "",
            highlighted=highlighted,
            matching=self._matching(entry),
            shared_start=self._shared_start(entry, places.account),
        )

    def row_strip(self, index: int, width: int) -> Strip:
        return self.row_line(index, 0, width)

    def row_line(self, index: int, line: int, width: int) -> Strip:
        styles = styles_of(self.app)
        if line and line == self.row_height - 1:
            return Strip.blank(width, styles.plain)
        places = self._columns(width)
        row = self._row(index, places)
        if not line:
            self._painted[index - self.top] = row.live
        behind = styles.on_plain if row.highlighted else styles.plain
        parts = row_line(row, line, places, styles, self.category_names)
        return Strip(parts).adjust_cell_length(width, behind)

    def _mark(self, entry: Entry) -> str:
        if entry.id in self.selected:
            return SELECTED
        return SUSPICIOUS if entry.id in self.suspicious else PINNED if entry.pinned else " "

    def _reveal_key(self, entry: Entry) -> str:
        if not entry.type.has_counter or entry.deleted:
            return ""
        return command_key(context_of(self.app), "reveal")

    def _matching(self, entry: Entry) -> Sequence[Collection[int]]:
        """Return the places in issuer and account to mark.

        A single letter isn't marked: it is all over the screen, and its frame is the largest.
        """
        if len(self.searched.strip()) < 2:
            return (), ()
        from tui.otp.fuzzy import marks

        return marks(self.searched, (entry.issuer, entry.account or ""))

    def _shared_start(self, entry: Entry, room: int) -> int:
        """Return how many characters an account cut to `room` shares with others of its issuer."""
        account = entry.account or ""
        if not room or width_of(account) <= room:
            return 0
        if self._accounts is None:
            self._accounts = _accounts_of_shared_issuers(self._entries)
        others = self._accounts.get(entry.issuer, ())
        return max((_common(account, other) for other in others if other != account), default=0)

    def empty_strip(self, line: int, width: int) -> Strip:
        styles = styles_of(self.app)
        lines = [] if self.rows else self.when_empty.lines(width, styles)
        at = line - self.page // 3
        if not 0 <= at < len(lines):
            return super().empty_strip(line, width)
        return Strip(lines[at]).adjust_cell_length(width, styles.plain)


def _accounts_of_shared_issuers(entries: Sequence[Entry]) -> dict[str, list[str]]:
    counts = Counter(entry.issuer for entry in entries)
    accounts: dict[str, list[str]] = {name: [] for name, count in counts.items() if count > 1}
    for entry in entries:
        if entry.issuer in accounts:
            accounts[entry.issuer].append(entry.account or "")
    return accounts


def _common(one: str, other: str) -> int:
    """Return the number of equal characters at the start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
