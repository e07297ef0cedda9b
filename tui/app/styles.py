"""The styles of widgets that paint lines, created once for each theme.

They come from the theme's variables, not from component classes: a style sheet rule for each would
take a third of the time to the first frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from rich.color import Color as RichColor
from rich.color import ColorType
from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.color import Color

from tui.app.themes import CATEGORIES, readable

if TYPE_CHECKING:
    from textual.app import App


@dataclass(frozen=True, slots=True)
class LineStyles:
    """Rich styles by purpose; the `on_` ones are for the highlighted row."""

    plain: Style
    """Text on the background."""
    code: Style
    """A code, the brightest of all."""
    name: Style
    """The issuer of an entry."""
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
    """Failure, or expires in a moment."""
    pin: Style
    """The mark of a pinned entry."""
    tab: Style
    """The category that is shown."""
    categories: tuple[Style, ...]
    """Names of categories; see `category_style`."""
    highlight: Style
    """Added to a style in the highlighted row; it has a color if others aren't readable there."""
    on_plain: Style
    """Text of the highlighted row."""
    on_code: Style
    """The highlighted code, and the mark before it."""
    on_muted: Style
    """Less important text of the highlighted row."""


def styles_of(app: App[Any], behind: str = "background") -> LineStyles:
    """Return the styles of the current theme on a background, or those without color."""
    if app.no_color:
        return NO_COLOR_STYLES
    names = (*("foreground", behind, "highlight", "primary", "success", "warning", "error"),
             *("code", "muted", "rule", "pin", "on-highlight"), *CATEGORIES)  # fmt: skip
    return _made(tuple(app.theme_variables[name] for name in names))


@lru_cache(maxsize=8)
def _made(colors: tuple[str, ...]) -> LineStyles:
    foreground, background, highlight, primary, success, warning, error = colors[:7]
    code, muted, rule, pin, on_highlight, *categories = colors[7:]
    if background.startswith("ansi"):
        return _native(primary, success, warning, error, categories)
    on_muted = readable(Color.parse(muted), (Color.parse(highlight),)).hex6
    override = on_highlight if on_highlight != primary else None

    def style(color: str, behind: str = background, *, bold: bool = False) -> Style:
        return Style(
            color=shortest(Color.parse(color)),
            bgcolor=shortest(Color.parse(behind)),
            bold=bold or None,
        )

    return LineStyles(
        plain=style(foreground),
        code=style(code, bold=True),
        name=style(foreground, bold=True),
        muted=style(muted),
        rule=style(rule),
        strong=style(primary, bold=True),
        good=style(success),
        warning=style(warning),
        error=style(error, bold=True),
        pin=style(pin),
        tab=style(background, primary, bold=True),
        categories=tuple(style(color) for color in categories),
        highlight=Style(
            color=shortest(Color.parse(override)) if override else None,
            bgcolor=shortest(Color.parse(highlight)),
        ),
        on_plain=style(override or code, highlight, bold=True),
        on_code=style(on_highlight, highlight, bold=True),
        on_muted=style(override or on_muted, highlight),
    )


def _native(
    primary: str, success: str, warning: str, error: str, categories: list[str]
) -> LineStyles:
    """Return styles in the terminal's own colors, with the highlighted row in reverse."""

    def colored(name: str, *, bold: bool = False) -> Style:
        return Style(color=Color.parse(name).rich_color, bold=bold or None)

    return replace(
        NO_COLOR_STYLES,
        strong=colored(primary, bold=True),
        good=colored(success),
        warning=colored(warning, bold=True),
        error=colored(error, bold=True),
        categories=tuple(colored(name) for name in categories),
    )


NO_COLOR_STYLES = LineStyles(
    plain=Style(),
    code=Style(bold=True),
    name=Style(),
    muted=Style(dim=True),
    rule=Style(dim=True),
    strong=Style(bold=True),
    good=Style(bold=True),
    warning=Style(bold=True),
    error=Style(bold=True),
    pin=Style(bold=True),
    tab=Style(bold=True, reverse=True),
    categories=(Style(),) * len(CATEGORIES),
    highlight=Style(reverse=True),
    on_plain=Style(bold=True, reverse=True),
    on_code=Style(bold=True, reverse=True),
    on_muted=Style(reverse=True),
)
"""Styles without color, for any background."""


def category_style(styles: LineStyles, name: str) -> Style:
    """Return the style of a category, which depends only on its name."""
    return styles.categories[
        crc32(name.casefold().encode(errors="replace")) % len(styles.categories)
    ]


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
