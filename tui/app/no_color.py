"""Drawing without color for $NO_COLOR: only in the terminal's own colors."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color, ColorType
from rich.segment import Segment
from rich.style import Style
from textual.color import Color as TextualColor
from textual.filter import LineFilter

KEPT = "kept"
"""Meta key of styles that are not changed: a QR code needs black and white."""
_LIGHT = 0.3
_SHADE = 0.05
_FAINT = 0.62


class NoColorFilter(LineFilter):
    """Replaces the grays of the theme `MONO` with attributes.

    A light background becomes reverse, a dark gray one (fields and buttons) underlined, and gray
    text dim. Bold, underlined and reverse are kept.
    """

    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        return [
            Segment(text, None if style is None else bare(style), control)
            for text, style, control in segments
        ]


@lru_cache(maxsize=1024)
def bare(style: Style) -> Style:
    """Return `style` with attributes instead of colors, unless it has KEPT."""
    if style.meta.get(KEPT):
        return style
    behind, before = _light(style.bgcolor, 0.0), _light(style.color, 1.0)
    attributes = Style(bold=style.bold, italic=style.italic, strike=style.strike,
                       underline=style.underline, dim=style.dim, reverse=style.reverse,
                       meta=style.meta or None)  # fmt: skip
    if behind > _LIGHT:
        return attributes + Style(reverse=not style.reverse)
    if behind > _SHADE:
        attributes += Style(underline=True)
    if before < _FAINT and not style.reverse:
        attributes += Style(dim=True)
    return attributes


def _light(color: Color | None, default: float) -> float:
    if color is None or color.type is ColorType.DEFAULT:
        return default
    red, green, blue = color.get_truecolor()
    return (0.3 * red + 0.59 * green + 0.11 * blue) / 255
