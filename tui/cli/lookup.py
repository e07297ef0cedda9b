"""Find the one entry or category that the arguments name."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from tui.errors import MatchError, UsageError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui.otp.entry import Category, Entry
    from tui.vault.document import Document
    from tui.vault.vault import Vault

_MOST_CANDIDATES = 20


def find_entry(vault: Vault, query: str) -> Entry:
    """Return the entry of `vault` that matches best.

    Raises:
        MatchError: none matches, or several match equally well (its candidates).
    """
    return _best(vault.entries, vault.document.categories, query, "entry", "Run: otp-tui list")


def find_in_trash(document: Document, query: str) -> Entry:
    """Return the entry in the trash that matches best.

    Raises:
        MatchError: as `find_entry`.
    """
    kind = "entry in the trash"
    return _best(document.trash, document.categories, query, kind, "Run: otp-tui restore")


def find_category(document: Document, name: str, *, to_add: bool = False) -> Category:
    """Return the category named `name`; case matters only if two names differ just in case.

    With `to_add`, the error says how to add it.

    Raises:
        MatchError: there is none, or several.
    """
    exact = [one for one in document.categories if one.name == name]
    folded = [one for one in document.categories if _fold(one.name) == _fold(name)]
    found = exact[:1] or folded
    if len(found) == 1:
        return found[0]
    shown = safe(name, 40)
    if found:
        names = tuple(safe(one.name, 40) for one in found)
        raise MatchError(f"{len(found)} categories match “{shown}”:", "", names)
    raise MatchError(f"No category “{shown}”.", _hint(document.categories, name, to_add=to_add))


def _hint(categories: Sequence[Category], name: str, *, to_add: bool) -> str:
    """Return which category may be meant, and how to add it."""
    from difflib import get_close_matches

    names = {_fold(one.name): one for one in categories}
    similar = get_close_matches(_fold(name), names, 1)
    hint = f"Did you mean {quoted(names[similar[0]])}?" if similar else ""
    if to_add:
        from shlex import quote

        return f"{hint} To add it, run: otp-tui category add {quote(safe(name, 40))}".lstrip()
    if hint:
        return hint
    return "Run: otp-tui category list" if categories else "The vault has no categories yet."


def quoted(category: Category) -> str:
    """Return the category's name in quotation marks, safe to show."""
    return f"“{safe(category.name, 40)}”"


def no_match(
    entries: Sequence[Entry], query: str, kind: str = "entry", hint: str = "Run: otp-tui list"
) -> MatchError:
    """Return the error for a query without a match, with the most similar entry as a hint.

    `hint` is for when no entry is similar; `kind` says which entries were searched.
    """
    from tui.otp.fuzzy import Finder

    similar = Finder((one.issuer, one.account or "", (), one) for one in entries).find(query)
    if similar:
        hint = f"Did you mean {similar[0].label}?"
    return MatchError(f"No matching {kind} for “{safe(query, 80)}”.", hint)


def _best(
    entries: Sequence[Entry], categories: Sequence[Category], query: str, kind: str, hint: str
) -> Entry:
    from tui.otp.search import find_best

    if not query.strip():
        raise UsageError("The query is empty.", "Give a part of the name.")
    found = find_best(entries, categories, query)
    if len(found) == 1:
        return found[0]
    shown = f"“{safe(query, 80)}”"
    if not found:
        raise no_match(entries, query, kind, hint)
    what = kind.replace("entry", "entries", 1)
    raise MatchError(
        f"{len(found)} {what} match {shown}.",
        "Narrow the query, or use issuer:account or an ID:",
        _candidates(found),
    )


def _candidates(found: Sequence[Entry]) -> tuple[str, ...]:
    """Return a line for each entry to choose from: its name and its ID."""
    from tui.cli.output import WIDEST, cut, table

    lines = table([(cut(entry.label, WIDEST), entry.id) for entry in found[:_MOST_CANDIDATES]])
    more = len(found) - len(lines)
    return (*lines, f"and {more} more") if more else tuple(lines)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip().casefold()
