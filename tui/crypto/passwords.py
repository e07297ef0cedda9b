"""The rule for new passwords, and an estimate of their strength by zxcvbn.

zxcvbn takes about 80 ms to import, so it is imported when a password is judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

MIN_LENGTH = 8
"""Minimum length of a new password; there is no other rule."""

_JUDGED = 40
"""Number of characters judged: zxcvbn's time grows with the square of the length."""
_MOST_READINGS = 16
"""Maximum number of ways to read symbols as letters (`4` and `@` as a)."""
_UNLIKE_LETTERS = "àáâãäåæçèéêëìíîïðñòóôõöøùúûü"
_WORDS = ("very weak", "weak", "fair", "good", "strong")
_NAMES = {"male_names", "female_names", "surnames"}


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard a password is to guess."""

    word: str
    """`very weak`, `weak`, `fair`, `good` or `strong`."""
    advice: str
    """A sentence about what makes it easy to guess; empty if it is good."""

    @property
    def is_weak(self) -> bool:
        """True if a warning is due."""
        return self.word in _WORDS[:2]

    @property
    def sentence(self) -> str:
        """Both, to show: `Weak password. Names are easy to guess.` or `Strength: strong.`"""
        first = f"{self.word.capitalize()} password" if self.is_weak else f"Strength: {self.word}"
        return f"{first}. {self.advice}".rstrip()


def strength(password: str) -> Strength:
    """Judge the first 40 characters of `password`; takes milliseconds after the first call."""
    if not password:
        return Strength(_WORDS[0], "")
    from zxcvbn import zxcvbn

    result = zxcvbn(_bounded(password), max_length=_JUDGED)
    score: int = result["score"]
    return Strength(_WORDS[score], "" if score > 2 else _advice(result["sequence"]))


def _bounded(password: str) -> str:
    """Return a password that zxcvbn judges in bounded time: shortened, with few readings.

    If symbols can be read as letters in too many ways, each is replaced consistently by a character
    that can't.
    """
    from zxcvbn.matching import L33T_TABLE

    judged = password[:_JUDGED]
    readings = math.prod(
        max(1, sum(symbol in judged for symbol in symbols)) for symbols in L33T_TABLE.values()
    )
    if readings <= _MOST_READINGS:
        return judged
    symbols = sorted({symbol for symbols in L33T_TABLE.values() for symbol in symbols})
    return judged.translate(dict(zip(map(ord, symbols), _UNLIKE_LETTERS, strict=False)))


def _advice(sequence: list[dict[str, Any]]) -> str:
    """Return a sentence about the longest part of the password that zxcvbn recognized."""
    longest = max(sequence, key=lambda part: len(part["token"]))
    match longest["pattern"]:
        case "dictionary" if longest["dictionary_name"] == "passwords":
            return "It is close to a common password."
        case "dictionary" if longest["dictionary_name"] in _NAMES:
            return "Names are easy to guess."
        case "spatial":
            return "Keyboard patterns are easy to guess."
        case "repeat":
            return "Repeats are easy to guess."
        case "sequence":
            return "Sequences like abc or 6543 are easy to guess."
        case "regex" | "date":
            return "Dates and years are easy to guess."
    return "Add another word or two."
