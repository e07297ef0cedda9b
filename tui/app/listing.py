"""Which entries the list shows, in which order: a pure function of vault, category, search."""

from __future__ import annotations

from collections.abc import Sequence

from tui.otp.entry import Category, Entry
from tui.otp.query import haystack, words_of


class Listing:
    """The entries of one unlocked vault, by category and search words."""

    def __init__(self, entries: Sequence[Entry], categories: Sequence[Category]) -> None:
        self.categories = tuple(sorted(categories, key=lambda category: category.ranking))
        self.total = len(entries)
        self._ordered = sorted(entries, key=lambda entry: entry.ranking)
        self._names = {category.id: category.name for category in categories}
        self._prepared: dict[str | None, list[tuple[str, Entry]]] = {}

    def prepare(self, category: str | None) -> list[tuple[str, Entry]]:
        """Return what a search in this category goes through, made at the first call."""
        if category not in self._prepared:
            self._prepared[category] = [
                (haystack(entry, self._names), entry) for entry in self._within(category)
            ]
        return self._prepared[category]

    def visible(self, category: str | None, query: str) -> list[Entry]:
        """Return the entries of a category id (None: all) that hold every word of the query.

        In a category its own ranking orders them, elsewhere the entry's ranking.
        """
        words = words_of(query)
        if not words:
            return self._within(category)
        pairs = self.prepare(category)
        for word in words[1:]:
            pairs = [pair for pair in pairs if word in pair[0]]
        return [entry for hay, entry in pairs if words[0] in hay]

    def _within(self, category: str | None) -> list[Entry]:
        if category is None:
            return self._ordered
        ranked = [
            (binding.ranking, entry)
            for entry in self._ordered
            for binding in entry.categories
            if binding.category == category
        ]
        return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]
