"""The styles that the line widgets paint with, made once for each theme.

They come from the theme's variables and not from component classes: a style sheet rule for
each would cost a third of the time to the first frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.style import Style
from textual.color import Color

if TYPE_CHECKING:
    from textual.app import App


@dataclass(frozen=True, slots=True)
class Looks:
    """Rich styles by what they are for; the `on_` ones are of the selected row."""

    plain: Style
    """Text on the background."""
    code: Style
    """A code."""
    muted: Style
    """What matters less."""
    rule: Style
    """Lines."""
    strong: Style
    """The accent."""
    good: Style
    """Done, or will be done."""
    warning: Style
    """Soon over, or to be looked at."""
    error: Style
    """Failed or refused."""
    on_plain: Style
    """Text of the selected row."""
    on_code: Style
    """The selected code, and the mark before it."""
    on_muted: Style
    """What matters less in the selected row."""
    on_warning: Style
    """The selected code when it is soon over."""


def looks_of(app: App[object]) -> Looks:
    """Return the styles of the app's present theme."""
    names = (*("foreground", "background", "panel", "primary", "success", "warning", "error"),
             *("code", "muted", "rule"))  # fmt: skip
    return _made(tuple(app.theme_variables[name] for name in names))


@lru_cache(maxsize=8)
def _made(colors: tuple[str, ...]) -> Looks:
    foreground, background, panel, primary, success, warning, error, code, muted, rule = colors

    def style(color: str, behind: str = background, *, bold: bool = False) -> Style:
        return Style(
            color=Color.parse(color).rich_color,
            bgcolor=Color.parse(behind).rich_color,
            bold=bold or None,
        )

    return Looks(
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
