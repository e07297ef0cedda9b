"""Which entries the list shows, in which order: a pure function of vault, category, search."""

from __future__ import annotations

from collections.abc import Sequence

from tui.otp.entry import Category, Entry
from tui.otp.query import haystack, matches, words_of


class Listing:
    """The entries of one unlocked vault, by category and search words."""

    def __init__(self, entries: Sequence[Entry], categories: Sequence[Category]) -> None:
        self.categories = tuple(sorted(categories, key=lambda category: category.ranking))
        self.total = len(entries)
        self._ordered = sorted(entries, key=lambda entry: entry.ranking)
        self._names = {category.id: category.name for category in categories}
        self._haystacks: dict[str, str] | None = None

    def prepare(self) -> dict[str, str]:
        """Make ready to search, ahead of the first letter: a haystack for each entry id."""
        if self._haystacks is None:
            self._haystacks = {entry.id: haystack(entry, self._names) for entry in self._ordered}
        return self._haystacks

    def visible(self, category: str | None, query: str) -> list[Entry]:
        """Return the entries of a category id (None: all) that hold every word of the query.

        In a category its own ranking orders them, elsewhere the entry's ranking.
        """
        if category is None:
            entries = self._ordered
        else:
            ranked = [
                (binding.ranking, entry)
                for entry in self._ordered
                for binding in entry.categories
                if binding.category == category
            ]
            entries = [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]
        words = words_of(query)
        if not words:
            return list(entries)
        hay = self.prepare()
        return [entry for entry in entries if matches(words, hay[entry.id])]
