"""Applies theme and symbols, according to the settings and the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, Any

from rich.color import Color
from rich.segment import Segment, Segments
from rich.style import Style
from textual.app import App
from textual.filter import ANSIToTruecolor, LineFilter, Monochrome, NoColor
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.theme import Theme

from tui.app.no_color import NoColorFilter
from tui.app.painted_app import PaintedApp
from tui.app.symbols import AsciiFilter, locale_encoding, wants_ascii
from tui.app.themes import DARK, DARK_16, LIGHT, LIGHT_16, MONO, THEMES, completed, named
from tui.config.keymap import Keymap

if TYPE_CHECKING:
    from textual.screen import Screen

    from tui.app.settings import Settings
    from tui.config.schema import Config

REPLACED = (Monochrome, NoColor)
"""Textual's filters for $NO_COLOR, which `NoColorFilter` replaces."""


class ThemedApp(PaintedApp):
    """An app whose themes, symbols and keys follow its settings."""

    settings: Settings
    """The settings, to read and to change."""
    environ: dict[str, str]
    """The environment."""

    @property
    def config(self) -> Config:
        """The current settings."""
        return self.settings.config

    def _apply_theme(self) -> None:
        """Choose theme and symbols before the first frame."""
        self.no_color = no_color(self.environ)
        self._own_filters = filters_of(self, self.config)
        for theme in own_themes(self):
            self.register_theme(theme)
        # Set without its watcher, which would parse the style sheets again.
        self.set_reactive(App.theme, theme_of(self, self.config))
        self.stylesheet.set_variables(self.get_css_variables())

    def _map_keys(self) -> None:
        self.keymap = Keymap(self.config.keys)
        if self.keymap.changed or self._keymap:
            self.set_keymap(dict(self.keymap.changed))

    def get_css_variables(self) -> dict[str, str]:
        """Add the variables of the style sheets to those of the theme."""
        self.theme_variables = completed(super().get_css_variables(), self.current_theme)
        return self.theme_variables

    def _load_screen_css(self, screen: Screen[Any]) -> None:
        """Read a screen's style sheets as Textual does, but parse no other ones again."""
        for path in screen.css_path:
            if not self.stylesheet.has_source(str(path)):
                self.stylesheet.read(path)
                self.stylesheet._rules_map = None
                self.stylesheet.update(self)
        screen._css_update_count = self._css_update_count  # else Textual parses all of them again

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Replace Textual's filters for $NO_COLOR, and add `AsciiFilter` if needed."""
        theirs = [each for each in super().get_line_filters() if not isinstance(each, REPLACED)]
        if self.no_color or self.native_ansi_color:
            theirs = [each for each in theirs if not isinstance(each, ANSIToTruecolor)]
        return [*theirs, *self._own_filters]

    @property
    def few_colors(self) -> bool:
        """True if the terminal has only 16 colors, according to Rich."""
        return bool(self.environ.get("TERM")) and self.console.color_system == "standard"

    @property
    def is_flat(self) -> bool:
        """True if surfaces have the color of the background, so that cards need an edge."""
        variables = self.theme_variables
        return self.no_color or variables["surface"] in {variables["background"], "ansi_default"}

    @property
    def ascii_only(self) -> bool:
        """True if all lines are drawn in ASCII."""
        return any(isinstance(each, AsciiFilter) for each in self._own_filters)


def no_color(environ: Mapping[str, str]) -> bool:
    """Return True if $NO_COLOR is set and not empty (no-color.org)."""
    return bool(environ.get("NO_COLOR"))


def own_themes(app: ThemedApp) -> tuple[Theme, ...]:
    """Return our themes for the colors of the terminal."""
    if app.no_color:
        return (*THEMES, MONO)
    return (DARK_16, LIGHT_16) if app.few_colors else THEMES


def theme_of(app: ThemedApp, config: Config) -> str:
    """Return the name of the theme to show.

    With 16 colors it is always one of ours: the colors of others would change beyond recognition.
    Without color it is always `MONO`.
    """
    if app.no_color:
        return MONO.name
    name = named(config.theme, app.environ)
    theme = app.get_theme(name)
    if theme is None:
        return DARK.name
    if app.few_colors and not theme.ansi:
        return DARK.name if theme.dark else LIGHT.name
    return name


def filters_of(app: ThemedApp, config: Config) -> list[LineFilter]:
    """Return the line filters in addition to Textual's own."""
    filters: list[LineFilter] = [NoColorFilter()] if app.no_color else []
    if wants_ascii(config.ascii, app.environ):
        filters.append(AsciiFilter(locale_encoding(app.environ)))
    return filters


_BLACK, _WHITE = Color.parse("#000000"), Color.parse("#ffffff")


class Thumb(ScrollBarRender):
    """A scroll bar drawn with block characters, visible even without color."""

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
