"""Changes to categories: pure functions from a document to the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.errors import MatchError, UsageError
from tui.otp.entry import Binding, Category, Entry, category_id
from tui.text import NAME_LIMIT, clean, safe
from tui.vault.edit import add, each_changed, edit, last_place, revised

if TYPE_CHECKING:
    from tui.vault.document import Document


def create(document: Document, name: str) -> Document:
    """Return `document` with a new category after the others.

    Raises:
        UsageError: the name is empty, too long or taken.
    """
    ranking = max((category.ranking for category in document.categories), default=-1) + 1
    new = _new_category(document.categories, name, ranking)
    return replace(document, categories=(*document.categories, new))


def rename(document: Document, identity: str, name: str, moment: int) -> Document:
    """Return `document` with a category renamed, which also changes its id.

    Raises:
        UsageError: as `create`.
        MatchError: the category is no longer in the vault.
    """
    old = find(document, identity)
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


def delete(document: Document, identity: str, moment: int) -> Document:
    """Return `document` without a category; its entries stay.

    Raises:
        MatchError: the category is no longer in the vault.
    """
    find(document, identity)
    left = replace(
        document, categories=tuple(one for one in document.categories if one.id != identity)
    )
    return _rebound(left, lambda place: None if place.category == identity else place, moment)


def assign(
    document: Document, ids: Collection[str], wanted: Mapping[str, bool], moment: int
) -> Document:
    """Return `document` with entries added to or removed from categories.

    `wanted` maps category ids to True (add) or False (remove). Other categories stay, and ids of
    categories that the vault doesn't have are ignored.

    Raises:
        MatchError: all of the entries were deleted meanwhile.
    """
    document.require_living(ids)
    known = {category.id for category in document.categories}
    last = {identity: last_place(document, identity) for identity in known.intersection(wanted)}

    def assigned(entry: Entry) -> Entry:
        places = [place for place in entry.categories if wanted.get(place.category, True)]
        present = {place.category for place in places}
        for identity, inside in wanted.items():
            if inside and identity in last and identity not in present:
                last[identity] += 1
                places.append(Binding(identity, last[identity]))
        return replace(entry, categories=tuple(places))

    return each_changed(document, ids, assigned, moment)


def add_entry(
    document: Document,
    entry: Entry,
    wanted: Mapping[Category, bool],
    moment: int,
    *,
    again: bool = False,
) -> Document:
    """Return `document` with a new entry; `wanted` and `moment` are as in `edit_entry`.

    Raises:
        EntryError: the entry is invalid.
        UsageError: the name of a category is too long; or, unless `again`, there is an entry with
            the same secret.
    """
    if not again and (twin := document.twin_of(entry)) is not None:
        raise UsageError(f"{twin.label} already has this secret.", "Save again to add it anyway.")
    document, places = _with_missing(document, wanted)
    bindings = tuple(Binding(identity) for identity, inside in places.items() if inside)
    return add(document, [replace(entry, categories=bindings)], moment)


def edit_entry(
    document: Document,
    before: Entry,
    changes: Mapping[str, Any],
    wanted: Mapping[Category, bool],
    moment: int,
) -> Document:
    """Return `document` with `changes`, by field, applied to `before`, and its categories.

    `wanted` maps ids or names of categories to True (add) or False (remove); missing ones are
    created. `moment` is the current Unix time.

    Raises:
        MatchError: the entry is no longer in the vault.
        EntryError: the changed entry is invalid.
        UsageError: the name of a category is too long.
    """
    document, places = _with_missing(document, wanted)
    return assign(edit(document, before, changes, moment), {before.id}, places, moment)


def find(document: Document, identity: str) -> Category:
    """Return the category with that id.

    Raises:
        MatchError: the category is no longer in the vault.
    """
    for category in document.categories:
        if category.id == identity:
            return category
    raise MatchError("This category is no longer in the vault.")


def _rebound(
    document: Document, change: Callable[[Binding], Binding | None], moment: int
) -> Document:
    """Return `document` with `change` applied to each binding, removing it for None."""

    def rebound(entry: Entry) -> Entry:
        places = tuple(new for place in entry.categories if (new := change(place)) is not None)
        if places == entry.categories:
            return entry
        return revised(replace(entry, categories=places), moment)

    return document.holding(rebound(entry) for entry in document.everything)


def _new_category(others: Sequence[Category], name: str, ranking: int) -> Category:
    name = clean(name).strip()
    if not name:
        raise UsageError("A category needs a name.")
    if len(name) > NAME_LIMIT:
        raise UsageError(f"A category name can have at most {NAME_LIMIT} characters.")
    if any(one.name == name for one in others):
        raise UsageError(f"Category “{safe(name, 40)}” already exists.")
    identity = category_id(name)
    while any(one.id == identity for one in others):
        identity = category_id(identity + name)
    return Category(identity, name, ranking)


def _with_missing(
    document: Document, wanted: Mapping[Category, bool]
) -> tuple[Document, dict[str, bool]]:
    """Return `document` with the missing categories, and `wanted` by their ids."""
    places: dict[str, bool] = {}
    for category, inside in wanted.items():
        here = _same(document, category)
        if here is None and inside:
            document = create(document, category.name)
            here = _same(document, category)
        if here is not None:
            places[here.id] = inside
    return document, places


def _same(document: Document, wanted: Category) -> Category | None:
    """Return the category with that id, or else with that name."""
    for category in document.categories:
        if category.id == wanted.id:
            return category
    return next((one for one in document.categories if one.name == wanted.name), None)
