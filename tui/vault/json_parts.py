"""Reads a JSON object part by part, so that its long lists are never in memory as a whole. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecoder
from typing import Any

_SPACE = "[ \t\n\r]*"


def _between(mark: str) -> re.Pattern[str]:
    return re.compile(f"{_SPACE}({mark}){_SPACE}")


_OBJECT, _COLON, _AFTER_MEMBER = _between(rf"\{{{_SPACE}\}}?"), _between(":"), _between("[,}]")
_LIST, _AFTER_ITEM = _between(rf"\[{_SPACE}\]?"), _between(r"[,\]]")
_END = _between(r"\Z")


class JsonParts:
    """The parts of a JSON object, which have to be read in their order."""

    def __init__(self, text: str, decoder: JSONDecoder) -> None:
        self._text = text
        self._decode = decoder.raw_decode
        self._at = 0

    def members(self) -> Iterator[str]:
        """Yield each key of the object; before the next one, read its value, or all its items.

        Raises:
            ValueError: the text is not a JSON object, or a key is duplicate.
        """
        seen: set[str] = set()
        mark = self._skip(_OBJECT)
        while not mark.endswith("}"):
            key = self.value()
            if type(key) is not str or key in seen:
                raise ValueError
            seen.add(key)
            self._skip(_COLON)
            yield key
            mark = self._skip(_AFTER_MEMBER)
        self._skip(_END)

    def value(self) -> Any:
        """Return the next value.

        Raises:
            ValueError, RecursionError: as `JSONDecoder.decode`.
        """
        value, self._at = self._decode(self._text, self._at)
        return value

    def items(self) -> Iterator[Any]:
        """Yield the items of the next value, a list.

        Raises:
            ValueError: it is not a list.
            ValueError, RecursionError: as `JSONDecoder.decode`.
        """
        mark = self._skip(_LIST)
        while not mark.endswith("]"):
            yield self.value()
            mark = self._skip(_AFTER_ITEM)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        """Skip what the pattern matches; return it without white space."""
        match = pattern.match(self._text, self._at)
        if match is None:
            raise ValueError
        self._at = match.end()
        return match[1]
