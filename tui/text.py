"""Untrusted text made fit to keep (`clean`) and fit to show (`safe`)."""

from __future__ import annotations

import unicodedata

NAME_LIMIT = 1024
"""Longest issuer, account or category name that is kept, in characters."""

_MARKS_IN_A_ROW = 3
_LOOK = 4  # times the limit: how far into a text that is mostly invisible one looks
_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_SHOWN_AS_SPACE = {"Zs"}
_NEVER_SHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(text: str) -> str:
    """Return `text` as it may be kept: without control characters and lone surrogates.

    Line breaks and tabs become a space. Everything else stays, so that a name goes back
    to another app as it came.
    """
    if text.isprintable():
        return text
    spaced = "".join(" " if char in _BREAKS else char for char in text)
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cs"})


def safe(text: str, limit: int = NAME_LIMIT) -> str:
    """Return `text` as it may be shown: nothing in it can steer a terminal or hide text.

    Control and format characters (bidirectional, zero-width) and lone surrogates go, any
    white space becomes a space, private and unassigned characters U+FFFD, of stacked
    combining marks three stay. At most `limit` characters come back, the last an ellipsis
    where some were cut.
    """
    if text.isascii() and text.isprintable():
        return _cut(text, limit)
    kept: list[str] = []
    marks = 0
    looked_at = text[: limit * _LOOK]
    for char in looked_at:
        category = unicodedata.category(char)
        if char in _BREAKS or category in _SHOWN_AS_SPACE:
            kept.append(" ")
            marks = 0
        elif category in {"Mn", "Me"}:
            marks += 1
            if marks <= _MARKS_IN_A_ROW:
                kept.append(char)
        elif category not in _NEVER_SHOWN:
            marks = 0
            kept.append(char if category not in {"Co", "Cn"} else "\N{REPLACEMENT CHARACTER}")
    shown = "".join(kept)
    return _cut(shown if len(looked_at) == len(text) else f"{shown}…", limit)


def plural(count: int, noun: str) -> str:
    """Return the count with its noun: `1 entry`, `2 entries`, `0 days`."""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count} {noun[:-1]}ies"
    return f"{count} {noun}s"


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
