"""Searches entries, with the same rules in the app and on the command line."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.otp.entry import Category, Entry


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query, case-folded for comparison."""
    return tuple(_fold(query).split())


def haystack(entry: Entry, names: Mapping[str, str]) -> str:
    """Return the text to search in: issuer, account and category names.

    `names` maps category ids to names.
    """
    parts = [entry.issuer, entry.account or ""]
    parts += [names.get(binding.category, "") for binding in entry.categories]
    return _fold("\n".join(parts))


def matches(words: Sequence[str], hay: str) -> bool:
    """Return True if every word occurs in the haystack."""
    return all(word in hay for word in words)


def find(entries: Sequence[Entry], categories: Sequence[Category], query: str) -> list[Entry]:
    """Return the entries that contain every word of the query, in the given order."""
    words = words_of(query)
    names = {category.id: category.name for category in categories}
    return [entry for entry in entries if matches(words, haystack(entry, names))]


def find_best(entries: Sequence[Entry], categories: Sequence[Category], query: str) -> list[Entry]:
    """Return the entries that match the query best, to pick a single one.

    The first rule that any entry matches decides: `query` is its id; is "issuer:account" or "issuer
    account"; is its issuer or account; matches as in `find`.
    """
    wanted = _fold(query).strip()
    rules: tuple[Callable[[Entry, str], bool], ...] = (_is_id, _is_full_name, _is_name)
    for rule in rules:
        found = [entry for entry in entries if rule(entry, wanted)]
        if found:
            return found
    return find(entries, categories, query)


def _is_id(entry: Entry, wanted: str) -> bool:
    return entry.id == wanted


def _is_full_name(entry: Entry, wanted: str) -> bool:
    issuer, account = _fold(entry.issuer), _fold(entry.account or "")
    return bool(issuer and account) and wanted in (f"{issuer}:{account}", f"{issuer} {account}")


def _is_name(entry: Entry, wanted: str) -> bool:
    return bool(wanted) and wanted in (_fold(entry.issuer), _fold(entry.account or ""))


def _fold(text: str) -> str:
    """Fold case and compose characters: é may be written as one character or as two."""
    return (text if text.isascii() else unicodedata.normalize("NFC", text)).casefold()
