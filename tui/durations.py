"""Lengths of time as users type and read them: `8h`, `1h30m`; `3 h 20 min`."""

from __future__ import annotations

import re

_UNITS = (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1))
_PATTERN = re.compile("".join(rf"(?:(\d{{1,7}}){letter})?" for letter, _ in _UNITS))


def parse_duration(text: str) -> int:
    """Return the seconds of a text like `8h`, `1h30m` or `90s`.

    Raises:
        ValueError: it is something else, e.g. a number without a unit.
    """
    found = _PATTERN.fullmatch(text.replace(" ", "").lower()) if text.isascii() else None
    if found is None or not any(found.groups()):
        raise ValueError
    return sum(
        int(number) * seconds
        for number, (_, seconds) in zip(found.groups(), _UNITS, strict=True)
        if number
    )


def duration_text(seconds: int) -> str:
    """Return the text that `parse_duration` reads: `1h30m`; `0s` for 0."""
    parts = []
    for letter, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{letter}")
    return "".join(parts) or "0s"


def duration_words(seconds: float) -> str:
    """Return a length of time to read, in its two largest units: `3 h 20 min`."""
    left = max(0, int(seconds))
    if left >= 60:
        left = (left + 30) // 60 * 60
    parts = []
    for name, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {name}")
    return " ".join(parts[:2]) or "0 s"
