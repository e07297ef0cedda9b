"""The title of the code list, with one countdown for the most common period."""

from __future__ import annotations

from rich.segment import Segment
from textual.geometry import Region

from tui.app.context import context_of
from tui.app.live_codes import tone
from tui.app.widgets.bars import UNSAVED, TitleBar
from tui.app.widgets.cells import fit, width_of
from tui.app.widgets.time_bar import time_bar
from tui.text import safe

_LONGEST, _SHORTEST = 48, 8
"""Maximum and minimum width of the bar in cells."""
_NARROW = 60
"""Below this width in cells, there is no room for the name of the program."""
_SECONDS = 6
"""Width of the seconds before the bar."""
_NAME = " otp-tui"


class ListTitle(TitleBar):
    """Shows program, vault, countdown, a warning and a count."""

    def __init__(self, vault_name: str) -> None:
        super().__init__(vault_name)
        self._left, self._period = 0, 0
        self._at, self._cells = 0, 0
        """First cell and width of the countdown, as last painted."""

    def count_down(self, left: int, period: int) -> None:
        """Show that `left` seconds of `period` are left; nothing if `period` is 0."""
        if (left, period) == (self._left, self._period):
            return
        same = period == self._period
        self._left, self._period = left, period
        if not same:
            self.refresh()
        elif self._cells:
            context_of(self.app).repaint(self, Region(self._at, 0, self._cells, 1))

    def segments(self, width: int) -> list[Segment]:
        styles = self.line_styles
        warning = safe(f"! {self._warning}  ") if self._warning else ""
        right = safe(f"{self._right} ")
        end = width_of(warning) + width_of(right)
        start, bar = self._placed(width, end)
        self._at, self._cells = start, _SECONDS + bar
        if not self._period or start + self._cells + end > width or self._right.startswith(UNSAVED):
            self._cells = 0
            return super().segments(width)
        vault = f"  {self._vault}" if self._vault else ""
        return [
            Segment(fit(_NAME, min(start, len(_NAME))), styles.strong),
            Segment(fit(vault, start - len(_NAME)), styles.muted),
            Segment(f"{self._left:>3} s ", getattr(styles, tone(self._left) or "strong")),
            *time_bar(self._left, self._period, bar, styles),
            Segment(" " * (width - start - self._cells - end), styles.plain),
            Segment(warning, styles.warning),
            Segment(right, styles.muted),
        ]

    def _placed(self, width: int, end: int) -> tuple[int, int]:
        """Return the first cell of the countdown, and the width of its bar; 0 without room."""
        bar = min(_LONGEST, max(20, width // 3))
        start = 0
        if width >= _NARROW:
            name = min(len(_NAME) + 4 + width_of(self._vault), width // 3)
            start = max(name, (width - bar) // 2 - _SECONDS)
        bar = min(bar, width - end - start - _SECONDS - 1)
        return start, bar if bar >= _SHORTEST else 0
