"""The two themes of our own."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="otp-dark",
    dark=True,
    primary="#5fd7c0",
    secondary="#7aa8f0",
    accent="#5fd7c0",
    warning="#f2b35c",
    error="#f2777a",
    success="#8fd48a",
    foreground="#d9e0e8",
    background="#0e1217",
    surface="#141a21",
    panel="#1c2530",
    variables={"muted": "#7d8b9b", "rule": "#2c3846", "code": "#f2f6fa"},
)

LIGHT = Theme(
    name="otp-light",
    dark=False,
    primary="#0b7468",
    secondary="#2b5fb8",
    accent="#0b7468",
    warning="#a85400",
    error="#b3261e",
    success="#2b7a2b",
    foreground="#1e2833",
    background="#fbfbf8",
    surface="#f1f2ee",
    panel="#e2e8e6",
    variables={"muted": "#5f6b78", "rule": "#c9cfce", "code": "#0c141c"},
)

THEMES = (DARK, LIGHT)
