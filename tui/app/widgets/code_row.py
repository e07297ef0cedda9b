"""A row of the code list: its columns, and its lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style

from tui.app.live_codes import LiveCells
from tui.app.styles import LineStyles, category_style
from tui.app.symbols import HIGHLIGHT, PINNED, SUSPICIOUS
from tui.app.widgets.cells import fit, marked, width_of
from tui.otp.entry import Entry
from tui.text import is_blank

_CODE_AT = 3
"""The first cell of the code, after the highlight, a mark and a blank."""
_SECONDS = 4
_TINY = 36
"""Below this width in cells, the seconds are left out."""
_NUMBERED = 45
"""From this width in cells, rows have numbers."""
_CATEGORIES = ((110, 24), (84, 14), (58, 9))
"""Widths of the list, and the most that the categories take of it."""
_GAP = 2
"""Least number of blanks between the names and a remark, besides the one of the column."""
_LEAST, _MOST = 9, 28
"""Minimum and maximum width of an issuer beside its account."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The places of the cells in a row."""

    width: int
    """Width of the row."""
    seconds_at: int
    """First cell of the seconds, after the code; 0 if they are left out."""
    names_at: int
    """First cell of issuer and account."""
    issuer: int
    """Width of the issuer."""
    account: int
    """Width of the account beside it; 0 if it has no room there."""
    categories: int
    """Width of the categories; 0 if they are left out."""
    number: int
    """Width of the number at the end."""

    @property
    def names(self) -> int:
        """Width of issuer and account together."""
        return self.issuer + 1 + self.account if self.account else self.issuer


