"""Searching entries: the same rule for the app and for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui.otp.entry import Category, Entry


def words_of(query: str) -> tuple[str, ...]:
    """Return the words of a query, ready to compare."""
    return tuple(query.casefold().split())


def haystack(entry: Entry, names: Mapping[str, str]) -> str:
    """Return what a query is looked for in: issuer, account and category names, a line each.

    `names` maps category ids to names.
    """
    parts = [entry.issuer, entry.account or ""]
    parts += [names.get(binding.category, "") for binding in entry.categories]
    return "\n".join(parts).casefold()


def matches(words: Sequence[str], hay: str) -> bool:
    """Whether every word occurs in the haystack."""
    return all(word in hay for word in words)


def find(
    entries: Sequence[Entry], categories: Sequence[Category], query: str
) -> list[Entry]:
    """Return the entries that hold every word of the query, in their order."""
    words = words_of(query)
    names = {category.id: category.name for category in categories}
    return [entry for entry in entries if matches(words, haystack(entry, names))]
