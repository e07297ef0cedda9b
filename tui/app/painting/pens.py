"""How cells are drawn, as parameters of control sequences."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import SGR_STYLES

_SEEN_ON_SPACE = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Attributes that are visible on a space: lines and reverse."""
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""What turns each attribute off."""


class Pen(NamedTuple):
    """How cells are drawn, as parameters of the control sequence SGR."""

    attributes: tuple[str, ...] = ()
    color: str = ""
    background: str = ""

    @property
    def marks_space(self) -> bool:
        """True if more than the background is visible on a space."""
        return not _SEEN_ON_SPACE.isdisjoint(self.attributes)

    def looks_like(self, other: Pen) -> bool:
        """Return True if a space drawn with either pen looks the same."""
        return self == other or (
            self.background == other.background and not self.marks_space and not other.marks_space
        )

    @property
    def fills_cells(self) -> bool:
        """True if a reversed space looks like a full block in this pen: one byte instead of three.

        Not in the terminal's own colors: some show bold text in a brighter one.
        """
        in_palette = self.color.startswith("38;") and self.background.startswith("48;")
        return in_palette and set(self.attributes) <= {"1"}


PLAIN = Pen()
"""Text without a style."""


@lru_cache(maxsize=2048)
def pen_of(style: Style, colors: ColorSystem) -> Pen:
    """Return how Textual draws a style."""
    shown = style._attributes & style._set_attributes
    attributes = tuple(code for bit, code in enumerate(SGR_STYLES) if shown & (1 << bit))
    color = background = ""
    if style.color is not None:
        color = ";".join(style.color.downgrade(colors).get_ansi_codes())
    if style.bgcolor is not None:
        background = ";".join(style.bgcolor.downgrade(colors).get_ansi_codes(foreground=False))
    return Pen(attributes, "" if color == "39" else color, "" if background == "49" else background)


@lru_cache(maxsize=256)
def reversed_pen(pen: Pen) -> Pen:
    """Return the pen with its colors swapped."""
    return pen._replace(attributes=(*pen.attributes, "7"))


@lru_cache(maxsize=1024)
def change_of(before: Pen | None, pen: Pen) -> str:
    """Return the control sequence to draw with `pen` after drawing with `before`."""
    from_none = ["0", *pen.attributes, *filter(None, (pen.color, pen.background))]
    codes = from_none
    if before is not None:
        dropped = [code for code in before.attributes if code not in pen.attributes]
        off = {_OFF.get(code, "") for code in dropped}
        kept = () if "22" in off else before.attributes
        codes = [*sorted(off), *(code for code in pen.attributes if code not in kept)]
        if pen.color != before.color:
            codes.append(pen.color or "39")
        if pen.background != before.background:
            codes.append(pen.background or "49")
        if "" in off:
            codes = from_none
    change = min(";".join(from_none), ";".join(codes), key=len)
    return "\x1b[m" if change == "0" else f"\x1b[{change}m"
