"""Reads JSON from untrusted files: strictly, with limits, and without quoting it in errors."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Never

from tui import limits
from tui.errors import FormatError

_BOM = b"\xef\xbb\xbf"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{")
_LONGEST_NUMBER = 400
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def is_object(data: bytes) -> bool:
    """Return True if `data` starts like a JSON object, in UTF-8 or UTF-16."""
    return data.startswith(_WIDE) or data.removeprefix(_BOM).lstrip()[:1] == b"{"


def is_text(data: bytes) -> bool:
    """Return True if `data` is UTF-8, which only very short ciphertexts can be."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def load_object(data: bytes) -> dict[str, Any]:
    """Parse a JSON object as `load` does.

    Raises:
        FormatError: it isn't one, or `load` refuses it.
    """
    root = load(data)
    if not isinstance(root, dict):
        raise FormatError("The backup is not a JSON object.")
    return root


def load(data: bytes) -> Any:
    """Parse JSON in UTF-8, with or without a byte-order mark (RFC 8259).

    Refuses what parsers disagree on or what takes too long: duplicate keys, NaN and infinities,
    overlong numbers, lone surrogates, deep nesting (spec: hostile-input.md, "JSON").

    Raises:
        FormatError: the data contains one of these, or is not JSON.
    """
    if data.startswith(_WIDE):
        raise FormatError("The backup is UTF-16 text, not UTF-8.")
    body = data.removeprefix(_BOM)
    if limits.too_many_parts(body, limits.BACKUP_VALUES):
        raise FormatError("The backup contains too many values.")
    try:
        text = body.decode()
        root: Any = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
        if _SURROGATE.search(text):
            json.dumps(root, ensure_ascii=False).encode()
    except UnicodeDecodeError:
        raise FormatError("The backup is not UTF-8 text.") from None
    except UnicodeEncodeError:
        raise FormatError("The backup contains an invalid character (a lone surrogate).") from None
    except json.JSONDecodeError:
        raise FormatError("The backup is incomplete, or is not JSON.") from None
    except RecursionError:
        raise FormatError("The backup is nested too deeply.") from None
    return root


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise FormatError("The backup has duplicate keys in one object.")
    return made


def _constant(_text: str) -> Never:
    raise FormatError("The backup contains NaN or Infinity, which JSON doesn't allow.")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise FormatError("The backup contains a number that is too large.")
    return number


def _int(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise FormatError("The backup contains a number that is too large.")
    return int(text)
