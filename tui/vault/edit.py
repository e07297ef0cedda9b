"""What one does to entries and categories: each a pure step from a document to the next.

`undoable` makes of such a step one that `undoing` can take back.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.errors import MatchError, UsageError
from tui.otp.entry import Binding, Category, Entry, OtpType, category_id, check, label_of
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT, clean, safe
from tui.vault.document import by_secret
from tui.vault.order import moved
from tui.vault.trash import deletion_moment, expire

if TYPE_CHECKING:
    from tui.vault.document import Document

EDITABLE = (
    "type", "issuer", "account", "secret", "algorithm", "digits", "period", "counter", "pin",
    "icon", "note",
)  # fmt: skip
"""The fields of an entry that a form may change."""
_PRECIOUS: tuple[Callable[[Entry], object], ...] = (
    by_secret,
    lambda entry: entry.pin or "",
    lambda entry: entry.note,
)
"""What of an entry nobody can type again."""


def undoable(step: Callable[[Document], Document], label: str) -> Callable[[Document], Document]:
    """Return `step` as one that can be undone; `label` as in `deletion of GitHub (octocat)`."""

    def whole(document: Document) -> Document:
        from tui.vault.undo import with_undo

        after = step(document)
        return document if after == document else with_undo(document, after, label)

    return whole


def repeated(
    step: Callable[[Document], Document], label: str, moment: int
) -> Callable[[Document], Document]:
    """Return `step` as `undoable` does, but so that its repetitions are undone as one."""

    def whole(document: Document) -> Document:
        from tui.vault.undo import can_undo, undo, with_undo

        after = step(document)
        if after == document:
            return document
        before = undo(document, moment) if can_undo(document) == label else document
        return with_undo(before, after, label)

    return whole


def called(what: str, entries: Sequence[Entry]) -> str:
    """Return the label of a step: `deletion of GitHub (octocat)`, or `deletion of 3 entries`."""
    return f"{what} of {label_of(entries)}"


# --- entries -----------------------------------------------------------------------------


def add(document: Document, entries: Iterable[Entry], moment: int) -> Document:
    """Return `document` with new entries after those that are there, each with an id of its own.

    Raises:
        EntryError: no codes can be made from one of them.
    """
    ranking = max((entry.ranking for entry in document.entries), default=-1)
    places = {category.id: _last_place(document, category.id) for category in document.categories}
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


def edit(document: Document, before: Entry, after: Entry, moment: int) -> Document:
    """Return `document` with what the user changed, from `before` to `after`, in that entry.

    What moved on meanwhile (a counter, a copy count, another program's change) stays. Where
    both changed what nobody can type again (secret, PIN or note) there are two entries then.

    Raises:
        MatchError: there is no such entry (any more).
        EntryError: no codes can be made from it.
    """
    old = document.find(before.id)
    changes = {
        name: getattr(after, name)
        for name in EDITABLE
        if getattr(after, name) != getattr(before, name)
    }
    if "type" in changes and "secret" not in changes:
        # One text may be a key as it stands and another one as base32.
        given = old.secret.given
        changes["secret"] = (Secret.text if after.type is OtpType.MOTP else Secret.base32)(given)
    new = check(replace(old, **changes))
    if new == old:
        return document
    new = _changed(new, moment)
    if any(_lost(what(before), what(old), what(new)) for what in _PRECIOUS):
        return replace(document, entries=(*document.entries, replace(new, id=str(uuid.uuid4()))))
    return document.replacing(new)


def delete(document: Document, ids: Collection[str], moment: int) -> Document:
    """Return `document` with these entries in the trash, and the trash without what is over."""
    deleted = deletion_moment(document, moment)
    after = document.holding(
        _changed(replace(entry, deleted=deleted), moment) if entry.id in ids else entry
        for entry in document.entries
    )
    return expire(replace(after, trash=document.trash + after.trash), moment)


def restore(document: Document, ids: Collection[str], moment: int) -> Document:
    """Return `document` with these entries of the trash back in the list."""
    back = {entry.id: _changed(replace(entry, deleted=0), moment) for entry in document.trash}
    return document.holding(
        [*document.entries, *(back[e.id] if e.id in ids else e for e in document.trash)]
    )


def pin(document: Document, ids: Collection[str], pinned: bool, moment: int) -> Document:
    """Return `document` with these entries before the others, or among them again."""
    return _each(document, ids, lambda entry: replace(entry, pinned=pinned), moment)


def move(
    document: Document, entry_id: str, step: int, category: str | None, moment: int
) -> Document:
    """Return `document` with an entry `step` rows further, in a category or (None) in all.

    Raises:
        UsageError: the order is not the one by hand.
        MatchError: there is no such entry (any more).
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

    return _each(document, ranks, ranked, moment)


def count_use(document: Document, entry_id: str, moment: int) -> Document:
    """Return `document` with one more copy of that entry's code; for `Vault.change_later`."""
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


# --- categories --------------------------------------------------------------------------


def make_category(document: Document, name: str) -> Document:
    """Return `document` with one more category, after the others.

    Raises:
        UsageError: the name is empty or too long, or there is a category of that name.
    """
    ranking = max((category.ranking for category in document.categories), default=-1) + 1
    new = _new_category(document.categories, name, ranking)
    return replace(document, categories=(*document.categories, new))


def rename_category(document: Document, identity: str, name: str, moment: int) -> Document:
    """Return `document` with another name for a category; its id follows from the name.

    Raises:
        UsageError: as `make_category`.
        MatchError: there is no such category (any more).
    """
    old = find_category(document, identity)
    if clean(name).strip() == old.name:
        return document
    others = tuple(one for one in document.categories if one.id != identity)
    new = _new_category(others, name, old.ranking)
    kept = {
        (kind, new.id if (kind, one) == ("categories", identity) else one): more
        for (kind, one), more in document.kept.items()
    }
    renamed = replace(
        document,
        categories=tuple(new if one.id == identity else one for one in document.categories),
        kept=kept,
    )
    return _rebound(
        renamed,
        lambda place: replace(place, category=new.id) if place.category == identity else place,
        moment,
    )


def delete_category(document: Document, identity: str, moment: int) -> Document:
    """Return `document` without a category; its entries stay.

    Raises:
        MatchError: there is no such category (any more).
    """
    find_category(document, identity)
    left = replace(
        document, categories=tuple(one for one in document.categories if one.id != identity)
    )
    return _rebound(left, lambda place: None if place.category == identity else place, moment)


def assign(
    document: Document, ids: Collection[str], wanted: Mapping[str, bool], moment: int
) -> Document:
    """Return `document` with these entries in the categories that `wanted` (by id) says.

    A category that it does not name stays as it is for each entry; one that is not in the
    vault (any more) gains none.
    """
    there = {category.id for category in document.categories}
    last = {identity: _last_place(document, identity) for identity in there.intersection(wanted)}

    def assigned(entry: Entry) -> Entry:
        places = [place for place in entry.categories if wanted.get(place.category, True)]
        present = {place.category for place in places}
        for identity, inside in wanted.items():
            if inside and identity in last and identity not in present:
                last[identity] += 1
                places.append(Binding(identity, last[identity]))
        return replace(entry, categories=tuple(places))

    return _each(document, ids, assigned, moment)


def find_category(document: Document, identity: str) -> Category:
    """Return the category with that id.

    Raises:
        MatchError: there is none.
    """
    for category in document.categories:
        if category.id == identity:
            return category
    raise MatchError("That category is not in the vault any more.")


# --- helpers -----------------------------------------------------------------------------


def _each(
    document: Document, ids: Collection[str], change: Callable[[Entry], Entry], moment: int
) -> Document:
    def done(entry: Entry) -> Entry:
        new = change(entry) if entry.id in ids else entry
        return entry if new == entry else _changed(new, moment)

    return replace(document, entries=tuple(done(entry) for entry in document.entries))


def _rebound(
    document: Document, change: Callable[[Binding], Binding | None], moment: int
) -> Document:
    def done(entry: Entry) -> Entry:
        places = tuple(new for place in entry.categories if (new := change(place)) is not None)
        if places == entry.categories:
            return entry
        return _changed(replace(entry, categories=places), moment)

    return document.holding(done(entry) for entry in document.everything)


def _lost(before: object, now: object, after: object) -> bool:
    """Whether somebody else made of `before` what is there now, and `after` would replace it."""
    return now not in (before, after)


def _changed(entry: Entry, moment: int) -> Entry:
    return replace(entry, revision=entry.revision + 1, updated=moment)


def _last_place(document: Document, identity: str) -> int:
    return max(
        (
            place.ranking
            for entry in document.entries
            for place in entry.categories
            if place.category == identity
        ),
        default=-1,
    )


def _new_category(others: Sequence[Category], name: str, ranking: int) -> Category:
    name = clean(name).strip()
    if not name:
        raise UsageError("A category needs a name.")
    if len(name) > NAME_LIMIT:
        raise UsageError(f"A category's name may have {NAME_LIMIT} characters.")
    if any(one.name == name for one in others):
        raise UsageError(f"There is a category “{safe(name, 40)}” already.")
    identity = category_id(name)
    while any(one.id == identity for one in others):
        identity = category_id(identity + name)
    return Category(identity, name, ranking)
