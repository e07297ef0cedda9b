"""Determines the entries to show, and their order, by category and search. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.otp.entry import Category, Entry
from tui.vault.document import Document
from tui.vault.order import ordered

if TYPE_CHECKING:
    from tui.otp.fuzzy import Finder

LONGEST_SEARCH = 100
"""Maximum length of a query, in characters."""
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
        self._finders: dict[str | None, Finder[Entry]] = {}
        self._newer: dict[str, Entry] = {}
        """Entries that were used since, by id."""

    def replace(self, entry: Entry) -> None:
        """Take over an entry that changed without moving."""
        self._newer[entry.id] = entry

    def prepare(self, category: str | None) -> Finder[Entry]:
        """Return what searches the entries in a category; created once."""
        if category not in self._finders:
            from tui.otp.fuzzy import Finder

            names = self.names
            self._finders[category] = Finder(
                (
                    entry.issuer,
                    entry.account or "",
                    [names.get(binding.category, "") for binding in entry.categories],
                    entry,
                )
                for entry in self._within(category)
            )
        return self._finders[category]

    def visible(self, category: str | None, query: str) -> list[Entry]:
        """Return the entries in a category (by id; None for all) that match the query.

        They are in the vault's order; in the trash, the last deleted entry comes first. Those that
        match a query best come first.
        """
        found = self.prepare(category).find(query) if query.strip() else self._within(category)
        return [self._newer.get(entry.id, entry) for entry in found] if self._newer else found

    def _within(self, category: str | None) -> list[Entry]:
        if category not in self._rows:
            self._rows[category] = (
                sorted(self.document.trash, key=lambda entry: -entry.deleted)
                if category == TRASH
                else ordered(self.document, category)
            )
        return self._rows[category]
