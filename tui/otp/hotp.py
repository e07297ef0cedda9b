"""HOTP (RFC 4226): the code of a counter, made by pyotp from a secret decoded once."""

from __future__ import annotations

import hashlib

from pyotp import HOTP

from tui.otp.entry import Algorithm

MAX_DIGITS = 10
"""A truncated hash is below 2^31, so ten digits show all of it."""

_HASHES = {
    Algorithm.SHA1: hashlib.sha1,
    Algorithm.SHA256: hashlib.sha256,
    Algorithm.SHA512: hashlib.sha512,
}


class _KeyedHotp(HOTP):
    """pyotp's generator over bytes, of any length: it would read base32 each time."""

    def __init__(self, key: bytes, algorithm: Algorithm) -> None:
        self._key = key
        super().__init__("", digits=MAX_DIGITS, digest=_HASHES[algorithm])

    def byte_secret(self) -> bytes:
        return self._key


def code(key: bytes, counter: int, digits: int = 6, algorithm: Algorithm = Algorithm.SHA1) -> str:
    """Return the `digits` (1 to 10) decimal digits for `counter` (0 to 2^64 - 1; section 5.3)."""
    return _KeyedHotp(key, algorithm).generate_otp(counter)[-digits:]
