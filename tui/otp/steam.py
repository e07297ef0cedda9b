"""Steam Guard: TOTP with SHA-1 and 30 seconds, written in an alphabet of its own."""

from __future__ import annotations

from tui.otp import hotp

_ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"
_LENGTH = 5


def code(key: bytes, step: int) -> str:
    """Return the five characters of a 30-second step, lowest place first (vectors: steam)."""
    number = int(hotp.code(key, step, hotp.MAX_DIGITS))
    text = ""
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        text += _ALPHABET[place]
    return text
