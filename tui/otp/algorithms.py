"""The five algorithms: from a key and a counter to the characters of a code.

All but HOTP count periods since 1970: see `step_at`.
"""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING

from tui.errors import EntryError
from tui.otp.entry import Algorithm

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyotp import HOTP

MAX_DIGITS = 10
"""Maximum number of digits: a truncated hash is below 2^31, so ten digits show all of it."""
MAX_MOMENT = 2**63
"""Later times are refused: the number of periods must fit HOTP's eight bytes."""
YANDEX_SECRET_BYTES = 16
"""Length of the key in a Yandex secret; a checksum may follow."""

_HASHES = {
    Algorithm.SHA1: hashlib.sha1,
    Algorithm.SHA256: hashlib.sha256,
    Algorithm.SHA512: hashlib.sha512,
}
_STEAM_ALPHABET = "23456789BCDFGHJKMNPQRTVWXY"


def prepare() -> None:
    """Import pyotp, which takes 16 ms, so that the first code comes at once."""
    _generators()


def step_at(moment: float, period: int) -> int:
    """Return the number of whole periods of `period` seconds since 1970 (RFC 6238, 4.2).

    Raises:
        EntryError: `moment` is before 1970, too far ahead, or not a number.
    """
    if not 0 <= moment < MAX_MOMENT:
        raise EntryError("the time is before 1970 or too far ahead")
    return int(moment) // period


def hotp(key: bytes, counter: int, digits: int = 6, algorithm: Algorithm = Algorithm.SHA1) -> str:
    """Return 1 to 10 decimal digits for `counter` (RFC 4226, 5.3); for TOTP, that is the step.

    `counter` is 0 to 2^64 - 1.
    """
    return _generators()(key, algorithm).generate_otp(counter)[-digits:]


def steam(key: bytes, step: int) -> str:
    """Return the five characters for a 30-second step, lowest digit first (vectors: steam)."""
    return _in_alphabet(int(hotp(key, step, MAX_DIGITS)), _STEAM_ALPHABET, 5)


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


@cache
def _generators() -> Callable[[bytes, Algorithm], HOTP]:
    from pyotp import HOTP

    class KeyedHotp(HOTP):
        """pyotp's generator for decoded keys; the original decodes base32 for each code."""

        def __init__(self, key: bytes, algorithm: Algorithm) -> None:
            self._key = key
            super().__init__("", digits=MAX_DIGITS, digest=_HASHES[algorithm])

        def byte_secret(self) -> bytes:
            return self._key

    return KeyedHotp
