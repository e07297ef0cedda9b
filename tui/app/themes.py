"""The two themes of our own.

Their colors are those of the palette of 256, so that painting takes few bytes and looks the
same on a terminal that has no more.
"""

from __future__ import annotations

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
    variables={"muted": "#8a8a8a", "rule": "#3a3a3a", "code": "#eeeeee"},
)

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
    variables={"muted": "#626262", "rule": "#c6c6c6", "code": "#080808"},
)

THEMES = (DARK, LIGHT)
