"""TOTP (RFC 6238): which period a moment lies in. The code is HOTP's of that number."""

from __future__ import annotations

from tui.errors import EntryError

MAX_MOMENT = 2**63
"""Moments from here on are refused: what is counted must fit HOTP's eight bytes."""


def step(moment: float, period: int) -> int:
    """Return how many whole periods of `period` seconds have passed since 1970 (section 4.2).

    Raises:
        EntryError: `moment` is before 1970, too far ahead, or no number.
    """
    if not 0 <= moment < MAX_MOMENT:
        raise EntryError("there is no code for a time before 1970 or that far ahead")
    return int(moment) // period
