"""What the app wears: theme, signs and scroll bars, by the settings and what the terminal can."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import TYPE_CHECKING, Any

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.filter import LineFilter, Monochrome, NoColor
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.theme import Theme

from tui.app.colorless import Colorless
from tui.app.glyphs import PlainSigns, wants_ascii
from tui.app.themes import DARK, DARK_16, LIGHT, LIGHT_16, MONO, THEMES, named

if TYPE_CHECKING:
    from tui.app.dressed import DressedApp
    from tui.config.schema import Config

REPLACED = (Monochrome, NoColor)
"""Textual's filters for NO_COLOR, in the place of which `Colorless` stands."""


def no_color(environ: Mapping[str, str]) -> bool:
    """Return whether $NO_COLOR is set and not empty (no-color.org)."""
    return bool(environ.get("NO_COLOR"))


def few_colors(app: DressedApp) -> bool:
    """Return whether the terminal has 16 colors, as far as Rich can tell."""
    return bool(app.environ.get("TERM")) and app.console.color_system == "standard"


def own_themes(app: DressedApp) -> tuple[Theme, ...]:
    """Return the themes of ours that suit the terminal."""
    if app.no_color:
        return (*THEMES, MONO)
    return (DARK_16, LIGHT_16) if few_colors(app) else THEMES


def theme_of(app: DressedApp, config: Config) -> str:
    """Return the name of the theme to show.

    With 16 colors that is one of ours whatever the settings say: those of the others would
    become what they were not meant to be. Without color it is always the same.
    """
    if app.no_color:
        return MONO.name
    name = named(config.theme, app.environ)
    theme = app.get_theme(name)
    if theme is None:
        return DARK.name
    if few_colors(app) and not theme.ansi:
        return DARK.name if theme.dark else LIGHT.name
    return name


def filters_of(app: DressedApp, config: Config) -> list[LineFilter]:
    """Return what every line goes through beside Textual's own filters."""
    filters: list[LineFilter] = [Colorless()] if app.no_color else []
    if wants_ascii(config.ascii, app.environ):
        filters.append(PlainSigns())
    return filters


_BLACK, _WHITE = Color.parse("#000000"), Color.parse("#ffffff")


class Thumb(ScrollBarRender):
    """A scroll bar drawn with signs, so that it is there without color as well."""

    @classmethod
    def render_bar(  # noqa: PLR0917  as Textual calls it
        cls,
        size: int = 25,
        virtual_size: float = 50,
        window_size: float = 20,
        position: float = 0,
        thickness: int = 1,
        vertical: bool = True,
        back_color: Color = _BLACK,
        bar_color: Color = _WHITE,
    ) -> Segments:
        length = start = 0
        if 0 < window_size < virtual_size and size:
            length = min(size, max(1, ceil(size * window_size / virtual_size)))
            start = round((size - length) * min(1.0, position / (virtual_size - window_size)))
        style = Style.from_color(bar_color, back_color)

        def part(sign: str, meta: dict[str, Any], count: int) -> list[Segment]:
            width = thickness if vertical else 1
            return [Segment(sign * width, style + Style(meta=meta))] * count

        cells = [
            *part(" ", {"@mouse.down": "scroll_up"}, start),
            *part("█" if vertical else "▄", {"@mouse.down": "grab"}, length),
            *part(" ", {"@mouse.down": "scroll_down"}, size - start - length),
        ]
        if vertical:
            return Segments(cells, new_lines=True)
        return Segments([*cells, Segment.line()] * thickness)


ScrollBar.renderer = Thumb
