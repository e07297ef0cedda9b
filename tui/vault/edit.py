"""Changes to entries: pure functions from a document to the next."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.errors import EditConflictError, UsageError
from tui.otp.entry import MAX_COUNTER, Binding, Entry, check, with_changes
from tui.text import listed
from tui.vault.counters import highest_counters, with_counter
from tui.vault.document import by_secret
from tui.vault.order import moved
from tui.vault.trash import deletion_moment, expire

if TYPE_CHECKING:
    from tui.vault.document import Document

_IRREPLACEABLE: tuple[Callable[[Entry], object], ...] = (
    by_secret,
    lambda entry: entry.pin or "",
    lambda entry: entry.note,
)
"""The parts of an entry that nobody could reenter."""
_WORDS = {"forward": "forwarding"}
"""Fields of an entry whose names aren't words for users."""


def add(document: Document, entries: Iterable[Entry], moment: int) -> Document:
    """Return `document` with new entries after the others, each with a new id.

    Raises:
        EntryError: one of them is invalid.
    """
    ranking = max((entry.ranking for entry in document.entries), default=-1)
    places = {category.id: last_place(document, category.id) for category in document.categories}
    added = []
    for entry in entries:
        ranking += 1
        bindings = []
        for place in entry.categories:
            if place.category in places:
                places[place.category] += 1
                bindings.append(Binding(place.category, places[place.category]))
        added.append(
            replace(
                check(entry),
                id=str(uuid.uuid4()),
                ranking=ranking,
                categories=tuple(bindings),
                created=entry.created or moment,
                updated=moment,
            )
        )
    return replace(document, entries=document.entries + tuple(added))


def edit(document: Document, before: Entry, changes: Mapping[str, Any], moment: int) -> Document:
    """Return `document` with `changes`, by field, which the user made to `before`.

    Changes since `before` (a counter, a copy count, another program's edit) stay. If both changed a
    secret, PIN or note, which nobody could reenter, both entries are kept.

    Raises:
        MatchError: the entry is no longer in the vault.
        EntryError: the changed entry is invalid.
        EditConflictError: another program changed one of the other fields in `changes`.
    """
    old = document.find(before.id)
    new = check(with_changes(old, changes))
    if new == old:
        return document
    new = revised(new, moment)
    for part in _IRREPLACEABLE:
        if part(old) not in (part(before), part(new)):
            duplicate = replace(new, id=str(uuid.uuid4()))
            return replace(document, entries=(*document.entries, duplicate))
    if taken := [
        f"the {_WORDS.get(name, name)}"
        for name in changes
        if getattr(old, name) not in {getattr(before, name), getattr(new, name)}
    ]:
        raise EditConflictError(
            f"Another program changed {listed(taken)} of {old.label} meanwhile.",
            "Try again to replace that.",
        )
    return document.replacing(new)


def delete(document: Document, ids: Collection[str], moment: int) -> Document:
    """Return `document` with these entries in the trash, and expired ones removed from it.

    Raises:
        MatchError: all of them were deleted meanwhile.
    """
    document.require_living(ids)
    deleted = deletion_moment(document, moment)
    after = document.holding(
        revised(replace(entry, deleted=deleted), moment) if entry.id in ids else entry
        for entry in document.entries
    )
    return expire(replace(after, trash=document.trash + after.trash), moment)


def restore(document: Document, ids: Collection[str], moment: int) -> Document:
    """Return `document` with these entries restored from the trash.

    Raises:
        MatchError: none of them is in the trash any more.
    """
    document.require_in_trash(ids)
    back = {entry.id: revised(replace(entry, deleted=0), moment) for entry in document.trash}
    return document.holding(
        [*document.entries, *(back[e.id] if e.id in ids else e for e in document.trash)]
    )


def pin(document: Document, ids: Collection[str], pinned: bool, moment: int) -> Document:
    """Return `document` with these entries pinned or unpinned.

    Raises:
        MatchError: all of them were deleted meanwhile.
    """
    document.require_living(ids)
    return each_changed(document, ids, lambda entry: replace(entry, pinned=pinned), moment)


def move(
    document: Document, entry_id: str, step: int, category: str | None, moment: int
) -> Document:
    """Return `document` with an entry moved down by `step`, in a category or (None) in all.

    Raises:
        UsageError: the entries are not sorted by hand.
        MatchError: the entry is no longer in the vault.
    """
    ranks = moved(document, entry_id, step, category)

    def ranked(entry: Entry) -> Entry:
        if category is None:
            return replace(entry, ranking=ranks[entry.id])
        return replace(
            entry,
            categories=tuple(
                replace(place, ranking=ranks[entry.id]) if place.category == category else place
                for place in entry.categories
            ),
        )

    return each_changed(document, ranks, ranked, moment)


def count_use(document: Document, entry_id: str, moment: int) -> Document:
    """Return `document` with the copy count of an entry increased; for `Vault.change_later`."""
    if all(entry.id != entry_id for entry in document.entries):
        return document
    return replace(
        document,
        entries=tuple(
            replace(entry, copy_count=(entry.copy_count or 0) + 1, used=max(moment, entry.used))
            if entry.id == entry_id
            else entry
            for entry in document.entries
        ),
    )


def take_counter(document: Document, entry_id: str, moment: int) -> tuple[Document, Entry]:
    """Return `document` with the counter of an HOTP entry increased, and the previous entry.

    Other entries with its secret, e.g. a version that a merge kept, get that counter too.

    Raises:
        MatchError: the entry is no longer in the vault.
        UsageError: it is not HOTP, or its counter is at the maximum.
    """
    entry = document.find(entry_id)
    if not entry.type.has_counter:
        raise UsageError(f"{entry.label} is not counter-based (HOTP).")
    if entry.counter >= MAX_COUNTER:
        raise UsageError(f"The counter of {entry.label} has reached its maximum.")
    moved = revised(replace(entry, counter=entry.counter + 1), moment)
    counters = highest_counters([moved])
    after = document.replacing(moved)
    return after.holding(with_counter(each, counters) for each in after.everything), entry


def revised(entry: Entry, moment: int) -> Entry:
    """Return a changed entry with its revision increased and its date set."""
    return replace(entry, revision=entry.revision + 1, updated=moment)


def each_changed(
    document: Document, ids: Collection[str], change: Callable[[Entry], Entry], moment: int
) -> Document:
    """Return `document` with `change` applied to the entries with these ids."""

    def new(entry: Entry) -> Entry:
        after = change(entry) if entry.id in ids else entry
        return entry if after == entry else revised(after, moment)

    return replace(document, entries=tuple(new(entry) for entry in document.entries))


def last_place(document: Document, identity: str) -> int:
    """Return the highest ranking in a category; -1 if it is empty."""
    return max(
        (
            place.ranking
            for entry in document.entries
            for place in entry.categories
            if place.category == identity
        ),
        default=-1,
    )
