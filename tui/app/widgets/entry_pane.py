"""The highlighted entry beside the list: its code in large digits, and what is known about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui.app.commands import command_key
from tui.app.context import context_of
from tui.app.live_codes import LiveCells, tone
from tui.app.styles import LineStyles, category_style, styles_of
from tui.app.symbols import PINNED
from tui.app.widgets.big_digits import big_lines
from tui.app.widgets.cells import fit, width_of, wrapped
from tui.app.widgets.time_bar import time_bar
from tui.otp.codes import period
from tui.otp.describe import FORWARDED, last_used
from tui.otp.entry import Entry
from tui.text import is_blank, plural
from tui.vault.trash import days_left

LEAST_WIDTH, LEAST_HEIGHT = 100, 16
"""Minimum width and height of a terminal for list and pane."""
_LABEL = 14
_AIRY = 28
"""From this height, there is an empty line between details."""
_SPACIOUS = 18
"""From this height, there is more room around the code."""
_NOTE_LINES = 6
_DAY = 86_400
_KEYS = ("copy", "copy-next", "show", "pin")
_HOTP_KEYS = ("copy", "reveal", "show", "pin")
_TRASH_KEYS = ("restore", "delete", "show")

Line = list[Segment]


def pane_width(width: int) -> int:
    """Return the width of the pane on a terminal `width` cells wide."""
    if width < 120:
        return 48
    return 54 if width < 160 else max(66, width - 90)


@dataclass(frozen=True, slots=True)
class Shown:
    """What the pane shows."""

    entry: Entry
    """The entry."""
    cells: LiveCells
    """Its code, or what the list shows instead."""
    categories: Sequence[str]
    """The names of its categories."""
    warning: str
    """What is suspicious about its issuer; may be empty."""
    moment: int
    """The Unix time in seconds."""
    shows_keys: bool
    """False if keys type into the search."""


class EntryPane(Widget):
    """Shows one entry, and repaints only the lines that change."""

    DEFAULT_CSS = """
    EntryPane { width: 54; height: 1fr; background: $surface; display: none; }
    EntryPane.-shown { display: block; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: Shown | None = None
        self._lines: list[Line] = []

    def show(self, shown: Shown | None) -> None:
        """Show an entry, or nothing."""
        self._shown = shown
        lines = self._composed()
        if len(lines) != len(self._lines):
            self._lines = lines
            self.refresh()
            return
        pairs = enumerate(zip(self._lines, lines, strict=True))
        changed = [y for y, (old, new) in pairs if old != new]
        self._lines = lines
        if changed:
            width = self.size.width
            context_of(self.app).repaint(self, *(Region(0, y, width, 1) for y in changed))

    def forget(self) -> None:
        """Drop the entry and its code."""
        self._shown, self._lines = None, []

    def on_resize(self) -> None:
        self._lines = self._composed()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        styles, width = styles_of(self.app, "surface"), self.size.width
        line = self._lines[y] if y < len(self._lines) else []
        edge = "│" if context_of(self.app).is_flat else " "
        padding = " " * (self._padding - 1)
        parts = [Segment(edge, styles.rule), Segment(padding, styles.plain), *line]
        return Strip(parts).adjust_cell_length(width, styles.plain)

    @property
    def _padding(self) -> int:
        return 2 if self.size.width < 54 else 3

    # --- the lines ---------------------------------------------------------------------------

    def _composed(self) -> list[Line]:
        """Return the lines from the top to the keys at the bottom."""
        width, height = self.size.width - 2 * self._padding, self.size.height
        if self._shown is None or width < 1 or height < 1:
            return []
        styles = styles_of(self.app, "surface")
        lines = [[], *self._names(self._shown, styles, width), []]
        lines += [[]] if height >= _SPACIOUS else []
        lines += self._code(self._shown, styles, width, height)
        lines += [[], []] if height >= _SPACIOUS else [[]]
        details = self._details(self._shown, styles, width)
        flat = [line for detail in details for line in detail]
        if height >= _AIRY and height - len(lines) - 3 >= len(flat) + len(details):
            flat = [line for detail in details for line in (*detail, [])]
        lines += flat[: max(0, height - 3 - len(lines))]
        lines += [[]] * (height - 2 - len(lines))
        return [*lines[: height - 2], self._keys(self._shown, styles, width), []]

    def _names(self, shown: Shown, styles: LineStyles, width: int) -> list[Line]:
        entry = shown.entry
        issuer, account = entry.issuer, entry.account or ""
        if is_blank(issuer):
            issuer, account = ("(no name)" if is_blank(account) else account), ""
        pinned = f"{PINNED} pinned" if entry.pinned else ""
        room = width - width_of(pinned)
        return [
            [Segment(fit(issuer, room - 1), styles.code), Segment(" ", styles.plain),
             Segment(pinned, styles.pin)],
            [Segment(fit(account, width), styles.muted)],
        ]  # fmt: skip

    def _code(self, shown: Shown, styles: LineStyles, width: int, height: int) -> list[Line]:
        """Return the lines of the code, of the time it has left, and of the next one."""
        cells = shown.cells
        if not cells.is_code:
            return [
                [Segment(cells.code, styles.muted)],
                [],
                [Segment(part, style) for part, style in self._instead(shown, styles)],
            ]
        # The digits don't warm: that would send all their cells again.
        room = 10 if height >= 30 else 5 if height >= _SPACIOUS else 3
        ascii_only = context_of(self.app).ascii_only
        big = big_lines(cells.code, width, room, ascii_only=ascii_only)
        lines = [[Segment(line, styles.code)] for line in big]
        if cells.left is None or not cells.period:
            instead = [Segment(part, style) for part, style in self._instead(shown, styles)]
            return [*lines, [], instead]
        seconds = f"{cells.left} s"
        size = width - max(5, len(seconds)) - 1
        bar = [
            *time_bar(cells.left, cells.period, size, styles),
            Segment(f"{seconds:>{width - size}}", getattr(styles, tone(cells.left) or "strong")),
        ]
        lines += [[], bar]
        if cells.following:
            lines += [[]] if height >= _SPACIOUS else []
            lines.append(
                [
                    Segment(f"{'Next':<{_LABEL}}", styles.muted),
                    Segment(cells.following, styles.name),
                ]
            )
        return lines

    def _instead(self, shown: Shown, styles: LineStyles) -> list[tuple[str, Style]]:
        """Return the line in place of a countdown: how to get a code, or why there is none."""
        key = command_key(context_of(self.app), "reveal")
        if shown.entry.deleted:
            days = plural(days_left(shown.entry, shown.moment), "more day")
            return [(f"In the trash for {days}", styles.muted)]
        if not shown.entry.type.has_counter:
            return [("This entry has no code.", styles.warning)]
        if not key:
            return []
        return [(key, styles.strong), (" shows the next code", styles.muted)]

    def _details(self, shown: Shown, styles: LineStyles, width: int) -> list[list[Line]]:
        """Return the lines of each detail."""
        counts = shown.entry.type.has_counter
        rows = [
            ("Warning", shown.warning, styles.warning),
            ("Type", _type_of(shown.entry), styles.plain),
            ("Counter", str(shown.entry.counter) if counts else "", styles.plain),
            ("Last used", _used(shown), styles.plain),
            ("SSH", FORWARDED if shown.entry.forward else "", styles.plain),
            ("Note", shown.entry.note, styles.plain),
        ]
        found = [[self._category_line(shown.categories, styles, width)]] if shown.categories else []
        for label, text, style in rows:
            lines = []
            for at, part in enumerate(_wrapped(text, width - _LABEL)):
                name = "" if at else label
                lines.append([Segment(f"{name:<{_LABEL}}", styles.muted), Segment(part, style)])
            found += [lines] if lines else []
        return found

    def _category_line(self, names: Sequence[str], styles: LineStyles, width: int) -> Line:
        line = [Segment(f"{'Categories':<{_LABEL}}", styles.muted)]
        room = width - _LABEL
        for name in names:
            size = min(width_of(name), max(0, room - 2))
            if size < min(3, width_of(name)):
                break
            line.append(Segment(f"● {fit(name, size)}", category_style(styles, name)))
            line.append(Segment("  ", styles.plain))
            room -= size + 4
        return line

    def _keys(self, shown: Shown, styles: LineStyles, width: int) -> Line:
        entry, context = shown.entry, context_of(self.app)
        if not shown.shows_keys:
            return []
        names = _TRASH_KEYS if entry.deleted else _KEYS
        names = _HOTP_KEYS if entry.type.has_counter and not entry.deleted else names
        line: Line = []
        room = width
        for name in names:
            key, label = command_key(context, name), _label(name, entry)
            size = width_of(key) + len(label) + 3
            if key and size - 2 <= room:
                line += [Segment(key, styles.strong), Segment(f" {label}  ", styles.muted)]
                room -= size
        return line


_LABELS = {"copy": "copy", "copy-next": "next", "reveal": "next code", "show": "details",
           "restore": "restore", "delete": "delete"}  # fmt: skip


def _label(command: str, entry: Entry) -> str:
    return ("unpin" if entry.pinned else "pin") if command == "pin" else _LABELS[command]


def _type_of(entry: Entry) -> str:
    """Return type, algorithm and period."""
    seconds = period(entry)
    parts = [
        entry.type.label,
        entry.algorithm.value if entry.type.has_digits else "",
        f"{seconds} s" if seconds else "",
    ]
    return ", ".join(part for part in parts if part)


def _used(shown: Shown) -> str:
    """Return how long ago a code was last used, and how often one was copied."""
    passed = shown.moment - shown.entry.used
    if passed < 60:
        ago = "just now"
    elif passed < 60 * 60:
        ago = f"{passed // 60} min ago"
    elif passed < _DAY:
        ago = f"{passed // 3600} h ago"
    else:
        ago = f"{passed // _DAY} d ago"
    return last_used(shown.entry, ago)


def _wrapped(text: str, width: int) -> list[str]:
    """Return the lines of a text, made safe, in at most `width` cells each."""
    lines: list[str] = []
    for line in text.splitlines()[:_NOTE_LINES]:
        lines += wrapped(line, width)
    return lines[:_NOTE_LINES]
