"""The part of the app that says how it looks and which keys hold; what to wear is in `dressing`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.filter import ANSIToTruecolor

from tui.app.dressing import REPLACED, filters_of, no_color, own_themes, theme_of
from tui.app.glyphs import ASCII, UNICODE, PlainSigns
from tui.app.themes import completed
from tui.config.keymap import Keymap

if TYPE_CHECKING:
    from textual.filter import LineFilter

    from tui.app.glyphs import Glyphs
    from tui.config.schema import Config


class DressedApp(App[None]):
    """An app with our themes, signs and keys."""

    config: Config
    """The settings."""
    config_file: Path | None
    """Where they are, or would be; None: there is no place for them."""
    environ: dict[str, str]
    """The environment."""

    def _dress(self) -> None:
        """Take theme and signs before the first frame."""
        self.no_color = no_color(self.environ)
        self._own_filters = filters_of(self, self.config)
        for theme in own_themes(self):
            self.register_theme(theme)
        # Set without its watcher, which would have the style sheets parsed once more.
        self.set_reactive(App.theme, theme_of(self, self.config))
        self.stylesheet.set_variables(self.get_css_variables())

    def _map_keys(self) -> None:
        self.keymap = Keymap(self.config.keys)
        if self.keymap.changed or self._keymap:
            self.set_keymap(dict(self.keymap.changed))

    def get_css_variables(self) -> dict[str, str]:
        """Add those of our style sheets to the theme's."""
        self.theme_variables = completed(super().get_css_variables(), self.current_theme)
        return self.theme_variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Put ours in the place of Textual's way without color."""
        theirs = [each for each in super().get_line_filters() if not isinstance(each, REPLACED)]
        if self.no_color or self.native_ansi_color:
            theirs = [each for each in theirs if not isinstance(each, ANSIToTruecolor)]
        return [*theirs, *self._own_filters]

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        plain = any(isinstance(each, PlainSigns) for each in self._own_filters)
        return ASCII if plain else UNICODE
