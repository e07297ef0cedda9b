"""Draws what a terminal shows as an image."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont
from pyte.screens import Char

_FONTS = Path("/usr/share/fonts/truetype")
_PACKAGES = "fonts-dejavu-core fonts-droid-fallback fonts-symbola"
"""Where Debian puts fonts, and what to install."""
_SIZE = 16
_WIDTH, _HEIGHT = 10, 20
"""Of a cell, in pixels."""
_FOREGROUND, _BACKGROUND = "#d8d8d8", "#121212"
_NAMED = {
    "black": "#000000",
    "red": "#d75f5f",
    "green": "#5fd7af",
    "brown": "#d7af5f",
    "blue": "#87afff",
    "magenta": "#d787d7",
    "cyan": "#5fd7d7",
    "white": "#d8d8d8",
}
_BLOCKS: dict[str, tuple[float, float, float, float]] = {
    "▀": (0, 0, 1, 0.5),
    "▐": (0.5, 0, 1, 1),
    "▕": (0.875, 0, 1, 1),
    "▔": (0, 0, 1, 0.125),
    "━": (0, 0.45, 1, 0.6),
    "╸": (0, 0.45, 0.5, 0.6),
    "╺": (0.5, 0.45, 1, 0.6),
    **{chr(0x2580 + n): (0, 1 - n / 8, 1, 1) for n in range(1, 9)},
    **{chr(0x2590 - n): (0, 0, n / 8, 1) for n in range(1, 8)},
}
"""Characters that must touch their neighbors, as left, top, right and bottom of the cell."""
_LINES = {
    "─": "lr",
    "│": "tb",
    "┌": "rb",
    "┐": "lb",
    "└": "tr",
    "┘": "lt",
    "├": "trb",
    "┤": "ltb",
    "┬": "lrb",
    "┴": "ltr",
    "┼": "ltrb",
}
"""Thin lines, as the sides they reach from the middle of a cell: left, top, right, bottom."""


class Fonts:
    """DejaVu Sans Mono, and others for what it lacks."""

    def __init__(self) -> None:
        self._regular = _font("dejavu/DejaVuSansMono.ttf")
        self._bold = _font("dejavu/DejaVuSansMono-Bold.ttf")
        self._wide = _font("droid/DroidSansFallbackFull.ttf")
        self._emoji = _font("ancient-scripts/Symbola_hint.ttf")

    def of(self, char: Char) -> ImageFont.FreeTypeFont:
        """Return the font that has a character."""
        if ord(char.data[0]) >= 0x1F000:
            return self._emoji
        if _is_wide(char):
            return self._wide
        return self._bold if char.bold else self._regular


def _font(name: str) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(str(_FONTS / name), _SIZE)
    except OSError:
        raise SystemExit(f"{_FONTS / name} is missing. Debian packages: {_PACKAGES}") from None


def _is_wide(char: Char) -> bool:
    return unicodedata.east_asian_width(char.data[0]) in "WF"


def draw(screen: pyte.Screen, fonts: Fonts) -> Image.Image:
    """Return an image of a screen's cells."""
    size = (screen.columns * _WIDTH, screen.lines * _HEIGHT)
    image = Image.new("RGB", size, _BACKGROUND)
    pen = ImageDraw.Draw(image)
    for y in range(screen.lines):
        for x in range(screen.columns):
            _cell(pen, x * _WIDTH, y * _HEIGHT, screen.buffer[y][x], fonts)
    if not screen.cursor.hidden:
        x, y = screen.cursor.x * _WIDTH, screen.cursor.y * _HEIGHT
        pen.rectangle((x, y, x + _WIDTH - 1, y + _HEIGHT - 1), fill=_FOREGROUND)
    return image


def _cell(pen: ImageDraw.ImageDraw, x: int, y: int, char: Char, fonts: Fonts) -> None:
    front, back = _color(char.fg, _FOREGROUND), _color(char.bg, _BACKGROUND)
    if char.reverse:
        front, back = back, front
    if not char.data:
        return  # the second half of a wide character
    width = _WIDTH * 2 if _is_wide(char) else _WIDTH
    pen.rectangle((x, y, x + width - 1, y + _HEIGHT - 1), fill=back)
    if char.data in _BLOCKS:
        left, top, right, bottom = _BLOCKS[char.data]
        box = (x + left * width, y + top * _HEIGHT)
        pen.rectangle((*box, x + right * width - 1, y + bottom * _HEIGHT - 1), fill=front)
    elif char.data in _LINES:
        sides = _LINES[char.data]
        middle_x, middle_y = x + width // 2, y + _HEIGHT // 2
        left, right = x if "l" in sides else middle_x, x + width - 1 if "r" in sides else middle_x
        top, bottom = y if "t" in sides else middle_y, y + _HEIGHT - 1 if "b" in sides else middle_y
        pen.line((left, middle_y, right, middle_y), fill=front)
        pen.line((middle_x, top, middle_x, bottom), fill=front)
    elif char.data != " ":
        pen.text((x, y), char.data, font=fonts.of(char), fill=front)
    if char.underscore:
        pen.line((x, y + _HEIGHT - 3, x + width - 1, y + _HEIGHT - 3), fill=front)


def _color(name: str, default: str) -> str:
    if name == "default":
        return default
    return _NAMED.get(name.removeprefix("bright"), f"#{name}" if len(name) == 6 else default)
