"""Yandex.Key: HMAC-SHA256 under a key made of PIN and secret, written in letters."""

from __future__ import annotations

import hashlib
import hmac
from string import ascii_lowercase

SECRET_BYTES = 16
"""How much of the secret goes into the key; what may follow is its checksum."""

_LENGTH = 8


def code(secret: bytes, step: int, pin: bytes) -> str:
    """Return the eight letters of a 30-second step (vectors: yandex).

    `secret` has at least 16 bytes. A key that starts with a zero byte loses that byte: so
    Yandex does it.
    """
    key = hashlib.sha256(pin + secret[:SECRET_BYTES]).digest()
    if key[0] == 0:
        key = key[1:]
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha256")
    start = mac[-1] & 15
    number = int.from_bytes(mac[start : start + 8], "big") & (2**63 - 1)
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(ascii_lowercase))
        letters.append(ascii_lowercase[place])
    return "".join(reversed(letters))
