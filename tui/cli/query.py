"""The QUERY of a command: words that name entries, and the one entry that they name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.errors import MatchError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from tui.otp.entry import Entry
    from tui.vault.vault import Vault

_MOST_CANDIDATES = 20


def add_query(parser: ArgumentParser, count: str, about: str) -> None:
    """Add QUERY; `count` says how many words, as argparse's `nargs` does."""
    parser.add_argument("query", metavar="QUERY", nargs=count, type=typed, help=about)


def typed(word: str) -> str:
    """Read as UTF-8 what a locale without it left as escaped bytes: names are UTF-8 anywhere."""
    return word if word.isascii() else os.fsencode(word).decode("utf-8", "replace")


def one(vault: Vault, query: str) -> Entry:
    """Return the entry of `vault` that fits best.

    Raises:
        MatchError: none fits, or several equally well; the candidates are these.
    """
    from tui.otp.query import find_best

    found = find_best(vault.entries, vault.document.categories, query)
    if len(found) == 1:
        return found[0]
    if not found:
        raise MatchError(f"No entry fits “{safe(query, 80)}”.", "See otp-tui list.")
    raise MatchError(
        f"{len(found)} entries fit “{safe(query, 80)}”.",
        "Name one by more words, as issuer:account, or by its id:",
        candidates(found),
    )


def candidates(found: Sequence[Entry]) -> tuple[str, ...]:
    """Return a line for each entry to choose from: its name and its id."""
    from tui.cli.columns import WIDEST, cut, table

    lines = table([(cut(entry.label, WIDEST), entry.id) for entry in found[:_MOST_CANDIDATES]])
    more = len(found) - len(lines)
    return (*lines, f"and {more} more") if more else tuple(lines)
