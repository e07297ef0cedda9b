"""Reads JSON without importing the json package, which takes 8 ms because it imports re."""

from __future__ import annotations

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Pairs = Callable[[list[tuple[str, Any]]], Any]

_SPACE = " \t\n\r"


class _Options:
    """What the scanner asks for, as `json.JSONDecoder` has it."""

    strict = True
    object_hook = None

    def __init__(
        self,
        pairs: Pairs | None,
        parse_int: Callable[[str], Any],
        parse_float: Callable[[str], Any],
    ) -> None:
        self.object_pairs_hook = pairs
        self.parse_int = parse_int
        self.parse_float = self.parse_constant = parse_float


def loads(
    text: str,
    pairs: Pairs | None = None,
    parse_int: Callable[[str], Any] = int,
    parse_float: Callable[[str], Any] = float,
) -> Any:
    """Return what `json.loads` returns with these hooks; `parse_float` also gets the constants.

    Raises:
        ValueError, RecursionError: as `json.loads`; the messages contain the text.
    """
    options = _Options(pairs, parse_int, parse_float)
    try:
        from _json import make_scanner
    except ImportError:  # the scanner of json in C, which other Pythons don't have
        import json

        return json.loads(
            text,
            object_pairs_hook=pairs,
            parse_int=parse_int,
            parse_float=parse_float,
            parse_constant=parse_float,
        )
    start = len(text) - len(text.lstrip(_SPACE))
    try:
        value, end = make_scanner(options)(text, start)  # type: ignore[arg-type]
    except (StopIteration, SystemError):
        # The second, up to Python 3.12, because json, which has the right one, is not imported.
        raise ValueError("not JSON") from None
    if text[end:].strip(_SPACE):
        raise ValueError("not JSON")
    return value
