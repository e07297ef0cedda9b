"""What the code list shows if it has no rows: why, and what to press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment

from tui.app.styles import LineStyles
from tui.app.widgets.cells import fit, width_of, wrapped


@dataclass(frozen=True, slots=True)
class EmptyList:
    """Sentences, each on its own line, and below them one key on each line."""

    text: str = ""
    """Why there are no rows."""
    keys: Sequence[tuple[str, str]] = ()
    """Keys, and what they do."""

    def lines(self, width: int, styles: LineStyles) -> list[list[Segment]]:
        """Return the lines, centered in `width` cells."""
        room = max(1, width - 2)
        lines = [each for line in self.text.split("\n") for each in wrapped(line, room)]
        made = [[Segment(_centered(line, width), styles.muted)] for line in lines]
        if not self.keys:
            return made
        widest = max(width_of(f"{key}  {words}") for key, words in self.keys)
        indent = " " * max(0, (width - widest) // 2)
        made.append([])
        for key, words in self.keys:
            shown = fit(words, max(1, width - len(indent) - width_of(key) - 2))
            made.append([Segment(f"{indent}{key}  ", styles.strong), Segment(shown, styles.muted)])
        return made


def _centered(line: str, width: int) -> str:
    return fit(line, min(width, width_of(line))).center(width)
