"""QR codes for the terminal: text -> modules -> lines.

Show them black on white, whatever the theme: not every phone reads inverted ones. segno makes them,
and is imported only when needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.errors import EntryError

MARGINS = (4, 3, 2)
"""Widths of the light margin in modules, the best first. The standard requires 4 (ISO/IEC 18004,
6.3.8), but phones also read codes with 2, which fit smaller terminals."""
MAX_BYTES = 2953
"""Capacity of the largest QR code, in bytes (ISO/IEC 18004, table 7: version 40-L)."""

_HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code. Its repr hides it, as the text may be secret."""

    modules: tuple[tuple[bool, ...], ...] = field(repr=False)
    """The rows from the top, without margin; True is dark."""

    def size(self, margin: int, *, plain: bool = False) -> tuple[int, int]:
        """Return the columns and rows of `half_blocks`, or of `ascii` if `plain`."""
        side = len(self.modules) + 2 * margin
        return (2 * side, side) if plain else (side, (side + 1) // 2)

    def margin_within(self, columns: int, rows: int, *, plain: bool = False) -> int | None:
        """Return the best margin with which the code fits; None if it doesn't fit."""
        for margin in MARGINS:
            width, height = self.size(margin, plain=plain)
            if width <= columns and height <= rows:
                return margin
        return None

    def half_blocks(self, margin: int = MARGINS[-1]) -> list[str]:
        """Return lines in which each character shows two modules, one above the other.

        Dark modules are drawn, light ones are background.
        """
        rows = self._with_margin(margin)
        if len(rows) % 2:
            rows.append((False,) * len(rows))
        return [
            "".join(_HALVES[pair] for pair in zip(above, below, strict=True))
            for above, below in zip(rows[::2], rows[1::2], strict=True)
        ]

    def ascii(self, margin: int = MARGINS[-1]) -> list[str]:
        """Return lines in which two characters show a module: `##` if dark, else spaces."""
        return [
            "".join("##" if dark else "  " for dark in row) for row in self._with_margin(margin)
        ]

    def _with_margin(self, margin: int) -> list[tuple[bool, ...]]:
        side, edge = (False,) * margin, (False,) * (len(self.modules) + 2 * margin)
        rows = [(*side, *row, *side) for row in self.modules]
        return [edge] * margin + rows + [edge] * margin


def make(text: str) -> QrCode:
    """Return the smallest QR code for `text`, with the lowest error correction.

    Raises:
        EntryError: the text is too long.
    """
    import segno

    try:
        made = segno.make(text, error="l", micro=False, boost_error=False)
    except segno.DataOverflowError:
        raise EntryError("it is too long for a QR code") from None
    return QrCode(tuple(tuple(map(bool, row)) for row in made.matrix))