@lru_cache(maxsize=8)
def columns(width: int, code: int, longest: int, category: int, *, is_tall: bool) -> Columns:
    """Return the columns of a list `width` cells wide.

    `code` is the width of the widest code, `longest` that of the widest issuer, `category` that of
    the widest categories of an entry. In a tall row, the account is below the issuer.
    """
    seconds_at = _CODE_AT + code + 1 if width >= _TINY else 0
    names_at = seconds_at + _SECONDS + 2 if seconds_at else _CODE_AT + code + 2
    number = 3 if width >= _NUMBERED else 1
    most = next((cells for least, cells in _CATEGORIES if width >= least), 0)
    categories = min(category + 1 if category else 0, most)
    names = max(0, width - names_at - number - (categories + 1 if categories else 0))
    issuer = names
    if not is_tall and names > 2 * _LEAST:
        issuer = min(max(longest, _LEAST), _MOST, max(_LEAST, names * 9 // 20))
    elif not is_tall and names > _LEAST + 3:
        issuer = names // 2
    account = max(0, names - issuer - 1)
    return Columns(width, seconds_at, names_at, issuer, account, categories, number)


@dataclass(frozen=True, slots=True)
class Row:
    """The contents of a row."""

    entry: Entry
    """The entry."""
    cells: LiveCells
    """Its code."""
    seconds: str
    """The seconds left, if the row shows them."""
    tone: str
    """The name of the code's style if it is highlighted and expires soon, otherwise ""."""
    remark: str = field(repr=False)
    """Shown instead of the categories, e.g. the next code; may be empty."""
    key: str
    """The key that shows the next code of a counter-based entry."""
    mark: str
    """The mark before the code."""
    number: str
    """The digit that copies the code."""
    highlighted: bool
    """True for the row that keys act on."""
    matching: Sequence[Collection[int]]
    """Places in issuer and account that match the search."""
    shared_start: int
    """How many characters at the start of the account other accounts of the issuer share."""

    @property
    def live(self) -> tuple[str, str, str, str]:
        """What changes as time passes."""
        return self.cells.code, self.seconds, self.tone, self.remark


def row_line(
    row: Row, line: int, places: Columns, styles: LineStyles, names: Mapping[str, str]
) -> list[Segment]:
    """Return a line of a row: code and names, then the account; `names` are those of categories."""
    muted = styles.on_muted if row.highlighted else styles.muted
    bar = Segment(HIGHLIGHT if row.highlighted else " ", styles.strong)
    if line == 0:
        parts = [bar, *_first_line(row, places, styles, muted, names)]
    else:
        account = "" if is_blank(row.entry.issuer) else row.entry.account or ""
        room = places.width - places.names_at - places.number
        parts = [bar, Segment(" " * (places.names_at - 1), styles.plain),
                 *_account(row, account, room, muted)]  # fmt: skip
    if row.highlighted:
        parts = [Segment(text, (style or Style()) + styles.highlight) for text, style, _ in parts]
    return parts


def _first_line(
    row: Row, places: Columns, styles: LineStyles, muted: Style, names: Mapping[str, str]
) -> list[Segment]:
    marks = {PINNED: styles.pin, SUSPICIOUS: styles.warning}
    code = styles.code if row.cells.is_code else muted
    if row.tone:
        code = getattr(styles, row.tone) + Style(bold=True)
    parts = [Segment(f"{row.mark} ", marks.get(row.mark, styles.strong))]
    room = places.names_at - _CODE_AT
    left = places.names_at - places.seconds_at
    rest = room - width_of(row.cells.code) - 2
    if row.key and rest >= width_of(row.key):
        before = max(1, rest - width_of(row.key))
        after = room - width_of(row.cells.code) - before - width_of(row.key)
        parts += [Segment(row.cells.code + " " * before, code),
                  Segment(row.key + " " * after, styles.strong + Style(bold=False))]  # fmt: skip
    elif places.seconds_at:
        tone = row.cells.tone
        seconds = getattr(styles, tone) if tone else muted
        parts += [Segment(fit(row.cells.code, room - left), code),
                  Segment(fit(f"{row.seconds:>{_SECONDS}}", left), seconds)]  # fmt: skip
    else:
        parts.append(Segment(fit(row.cells.code, room), code))
    tail = places.categories
    beside = len(row.remark) + (1 if tail or row.entry.deleted else 2)
    unused = places.names - _used(row, places)
    if row.remark and tail and not row.entry.deleted and beside + _GAP <= unused:
        parts += _names(row, places, beside, styles, muted)
        parts.append(Segment(f"{row.remark}  ", muted))
        parts += _categories(row, tail, styles, muted, names)
    else:
        more = max(0, beside - tail)
        remark = row.remark if row.entry.deleted or more + _GAP <= unused else ""
        taken = more if remark else 0
        parts += _names(row, places, taken, styles, muted)
        if remark:
            room = tail + taken + (1 if tail else 0)
            gap = " " if room > len(remark) + 1 else ""  # the number follows
            parts.append(Segment(f"{remark + gap:>{room}}", muted))
        elif tail:
            parts += [Segment(" ", styles.plain), *_categories(row, tail, styles, muted, names)]
    number = row.number if places.number > 1 else ""
    parts.append(Segment(f"{number:>{places.number - 1}} ", muted))
    return parts


def _used(row: Row, places: Columns) -> int:
    """Return how many cells of `places.names` the whole names need."""
    issuer, account = row.entry.issuer, row.entry.account or ""
    if is_blank(issuer):
        return width_of(account)
    return places.issuer + 1 + width_of(account) if places.account else width_of(issuer)


def _names(
    row: Row, places: Columns, taken: int, styles: LineStyles, muted: Style
) -> list[Segment]:
    """Return issuer and account, in `taken` cells less than they have."""
    issuer, account = row.entry.issuer, row.entry.account or ""
    if is_blank(issuer):
        name = "(no name)" if is_blank(account) else account
        return marked(name, row.matching[1], places.names - taken, styles.name)
    in_issuer = row.matching[0]
    if not places.account:
        return marked(issuer, in_issuer, places.issuer - taken, styles.name)
    return [
        *marked(issuer, in_issuer, places.issuer, styles.name),
        Segment(" ", muted),
        *_account(row, account, places.account - taken, muted),
    ]


def _account(row: Row, account: str, room: int, style: Style) -> list[Segment]:
    """Return the account; if it is cut, then where it differs from the issuer's other accounts."""
    matching = row.matching[1]
    start = row.shared_start - 2
    if start > 0 and width_of(account) > room and width_of(account[: start + 2]) >= room - 1:
        while start and width_of(account[start - 1 :]) < room:
            start -= 1
        account = f"…{account[start:]}"
        matching = {place - start + 1 for place in matching if place >= start}
    return marked(account, matching, room, style)


def _categories(
    row: Row, room: int, styles: LineStyles, muted: Style, names: Mapping[str, str]
) -> list[Segment]:
    """Return the names of categories, each in its color, or `+` if there are more."""
    shown = [name for place in row.entry.categories if (name := names.get(place.category, ""))]
    parts: list[Segment] = []
    for at, name in enumerate(shown):
        last = at == len(shown) - 1
        least = min(width_of(name), room if not parts else room + 1)
        if parts and least + (0 if last else 2) > room:
            parts.append(Segment("+", muted))
            room -= 1
            break
        width = max(0, min(least, room - (0 if last else 2)))
        parts += [Segment(fit(name, width), category_style(styles, name))]
        room -= width
        if not last and room:
            parts.append(Segment(" ", muted))
            room -= 1
    return [*parts, Segment(" " * room, muted)]
