"""Arguments that several commands share: QUERY, --at, lengths of time, and text in any locale."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from tui import limits

if TYPE_CHECKING:
    from collections.abc import Callable

_DIGITS = 18
"""Python refuses to read numbers of thousands of digits."""


def utf8(word: str) -> str:
    """Decode an argument as UTF-8 in any locale; Python escapes its bytes in others."""
    return word if word.isascii() else os.fsencode(word).decode("utf-8", "replace")


def add_query(parser: argparse.ArgumentParser, nargs: str, about: str) -> None:
    """Add QUERY, the words that an entry must contain; `nargs` as in argparse."""
    parser.add_argument("query", metavar="QUERY", nargs=nargs, type=utf8, help=about)


def add_at(parser: argparse.ArgumentParser) -> None:
    """Add --at, a Unix time in seconds."""
    parser.add_argument(
        "--at", metavar="UNIX", type=_moment, help="compute codes for this Unix time instead of now"
    )


def add_duration(parser: argparse.ArgumentParser, option: str, longest: int, about: str) -> None:
    """Add an option with a length of time, at most `longest` seconds."""
    from tui.durations import duration_text, parse_duration

    def read(text: str) -> int:
        try:
            seconds = parse_duration(text)
        except ValueError:
            seconds = 0
        if not 0 < seconds <= longest:
            raise argparse.ArgumentTypeError(
                f"not a time up to {duration_text(longest)}, e.g. 8h, 30m or 1h30m"
            )
        return seconds

    parser.add_argument(option, metavar="TIME", type=read, help=about)


def whole(text: str, least: int, most: int) -> int | None:
    """Return the whole number that `text` is, or None if it is none or out of bounds."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        return None
    number = int(text)
    return number if least <= number <= most else None


def whole_number(least: int, most: int, unit: str = "") -> Callable[[str], int]:
    """Return what reads an argument that is a whole number; `unit` is its name, e.g. seconds."""

    def read(text: str) -> int:
        number = whole(text, least, most)
        if number is None:
            what = f"a whole number{unit and f' of {unit}'} from {least} to {most}"
            raise argparse.ArgumentTypeError(what)
        return number

    return read


def _moment(text: str) -> float:
    try:
        moment = float(text)
    except ValueError:
        moment = -1
    if not 0 <= moment <= limits.MOMENT:
        raise argparse.ArgumentTypeError("not a Unix time in seconds")
    return moment
