"""Determines the entries to show, and their order, by category and search. Pure."""

from __future__ import annotations

from tui.otp.entry import Category, Entry
from tui.otp.search import haystack, words_of
from tui.vault.document import Document
from tui.vault.order import ordered

TRASH = "\0trash"
"""The id of the trash, which comes after the categories."""


class VisibleEntries:
    """The entries of one unlocked vault, by category and search words."""

    def __init__(self, document: Document) -> None:
        self.document = document
        """The contents of the vault."""
        self.named = tuple(sorted(document.categories, key=lambda category: category.ranking))
        """The categories, in order."""
        self.categories = self.named
        """The categories, and the trash if it is not empty."""
        if document.trash:
            self.categories += (Category(TRASH, f"Trash ({len(document.trash)})"),)
        self.deleted = frozenset(entry.id for entry in document.trash)
        """The ids of the entries in the trash."""
        self.total = len(document.entries)
        self.names = {category.id: category.name for category in document.categories}
        """The names of the categories by id."""
        self._rows: dict[str | None, list[Entry]] = {}
        self._prepared: dict[str | None, list[tuple[str, Entry]]] = {}

    def prepare(self, category: str | None) -> list[tuple[str, Entry]]:
        """Return the search text and the entry, for each entry in a category; computed once."""
        if category not in self._prepared:
            self._prepared[category] = [
                (haystack(entry, self.names), entry) for entry in self._within(category)
            ]
        return self._prepared[category]

    def visible(self, category: str | None, query: str) -> list[Entry]:
        """Return the entries in a category (by id; None for all) that match every word of the
        query.

        They are in the vault's order; in the trash, the last deleted entry comes first.
        """
        words = words_of(query)
        if not words:
            return self._within(category)
        pairs = self.prepare(category)
        for word in words[1:]:
            pairs = [pair for pair in pairs if word in pair[0]]
        return [entry for hay, entry in pairs if words[0] in hay]

    def _within(self, category: str | None) -> list[Entry]:
        if category not in self._rows:
            self._rows[category] = (
                sorted(self.document.trash, key=lambda entry: -entry.deleted)
                if category == TRASH
                else ordered(self.document, category)
            )
        return self._rows[category]
