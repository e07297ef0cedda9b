"""Adds entries of a backup to a document: ids, categories, icons, order. Pure."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.backup.model import Backup
from tui.otp.entry import Binding, Category, Entry, Icon, OtpType, category_id
from tui.vault.counters import highest_counters
from tui.vault.document import by_secret

if TYPE_CHECKING:
    from tui.vault.document import Document


class DocumentBuilder:
    """Adds entries of `backup` to a document, one by one; those in its trash go to the trash.

    Existing items keep their place; new ones follow, in the file's order. If a list (of entries,
    categories, or entries of a category) was empty, the file's rankings are kept.
    """

    def __init__(self, document: Document, backup: Backup, moment: int) -> None:
        self._document = document
        self._backup = backup
        self._moment = moment
        self._entries = list(document.entries)
        self._places = {entry.id: place for place, entry in enumerate(self._entries)}
        self._categories = _category_ids(document.categories, backup.categories)
        self._icons = _icon_ids(document.icons, backup.icons)
        self._counters = highest_counters((*document.everything, *backup.entries))
        self._pending: list[tuple[int, Binding]] = []
        self._used: set[str] = set()
        self.added = 0
        self.replaced = 0

    def add(self, entry: Entry, identity: str = "") -> None:
        """Add `entry` after all others, under the id `identity`, by default a new one.

        Its counter is the highest of the entries with its secret, so that no code is repeated.
        """
        self._bind(len(self._entries), entry, frozenset())
        self._entries.append(
            replace(
                entry,
                id=identity or str(uuid.uuid4()),
                counter=self._counter(entry),
                icon=self._icon(entry),
                categories=(),
                deleted=max(self._moment, 1) if entry.deleted else 0,
                created=entry.created or self._moment,
                updated=entry.updated or self._moment,
            )
        )
        self.added += 1

    def put(self, entry: Entry, existing: Entry | None) -> bool:
        """Replace `existing` with `entry`; return True if that changed anything.

        Kept are id, ranking, pinned, note, creation date, unknown keys, categories (the file's are
        added), an icon or a PIN that the file doesn't have, the higher copy count and, if the
        secret is the same, the higher counter. If `existing` is gone, `entry` is added under its
        id, so that a later entry that replaces the same one replaces this one.
        """
        place = self._places.get(existing.id) if existing is not None else None
        if place is None:
            self.add(entry, existing.id if existing is not None else "")
            return True
        old = self._entries[place]
        new = _replaced(old, replace(entry, icon=self._icon(entry) or old.icon))
        bound = self._bind(place, entry, frozenset(each.category for each in old.categories))
        if new == old and not bound:
            return False
        self._entries[place] = replace(new, revision=old.revision + 1, updated=self._moment)
        self.replaced += 1
        return True

    def document(self) -> Document:
        """Return the document with all added entries."""
        self._rank()
        self._attach()
        return replace(
            self._document,
            entries=tuple(each for each in self._entries if not each.deleted),
            trash=(*self._document.trash, *(each for each in self._entries if each.deleted)),
            categories=self._merged_categories(),
            icons=self._merged_icons(),
        )

    def _counter(self, entry: Entry) -> int:
        return self._counters[by_secret(entry)] if entry.type.has_counter else entry.counter

    def _icon(self, entry: Entry) -> str | None:
        if entry.icon is None or not entry.icon.startswith("@"):
            return entry.icon
        name = entry.icon[1:]
        self._used.add(entry.icon)
        return "@" + self._icons.get(name, name)

    def _bind(self, place: int, entry: Entry, present: frozenset[str]) -> bool:
        """Record the bindings of `entry` that are not in `present`; return True if there are
        any."""
        before = len(self._pending)
        for each in entry.categories:
            category = self._categories.get(each.category)
            if category is None:
                continue
            self._used.add(each.category)
            if category not in present:
                self._pending.append((place, Binding(category, each.ranking)))
        return len(self._pending) > before

    def _rank(self) -> None:
        there = len(self._document.entries)
        if not there:
            return
        next_rank = 1 + max(entry.ranking for entry in self._entries[:there])
        added = range(there, len(self._entries))
        for place in sorted(added, key=lambda place: self._entries[place].ranking):
            self._entries[place] = replace(self._entries[place], ranking=next_rank)
            next_rank += 1

    def _attach(self) -> None:
        last: dict[str, int] = {}
        for entry in self._document.entries:
            for each in entry.categories:
                last[each.category] = max(each.ranking, last.get(each.category, each.ranking))
        ranks: dict[int, int] = {}
        for order in sorted(
            range(len(self._pending)), key=lambda order: self._pending[order][1].ranking
        ):
            binding = self._pending[order][1]
            if binding.category in last:
                last[binding.category] += 1
                ranks[order] = last[binding.category]
        gained: dict[int, list[Binding]] = {}
        for order, (place, binding) in enumerate(self._pending):
            ranked = replace(binding, ranking=ranks.get(order, binding.ranking))
            gained.setdefault(place, []).append(ranked)
        for place, bindings in gained.items():
            entry = self._entries[place]
            self._entries[place] = replace(entry, categories=(*entry.categories, *bindings))

    def _merged_categories(self) -> tuple[Category, ...]:
        there = self._document.categories
        bound = {each.category for entry in self._backup.entries for each in entry.categories}
        present = {each.id for each in there}
        new: dict[str, Category] = {}
        for each in self._backup.categories:
            right = self._categories[each.id]
            if right not in present and (each.id in self._used or each.id not in bound):
                new.setdefault(right, replace(each, id=right))
        if not there:
            return tuple(new.values())
        next_rank = 1 + max(each.ranking for each in there)
        ordered = sorted(new.values(), key=lambda each: each.ranking)
        return there + tuple(
            replace(each, ranking=next_rank + place) for place, each in enumerate(ordered)
        )

    def _merged_icons(self) -> tuple[Icon, ...]:
        there = self._document.icons
        shown = {entry.icon for entry in self._backup.entries}
        present = {each.id for each in there}
        new: dict[str, Icon] = {}
        for each in self._backup.icons:
            right, name = self._icons[each.id], f"@{each.id}"
            if right not in present and (name in self._used or name not in shown):
                new.setdefault(right, Icon(right, each.data))
        return there + tuple(new.values())


def _replaced(old: Entry, entry: Entry) -> Entry:
    """Return `old` with the values of `entry`, except those that only the vault has."""
    counter, pin = entry.counter, entry.pin
    if by_secret(old) == by_secret(entry):
        if entry.type is old.type is OtpType.HOTP:
            counter = max(old.counter, counter)
        if pin is None and entry.type is old.type:
            pin = old.pin
    counts = [count for count in (old.copy_count, entry.copy_count) if count is not None]
    return replace(
        old,
        type=entry.type,
        issuer=entry.issuer,
        account=entry.account,
        secret=entry.secret,
        algorithm=entry.algorithm,
        digits=entry.digits,
        period=entry.period,
        counter=counter,
        pin=pin,
        icon=entry.icon,
        copy_count=max(counts, default=None),
        note=old.note or entry.note,
    )


def _category_ids(there: Iterable[Category], given: Iterable[Category]) -> dict[str, str]:
    """Map the id of each category in the backup to its id in the vault."""
    by_name: dict[str, str] = {}
    present: set[str] = set()
    for each in there:
        by_name.setdefault(each.name, each.id)
        present.add(each.id)
    ids: dict[str, str] = {}
    for each in given:
        if each.name not in by_name:
            right = category_id(each.name)
            while right in present:
                right = category_id(right + each.name)
            by_name[each.name] = right
            present.add(right)
        ids[each.id] = by_name[each.name]
    return ids


def _icon_ids(there: Iterable[Icon], given: Iterable[Icon]) -> dict[str, str]:
    """Map the id of each icon in the backup to its id in the vault: a new one if it is taken."""
    data_by_id = {each.id: each.data for each in there}
    ids: dict[str, str] = {}
    for each in given:
        right = each.id
        while data_by_id.setdefault(right, each.data) != each.data:
            digest = hashlib.sha1((right + each.data).encode(), usedforsecurity=False)
            right = digest.hexdigest()[:8]
        ids[each.id] = right
    return ids
