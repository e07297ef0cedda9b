"""HOTP (RFC 4226), of which TOTP and Steam are made. Fast to import: `code` waits for it."""

from __future__ import annotations

import hmac

from tui.errors import EntryError

MAX_MOMENT = 2**63
"""Later times are refused: the number of periods must fit HOTP's eight bytes."""


def step_at(moment: float, period: int) -> int:
    """Return the number of whole periods of `period` seconds since 1970 (RFC 6238, 4.2).

    Raises:
        EntryError: `moment` is before 1970, too far ahead, or not a number.
    """
    if not 0 <= moment < MAX_MOMENT:
        raise EntryError("the time is before 1970 or too far ahead")
    return int(moment) // period


def hotp(key: bytes, counter: int, digits: int = 6, algorithm: str = "SHA1") -> str:
    """Return 1 to 10 decimal digits for `counter` (RFC 4226, 5.3); for TOTP, that is the step.

    `counter` is 0 to 2^64 - 1; `algorithm` is SHA1, SHA256 or SHA512.
    """
    mac = hmac.digest(key, counter.to_bytes(8, "big"), algorithm)
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 4], "big") & (2**31 - 1)
    return f"{number:010}"[-digits:]
