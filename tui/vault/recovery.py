"""Recovery codes on paper: 20 bytes as base32 in groups of four, and back from what was typed."""

from __future__ import annotations

import os
from base64 import b32decode, b32encode

from tui.errors import UsageError
from tui.vault.seal import CODE_LENGTH, Draw

_GROUP = 4
_LETTERS = CODE_LENGTH * 8 // 5
_BETWEEN = " -\t_.\N{NO-BREAK SPACE}\N{HYPHEN}\N{EN DASH}"
_MEANT = str.maketrans("018", "OIB", _BETWEEN)
"""Digits that base32 does not have, to the letters that they are taken for."""


def new_code(draw: Draw = os.urandom) -> bytes:
    """Return a new code of 160 random bits."""
    return draw(CODE_LENGTH)


def written(code: bytes) -> str:
    """Return a code as it is shown: eight groups of four, `ABCD-EFGH-…`."""
    text = b32encode(code).decode()
    return "-".join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def read(text: str) -> bytes:
    """Return the code that somebody typed: case, spaces and dashes do not matter.

    The digits 0, 1 and 8, which no code has, are the letters O, I and B.

    Raises:
        UsageError: it is shorter or longer than a code, or has other characters.
    """
    letters = text.strip().translate(_MEANT).upper()
    if len(letters) != _LETTERS:
        raise UsageError(
            f"A recovery code has {_LETTERS} letters and digits; this one has {len(letters)}."
        )
    try:
        return b32decode(letters)
    except ValueError:
        raise UsageError("A recovery code has the letters A to Z and digits alone.") from None
