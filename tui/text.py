"""Makes untrusted text safe to store (`clean`) and to show (`safe`); plurals."""

from __future__ import annotations

import unicodedata

NAME_LIMIT = 1024
"""Maximum length of an issuer, account or category name, in characters."""

_MARKS_IN_A_ROW = 3
_READ_AHEAD = 4  # times the limit: the part of a mostly invisible text that is read
_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0\U0001d159"
"""Letters and symbols without ink: Hangul fillers, the empty Braille pattern, a null notehead."""
_SHOWN_AS_SPACE = {"Zs"}
_NEVER_SHOWN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def clean(text: str) -> str:
    """Return `text` without control characters and lone surrogates, safe to store.

    Line breaks and tabs become a space. Everything else is kept, so that other apps get names back
    unchanged.
    """
    if text.isprintable():
        return text
    spaced = "".join(" " if char in _BREAKS else char for char in text)
    return "".join(char for char in spaced if unicodedata.category(char) not in {"Cc", "Cs"})


def safe(text: str, limit: int = NAME_LIMIT) -> str:
    """Return `text` safe to show: it can't control the terminal or hide text.

    Control and format characters (bidirectional, zero-width) and lone surrogates are removed,
    white space and blank letters become a space, private and unassigned characters become U+FFFD,
    and of stacked combining marks three stay. A text of more than `limit` characters ends with an
    ellipsis.
    """
    if text.isascii() and text.isprintable():
        return _cut(text, limit)
    kept: list[str] = []
    marks = 0
    read = text[: limit * _READ_AHEAD]
    for char in read:
        category = unicodedata.category(char)
        if char in _BREAKS or char in _BLANK_LETTERS or category in _SHOWN_AS_SPACE:
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
    return _cut(shown if len(read) == len(text) else f"{shown}…", limit)


def is_blank(text: str) -> bool:
    """Return True if nothing of a text can be seen."""
    return not (text if text.isascii() and text.isprintable() else safe(text)).strip()


def plural(count: int, noun: str) -> str:
    """Return the count with its noun: `1 entry`, `2 entries`, `3 matches`, `0 days`."""
    if count == 1:
        return f"1 {noun}"
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{count} {noun[:-1]}ies"
    if noun.endswith("ch"):
        return f"{count} {noun}es"
    return f"{count} {noun}s"


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence: `issuer, account and digits`."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
