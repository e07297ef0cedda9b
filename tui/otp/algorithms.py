"""The five algorithms: from a key and a counter to the characters of a code.

All but HOTP count periods since 1970: see `step_at`.
"""

from __future__ import annotations

import hashlib
import hmac
from string import ascii_lowercase

from tui import limits
from tui.otp.hotp import hotp, step_at

__all__ = ["hotp", "motp", "steam", "step_at", "yandex"]

YANDEX_SECRET_BYTES = 16
"""Length of the key in a Yandex secret; a checksum may follow."""

_STEAM_ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"


def steam(key: bytes, step: int) -> str:
    """Return the five characters for a 30-second step, lowest digit first (vectors: steam)."""
    return _in_alphabet(int(hotp(key, step, limits.DIGITS)), _STEAM_ALPHABET, 5)


def motp(secret: bytes, step: int, pin: bytes) -> str:
    """Return the six hex digits for a ten-second step (vectors: motp).

    `secret` is the text of the secret, not its decoded hex digits; `pin` may be empty.
    """
    text = b"%d%b%b" % (step, secret, pin)
    return hashlib.md5(text, usedforsecurity=False).hexdigest()[:6]


def yandex(secret: bytes, step: int, pin: bytes) -> str:
    """Return the eight letters for a 30-second step (vectors: yandex).

    `secret` has at least 16 bytes. If the key starts with a zero byte, that byte is dropped, as in
    Yandex's own app.
    """
    key = hashlib.sha256(pin + secret[:YANDEX_SECRET_BYTES]).digest()
    if key[0] == 0:
        key = key[1:]
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha256")
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 8], "big") & (2**63 - 1)
    return _in_alphabet(number, ascii_lowercase, 8)[::-1]


def _in_alphabet(number: int, alphabet: str, length: int) -> str:
    """Return `number` written in the digits of `alphabet`, lowest digit first."""
    text = ""
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        text += alphabet[place]
    return text
