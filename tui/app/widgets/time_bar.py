"""A bar of the time that a code has left."""

from __future__ import annotations

from rich.segment import Segment

from tui.app.live_codes import tone
from tui.app.styles import LineStyles

_FULL, _EMPTY = "━", "─"


def time_bar(left: int, period: int, width: int, styles: LineStyles) -> list[Segment]:
    """Return a bar `width` cells wide, whose color warms in the last seconds."""
    full = max(0, min(width, -(-left * width // period)))
    style = getattr(styles, tone(left) or "strong")
    return [Segment(_FULL * full, style), Segment(_EMPTY * (width - full), styles.rule)]
