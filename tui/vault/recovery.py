"""Recovery codes as text: 20 bytes <-> base32 in groups of four."""

from __future__ import annotations

import os
from base64 import b32decode, b32encode

from tui.errors import UsageError
from tui.vault.seal import CODE_LENGTH, Draw

_GROUP = 4
_LETTERS = CODE_LENGTH * 8 // 5
_BETWEEN = " -\t_.\N{NO-BREAK SPACE}\N{HYPHEN}\N{EN DASH}"
_MEANT = str.maketrans("018", "OIB", _BETWEEN)
"""Digits that base32 doesn't have, and the letters that they are mistaken for."""


def new_code(draw: Draw = os.urandom) -> bytes:
    """Return a new code of 160 random bits."""
    return draw(CODE_LENGTH)


def as_text(code: bytes) -> str:
    """Return a code as eight groups of four, `ABCD-EFGH-…`."""
    text = b32encode(code).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def from_text(text: str) -> bytes:
    """Return the bytes of a typed code, ignoring case, spaces and dashes.

    The digits 0, 1 and 8, which codes never contain, are read as the letters O, I and B.

    Raises:
        UsageError: it has the wrong length or invalid characters.
    """
    letters = text.strip().translate(_MEANT).upper()
    if len(letters) != _LETTERS:
        raise UsageError(f"A recovery code has {_LETTERS} letters and digits, not {len(letters)}.")
    try:
        return b32decode(letters)
    except ValueError:
        raise UsageError("A recovery code has only letters and digits.") from None
