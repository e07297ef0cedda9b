"""Mobile-OTP: the start of an MD5 over time, secret and PIN, all three as text."""

from __future__ import annotations

import hashlib

_LENGTH = 6


def code(secret: bytes, step: int, pin: bytes) -> str:
    """Return the six hex digits of a ten-second step (vectors: motp).

    `secret` is the secret's text, not what its hex digits mean; `pin` may be empty.
    """
    text = b"%d%b%b" % (step, secret, pin)
    return hashlib.md5(text, usedforsecurity=False).hexdigest()[:_LENGTH]
