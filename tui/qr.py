"""QR codes to show: text -> modules -> lines of a terminal.

Whoever shows them paints black on white, whatever the theme: not every phone reads the
reverse. segno makes the code; it is imported when one is made and not before.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.errors import EntryError

MARGINS = (4, 3, 2)
"""Light modules around a code, the best first: 4 by the standard (ISO/IEC 18004, 6.3.8); with
2 phones still read one off a screen, and a terminal need not be that large."""
MAX_BYTES = 2953
"""As much as a QR code can hold (ISO/IEC 18004, table 7: version 40-L, bytes)."""

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code. Its repr does not show it, as it holds what its text holds."""

    modules: tuple[tuple[bool, ...], ...] = field(repr=False)
    """The rows of the square, from the top, without margin; True is dark."""

    def size(self, margin: int, *, plain: bool = False) -> tuple[int, int]:
        """Return the columns and rows that `half_blocks` takes, or (`plain`) `ascii` does."""
        side = len(self.modules) + 2 * margin
        return (2 * side, side) if plain else (side, (side + 1) // 2)

    def margin_within(self, columns: int, rows: int, *, plain: bool = False) -> int | None:
        """Return the best of MARGINS with which it fits, as `size`; None: it does not fit."""
        for margin in MARGINS:
            width, height = self.size(margin, plain=plain)
            if width <= columns and height <= rows:
                return margin
        return None

    def half_blocks(self, margin: int = MARGINS[-1]) -> list[str]:
        """Return lines in which a character is two modules, one above the other.

        What is dark is drawn, what is light is left to the background.
        """
        rows = self._with_margin(margin)
        if len(rows) % 2:
            rows.append((False,) * len(rows))
        return [
            "".join(_HALVES[pair] for pair in zip(above, below, strict=True))
            for above, below in zip(rows[::2], rows[1::2], strict=True)
        ]

    def ascii(self, margin: int = MARGINS[-1]) -> list[str]:
        """Return lines in which two characters are a module: `##` a dark one, else spaces."""
        return [
            "".join("##" if dark else "  " for dark in row) for row in self._with_margin(margin)
        ]

    def _with_margin(self, margin: int) -> list[tuple[bool, ...]]:
        side, edge = (False,) * margin, (False,) * (len(self.modules) + 2 * margin)
        rows = [(*side, *row, *side) for row in self.modules]
        return [edge] * margin + rows + [edge] * margin


def make(text: str) -> QrCode:
    """Return the smallest QR code of `text`, with the least error correction.

    Raises:
        EntryError: the text is too long for one.
    """
    import segno

    try:
        made = segno.make(text, error="l", micro=False, boost_error=False)
    except segno.DataOverflowError:
        raise EntryError("it is too long for a QR code") from None
    return QrCode(tuple(tuple(map(bool, row)) for row in made.matrix))
