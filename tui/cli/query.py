"""The QUERY of a command: words that name entries."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import ArgumentParser


def add_query(parser: ArgumentParser, count: str, about: str) -> None:
    """Add QUERY; `count` says how many words, as argparse's `nargs` does."""
    parser.add_argument("query", metavar="QUERY", nargs=count, type=typed, help=about)


def typed(word: str) -> str:
    """Read as UTF-8 what a locale without it left as escaped bytes: names are UTF-8 anywhere."""
    return word if word.isascii() else os.fsencode(word).decode("utf-8", "replace")
