"""What a new password must be, and a word on how strong it is."""

from __future__ import annotations

import math

MIN_LENGTH = 8
"""Fewest characters of a new password; there is no other rule."""

_WORDS = ((36, "weak"), (50, "fair"), (66, "good"), (math.inf, "strong"))


def strength(password: str) -> str:
    """Return a word for how hard a password is to guess: weak, fair, good or strong.

    An estimate from its length and variety: each character counts the bits of the sets it
    comes from, less where it repeats or continues what stands before it.
    """
    bits = 0.0
    size = sum(
        count
        for count, found in (
            (26, any(c.islower() for c in password)),
            (26, any(c.isupper() for c in password)),
            (10, any(c.isdigit() for c in password)),
            (33, any(not c.isalnum() for c in password)),
        )
        if found
    )
    for place, char in enumerate(password):
        step = ord(char) - ord(password[place - 1]) if place else None
        seen = char in password[:place]
        predictable = step is not None and abs(step) <= 1
        bits += math.log2(size or 1) * (0.15 if predictable else 0.55 if seen else 1.0)
    return next(word for limit, word in _WORDS if bits < limit)
