"""The app's own themes, and the variables that make text readable in every theme.

Our themes use the 256-color palette, except for the highlighted row: painting takes few bytes and
looks the same on all terminals with 256 colors. Terminals with 16 colors get versions in those.
Without color, there is `MONO`, whose grays `no_color.py` turns into reverse, underlined and dim.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from textual.color import Color
from textual.theme import Theme

DARK = Theme(
    name="otp-dark",
    dark=True,
    primary="#5fd7af",
    secondary="#87afff",
    accent="#5fd7af",
    warning="#ffaf5f",
    error="#ff5f87",
    success="#87d787",
    foreground="#dadada",
    background="#121212",
    surface="#1c1c1c",
    panel="#262626",
    variables={"muted": "#8a8a8a", "rule": "#3a3a3a", "code": "#ffffff",
               "highlight": "#303a36", "pin": "#ffd75f",
               "category-1": "#d7af87", "category-2": "#87d787", "category-3": "#5fd7d7",
               "category-4": "#d787d7", "category-5": "#d7d787", "category-6": "#87afff"},
)  # fmt: skip

LIGHT = Theme(
    name="otp-light",
    dark=False,
    primary="#00875f",
    secondary="#005faf",
    accent="#00875f",
    warning="#af5f00",
    error="#af005f",
    success="#008700",
    foreground="#262626",
    background="#ffffff",
    surface="#eeeeee",
    panel="#dadada",
    variables={"muted": "#626262", "rule": "#c6c6c6", "code": "#080808",
               "highlight": "#d7ebe3", "pin": "#875f00",
               "category-1": "#875f00", "category-2": "#005f00", "category-3": "#005f5f",
               "category-4": "#8700af", "category-5": "#5f5f00", "category-6": "#005faf"},
)  # fmt: skip

THEMES = (DARK, LIGHT)

DARK_16 = Theme(
    name="otp-dark",
    dark=True,
    primary="#55ffff",
    secondary="#55ffff",
    accent="#55ffff",
    warning="#ffff55",
    error="#ff5555",
    success="#55ff55",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#555555",
    variables={"muted": "#aaaaaa", "rule": "#aaaaaa", "code": "#ffffff",
               "highlight": "#aaaaaa", "on-highlight": "#000000",
               "category-1": "#ffff55", "category-2": "#55ff55", "category-3": "#55ffff",
               "category-4": "#ff55ff", "category-5": "#55ff55", "category-6": "#55ffff",
               "field-focus": "#aaaaaa", "choice-focus": "#aaaaaa",
               "on-focus": "#000000", "on-focus-muted": "#555555"},
)  # fmt: skip

LIGHT_16 = Theme(
    name="otp-light",
    dark=False,
    primary="#0000aa",
    secondary="#0000aa",
    accent="#0000aa",
    warning="#aa0000",
    error="#aa0000",
    success="#0000aa",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#aaaaaa",
    variables={"muted": "#000000", "rule": "#555555", "code": "#000000",
               "on-highlight": "#000000",
               "category-1": "#aa00aa", "category-2": "#0000aa", "category-3": "#0000aa",
               "category-4": "#aa00aa", "category-5": "#aa00aa", "category-6": "#0000aa",
               "field": "#aaaaaa", "field-focus": "#55ffff", "choice-focus": "#55ffff"},
)  # fmt: skip

MONO = Theme(
    name="otp-mono",
    dark=True,
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffffff",
    warning="#ffffff",
    error="#ffffff",
    success="#ffffff",
    foreground="#dadada",
    background="#000000",
    surface="#000000",
    panel="#303030",
    variables={"muted": "#808080", "rule": "#808080", "code": "#ffffff",
               "field": "#303030", "field-focus": "#3a3a3a", "choice-focus": "#808080"},
)  # fmt: skip

CATEGORIES = tuple(f"category-{number}" for number in range(1, 7))
"""The variables with the colors of categories."""
TEXT = 4.5
"""Minimum contrast of text (WCAG 2.1, 1.4.3)."""
BOLD = 3.0
"""Minimum contrast of large or bold text (as above)."""
_EDGE = 1.35
"""Minimum contrast between the highlighted row and the background."""


def named(setting: str, environ: Mapping[str, str]) -> str:
    """Return the name of the theme for the setting `theme`; "auto" is light or dark.

    Some terminals with a light background set $COLORFGBG, with 7 or 9 to 15 as the last number.
    """
    if setting != "auto":
        return setting
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    light = background.isascii() and background.isdigit() and int(background) in {7, *range(9, 16)}
    return LIGHT.name if light else DARK.name


def completed(variables: dict[str, str], theme: Theme) -> dict[str, str]:
    """Return a theme's variables, completed with those of the style sheets, all readable.

    Added are `muted`, `rule`, `code`, `pin` and those of categories; `highlight`, the background of
    the highlighted row, and `on-highlight`, its accent; `field`, the background of fields, and with
    the focus `field-focus` or `choice-focus`, with the text `on-focus` and `on-focus-muted`.
    Adjusted are `primary`, `warning`, `error`, `success` and `panel`.
    """
    if variables["background"].startswith("ansi"):
        return {**variables, **_native(variables)}
    # Textual's conversions are sometimes off by one, and then a color is no longer in the 256-color
    # palette.
    given = ((name, getattr(theme, name)) for name in ("background", "panel", "surface", *_TONES))
    variables = {**variables, **{name: color for name, color in given if color}}
    if "muted" not in variables:
        names = ("foreground", "background", "surface", "panel", *_TONES)
        variables = {**variables, **dict(_derived(tuple(variables[name] for name in names)))}
    tint = f"{variables['primary']} 22%"
    added = {
        **{"field": variables["panel"], "field-focus": tint, "choice-focus": tint},
        **{"on-focus": variables["foreground"], "on-focus-muted": variables["muted"]},
        **{"highlight": variables["panel"], "on-highlight": variables["primary"]},
        "pin": variables["warning"],
        **dict.fromkeys(CATEGORIES, variables["foreground"]),
    }
    return {**added, **variables}


_TONES = ("primary", "secondary", "accent", "warning", "error", "success")


@lru_cache(maxsize=32)
def _derived(colors: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    foreground, background, surface, panel, *tones = (Color.parse(color) for color in colors)
    panel, surface = background + panel, background + surface
    foreground = background + foreground
    share = 0.08
    while contrast(panel, background) < _EDGE and share < 1:
        panel, share = background.blend(foreground, share), share + 0.04
    behind = (background, surface, panel)
    made = {
        "foreground": readable(foreground, behind, 7.0),
        "panel": panel,
        "muted": readable(foreground.blend(background, 0.4), behind),
        "rule": readable(foreground.blend(background, 0.75), (background, surface), 1.6),
        "code": readable(foreground, behind, 10.0),
        **{name: _tone(tone, behind) for name, tone in zip(_TONES, tones, strict=True)},
        **{
            name: readable(tone, behind)
            for name, tone in zip(CATEGORIES, _hues(tones), strict=True)
        },
        "pin": readable(tones[_TONES.index("warning")], behind),
    }
    return tuple((name, color.hex6) for name, color in made.items())


def _hues(tones: list[Color]) -> list[Color]:
    """Return the tones in an order in which neighbors look different."""
    primary, secondary, accent, warning, _, success = tones
    return [warning, success, primary, accent, success, secondary]


def _tone(color: Color, behind: tuple[Color, ...]) -> Color:
    """Return a readable tone, which is bold in the highlighted row."""
    return readable(readable(color, behind[:2]), behind, BOLD)


_NATIVE_HUES = ("ansi_blue", "ansi_magenta", "ansi_green")


def _native(variables: Mapping[str, str]) -> dict[str, str]:
    """Return variables for a theme in the terminal's own colors, which are unknown."""
    plain = "ansi_default"
    on_dark = variables.get("ansi-background") == "ansi_black"
    return {
        "primary": "ansi_cyan" if on_dark else variables["primary"],
        "panel": plain,
        "surface": plain,
        "muted": plain,
        "rule": plain,
        "code": plain,
        "field": "ansi_black" if on_dark else "ansi_white",
        "field-focus": "ansi_blue" if on_dark else "ansi_cyan",
        "choice-focus": "ansi_blue" if on_dark else "ansi_cyan",
        "on-focus": "ansi_white" if on_dark else "ansi_black",
        "on-focus-muted": plain,
        "highlight": plain,
        "on-highlight": variables["primary"],
        "pin": variables["warning"],
        **dict(zip(CATEGORIES, _NATIVE_HUES * 2, strict=True)),
    }


def readable(color: Color, behind: tuple[Color, ...], least: float = TEXT) -> Color:
    """Return `color`, moved toward white or black until it is readable on all of `behind`.

    It stops at pure white or black.
    """
    dark = sum(luminance(each) for each in behind) / len(behind) < 0.18
    end = Color(255, 255, 255) if dark else Color(0, 0, 0)
    moved, share = color, 0.0
    while share < 1 and any(contrast(moved, each) < least for each in behind):
        share += 0.05
        moved = color.blend(end, min(1.0, share))
    return moved


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colors, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def luminance(color: Color) -> float:
    """Return the relative luminance of a color, 0 to 1 (WCAG 2.1)."""
    parts = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
        for part in color.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
