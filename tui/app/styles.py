"""The styles of widgets that paint lines, created once for each theme.

They come from the theme's variables, not from component classes: a style sheet rule for each would
take a third of the time to the first frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.color import Color

if TYPE_CHECKING:
    from textual.app import App


@dataclass(frozen=True, slots=True)
class LineStyles:
    """Rich styles by purpose; the `on_` ones are for the highlighted row."""

    plain: Style
    """Text on the background."""
    code: Style
    """A code."""
    muted: Style
    """Less important text."""
    rule: Style
    """Lines."""
    strong: Style
    """The accent."""
    good: Style
    """Success."""
    warning: Style
    """Expires soon, or needs attention."""
    error: Style
    """Failure."""
    on_plain: Style
    """Text of the highlighted row."""
    on_code: Style
    """The highlighted code, and the mark before it."""
    on_muted: Style
    """Less important text of the highlighted row."""
    on_warning: Style
    """The highlighted code when it expires soon."""


def styles_of(app: App[Any], behind: str = "background") -> LineStyles:
    """Return the styles of the current theme on a background, or those without color."""
    if app.no_color:
        return NO_COLOR_STYLES
    names = (*("foreground", behind, "panel", "primary", "success", "warning", "error"),
             *("code", "muted", "rule"))  # fmt: skip
    return _made(tuple(app.theme_variables[name] for name in names))


@lru_cache(maxsize=8)
def _made(colors: tuple[str, ...]) -> LineStyles:
    foreground, background, panel, primary, success, warning, error, code, muted, rule = colors
    if background.startswith("ansi"):
        return _native(primary, success, warning, error)

    def style(color: str, behind: str = background, *, bold: bool = False) -> Style:
        return Style(
            color=shortest(Color.parse(color)),
            bgcolor=shortest(Color.parse(behind)),
            bold=bold or None,
        )

    return LineStyles(
        plain=style(foreground),
        code=style(code),
        muted=style(muted),
        rule=style(rule),
        strong=style(primary, bold=True),
        good=style(success),
        warning=style(warning),
        error=style(error, bold=True),
        on_plain=style(code, panel, bold=True),
        on_code=style(primary, panel, bold=True),
        on_muted=style(muted, panel),
        on_warning=style(warning, panel, bold=True),
    )


def _native(primary: str, success: str, warning: str, error: str) -> LineStyles:
    """Return styles in the terminal's own colors, with the highlighted row in reverse."""

    def colored(name: str, *, bold: bool = False) -> Style:
        return Style(color=Color.parse(name).rich_color, bold=bold or None)

    return replace(
        NO_COLOR_STYLES,
        strong=colored(primary, bold=True),
        good=colored(success),
        warning=colored(warning, bold=True),
        error=colored(error, bold=True),
    )


NO_COLOR_STYLES = LineStyles(
    plain=Style(),
    code=Style(),
    muted=Style(dim=True),
    rule=Style(dim=True),
    strong=Style(bold=True),
    good=Style(bold=True),
    warning=Style(bold=True),
    error=Style(bold=True),
    on_plain=Style(bold=True, reverse=True),
    on_code=Style(bold=True, reverse=True),
    on_muted=Style(reverse=True),
    on_warning=Style(bold=True, reverse=True),
)
"""Styles without color, for any background."""

_LEVELS = (0x00, 0x5F, 0x87, 0xAF, 0xD7, 0xFF)


def shortest(color: Color) -> RichColor:
    """Return `color` as a number in the 256-color palette if it has one: half the bytes.

    It keeps red, green and blue, without which Textual would write it in full.
    """
    red, green, blue = color.rgb
    if red == green == blue and red in range(8, 239, 10):
        number = 232 + (red - 8) // 10
    elif {red, green, blue} <= set(_LEVELS):
        places = [_LEVELS.index(part) for part in (red, green, blue)]
        number = 16 + 36 * places[0] + 6 * places[1] + places[2]
    else:
        return color.rich_color
    return RichColor(color.hex, ColorType.EIGHT_BIT, number, ColorTriplet(red, green, blue))
