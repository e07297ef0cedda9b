"""The QUERY of a command: words that name entries, and the one entry that they name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.errors import MatchError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Sequence

    from tui.otp.entry import Category, Entry
    from tui.vault.document import Document
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
    return _one(vault.entries, vault.document.categories, query, "", "See otp-tui list.")


def one_in_trash(document: Document, query: str) -> Entry:
    """Return the entry of the trash that fits best.

    Raises:
        MatchError: as `one`.
    """
    place = " in the trash"
    return _one(document.trash, document.categories, query, place, "See otp-tui restore.")


def _one(
    entries: Sequence[Entry], categories: Sequence[Category], query: str, place: str, hint: str
) -> Entry:
    from tui.otp.search import find_best

    found = find_best(entries, categories, query)
    if len(found) == 1:
        return found[0]
    if not found:
        raise MatchError(f"No entry{place} fits “{safe(query, 80)}”.", hint)
    raise MatchError(
        f"{len(found)} entries{place} fit “{safe(query, 80)}”.",
        "Name one by more words, as issuer:account, or by its id:",
        candidates(found),
    )


def candidates(found: Sequence[Entry]) -> tuple[str, ...]:
    """Return a line for each entry to choose from: its name and its id."""
    from tui.cli.columns import WIDEST, cut, table

    lines = table([(cut(entry.label, WIDEST), entry.id) for entry in found[:_MOST_CANDIDATES]])
    more = len(found) - len(lines)
    return (*lines, f"and {more} more") if more else tuple(lines)
