"""Three-way merge of documents, entry by entry. Pure.

Spec: vault.md, "Saving", step 3. No entry is lost, whatever both sides changed.
"""

from __future__ import annotations

import contextlib
import hashlib
import uuid
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from tui.errors import EntryError
from tui.otp.entry import Binding, Category, Entry, Icon, OtpType, check
from tui.vault.counters import with_highest_counters
from tui.vault.document import Document, Unreadable
from tui.vault.entry_json import dump, write_entry
from tui.vault.history import joined

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
_GONE: Any = object()

_FIELDS = tuple(one.name for one in fields(Entry) if one.name not in {"id", "categories", "extra"})
_HIGHER = frozenset({"counter", "copy_count", "used", "updated", "revision"})
"""If both sides changed these fields, the higher value wins."""
_OURS = frozenset({"ranking", "created", "pinned"})
"""If both sides changed these fields, ours wins: they are not worth a second entry."""
USE = _HIGHER | _OURS | {"deleted"}
"""Fields that change when an entry is used, not edited."""


def merge(base: Document, ours: Document, theirs: Document) -> Document:
    """Return `base` with the changes of both sides.

    Changes to different entries, or to different fields of one entry, are all applied. If one side
    deleted an entry and the other edited it, it is restored with the edits; if the other only used
    it, it stays in the trash. If one side deleted it permanently and the other changed it at all,
    it is kept. If both changed the same field, both entries are kept, the one changed earlier with
    a new id; for counters and copy counts, however, the higher value wins, and for rankings and
    pins, ours. If both added the same entry, it is one, with our id. Our order stays, and new items
    of theirs keep their predecessors.
    """
    sides = base, ours, theirs
    everything = _with_our_ids(base.everything, ours.everything, theirs.everything)
    entries = _merge_entries(base.everything, ours.everything, everything)
    categories = _merge_items(sides, lambda one: one.categories, _categories_of, _merge_category)
    icons = _merge_items(sides, lambda one: one.icons, _icons_of, _ours)
    merged = Document(
        categories=categories,
        icons=icons,
        preferences=_merge_maps(base.preferences, ours.preferences, theirs.preferences),
        unreadable=_merge_unreadable(base.unreadable, ours.unreadable, theirs.unreadable),
        extra=_merge_maps(base.extra, ours.extra, theirs.extra),
        kept=_merge_maps(base.kept, ours.kept, theirs.kept),
        recovery={**theirs.recovery, **ours.recovery},
        history=joined(ours.history, theirs.history),
    ).holding(entries)
    # Versions of one entry share a secret, so none may repeat a code of another.
    return with_highest_counters(merged, merged)


def rejoin(base: Document, ours: Document, theirs: Document) -> Document:
    """Return the merge with `theirs` if it is not a later version of `base`.

    It is an older file that was restored, or comes from a machine that didn't have `base`. So items
    it lacks were not deleted, entries with an older revision were not edited, and no counter is
    lowered.
    """
    known = {entry.id: entry for entry in base.everything}
    ancestors = [
        entry if _age(entry) <= _age(known[entry.id]) else known[entry.id]
        for entry in theirs.everything
        if entry.id in known
    ]
    common = replace(
        base,
        categories=_shared(base.categories, theirs.categories),
        icons=_shared(base.icons, theirs.icons),
        unreadable=tuple(one for one in base.unreadable if one in theirs.unreadable),
        preferences=_shared_keys(base.preferences, theirs.preferences),
        extra=_shared_keys(base.extra, theirs.extra),
        kept=_shared_keys(base.kept, theirs.kept),
    ).holding(ancestors)
    return with_highest_counters(merge(common, ours, theirs), ours)


def _with_our_ids(
    base: tuple[Entry, ...], ours: tuple[Entry, ...], theirs: tuple[Entry, ...]
) -> tuple[Entry, ...]:
    """Return their entries, those that we added, too, with our ids."""
    known = {entry.id for entry in (*base, *ours)}
    new = [entry for entry in theirs if entry.id not in known]
    if not new:
        return theirs
    known = {entry.id for entry in (*base, *theirs)}
    added = {_contents(entry): entry.id for entry in ours if entry.id not in known}
    same: dict[str, str] = {}
    for entry in new:
        if (our := added.pop(_contents(entry), None)) is not None:
            same[entry.id] = our
    return tuple(replace(entry, id=same.get(entry.id, entry.id)) for entry in theirs)


def _contents(entry: Entry) -> str:
    """Return what an entry is, whatever its id and categories, and however it was used."""
    unused = replace(_unused(entry), id="", categories=(), created=0)
    return write_entry(unused)


def _unused(entry: Entry) -> Entry:
    """Return an entry without what changes when it is used, sorted or pinned."""
    unused = replace(entry, counter=0, copy_count=None, used=0, ranking=0)
    return replace(unused, updated=0, revision=0, deleted=0, pinned=False)


def _merge_entries(
    base: tuple[Entry, ...], ours: tuple[Entry, ...], theirs: tuple[Entry, ...]
) -> tuple[Entry, ...]:
    olds, mine, others = by_id(base), by_id(ours), by_id(theirs)
    merged: dict[str, Entry] = {}
    dropped: dict[str, Entry] = {}
    contested: list[str] = []
    for identity in _order(olds, mine, others):
        old, our, their = olds.get(identity), mine.get(identity), others.get(identity)
        if our is None or their is None:
            left = our or their
            if left is not None and left != old:
                merged.setdefault(identity, left)
            elif left is not None:
                dropped[identity] = left
        elif their == our:
            merged[identity] = our
        else:
            contested.append(identity)
            if our == old:
                merged[identity] = their
            elif their == old:
                merged[identity] = our
            else:
                merged[identity], *second = _merge_entry(old, our, their)
                # One that is there was kept by an earlier merge.
                merged |= {e.id: e for e in second if e.id not in mine and e.id not in others}
    for identity in contested:
        for version in (mine[identity], others[identity]):
            # One side had it as the entry itself, so it lacked the double: that is no deletion.
            kept = dropped.pop(second_id(version), None)
            if kept is not None:
                merged[kept.id] = kept
    return _without_doubles(merged, contested)


def _without_doubles(merged: dict[str, Entry], contested: Iterable[str]) -> tuple[Entry, ...]:
    """Return the entries without versions that were kept beside the same version of the entry.

    Two machines that merged one conflict may have kept its versions under each other's id. A
    version that was edited since is another one.
    """
    for identity in contested:
        entry = merged.get(identity)
        if entry is None:  # it was such a double itself
            continue
        double = merged.get(second_id(entry))
        if double is not None and second_id(replace(double, id=identity)) == double.id:
            del merged[double.id]
            merged[identity] = replace(
                entry,
                counter=max(entry.counter, double.counter),
                deleted=min(entry.deleted, double.deleted),
                pinned=entry.pinned or double.pinned,
                copy_count=max(entry.copy_count or 0, double.copy_count or 0) or None,
                used=max(entry.used, double.used),
            )
    return tuple(merged.values())


def _merge_entry(old: Entry | None, our: Entry, their: Entry) -> tuple[Entry, ...]:
    changes: dict[str, Any] = {}
    before_extra: Mapping[str, Any] = old.extra if old is not None else {}
    conflict = False
    for name in _FIELDS:
        mine, other = getattr(our, name), getattr(their, name)
        before = getattr(old, name) if old is not None else _GONE
        if name == "deleted" or other in (mine, before) or (name in _OURS and mine != before):
            continue
        if mine == before:
            changes[name] = other
        elif name in _HIGHER:
            changes[name] = max(value for value in (mine, other) if value is not None)
        else:
            conflict = True
    changes["deleted"] = _deleted(old, our, their)
    if (our.type is OtpType.MOTP) != (their.type is OtpType.MOTP):
        # Mobile-OTP secrets are text, others are base32, so secret and type stay together.
        if our.secret == their.secret:
            changes["secret"] = (their if "type" in changes else our).secret
        elif ("type" in changes) != ("secret" in changes):
            conflict = True
    if our.secret != their.secret:
        # A counter belongs to its secret.
        changes["counter"] = (their if "secret" in changes else our).counter
    if not conflict and not _clash(before_extra, our.extra, their.extra):
        merged = replace(
            our,
            **changes,
            categories=_merge_bindings(old, our, their),
            extra=_merge_maps(before_extra, our.extra, their.extra),
        )
        # Each side was valid, but their combination may not be.
        with contextlib.suppress(EntryError):
            return (check(merged),)
    first, second = sorted((our, their), key=_by_change, reverse=True)
    return first, replace(second, id=second_id(second))


def _by_change(entry: Entry) -> tuple[int, int, str]:
    """Return what sorts versions of an entry, on all machines alike, the one changed last last."""
    return entry.updated, entry.revision, second_id(entry)


def second_id(entry: Entry) -> str:
    """Return the new id of an entry that is kept beside another version of itself.

    It follows from the contents, so that merging the same file again, here or on another machine,
    doesn't add it twice.
    """
    digest = hashlib.sha256(write_entry(_unused(entry)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _deleted(old: Entry | None, our: Entry, their: Entry) -> int:
    """Return the time of the deletion; 0 if the other side edited or restored the entry."""
    if our.deleted and their.deleted:
        return max(our.deleted, their.deleted)
    deleted, left = (our, their) if our.deleted else (their, our)
    if old is None or old.deleted or _edited(old, left):
        return 0
    return deleted.deleted


def _edited(old: Entry, entry: Entry) -> bool:
    """Return True if `entry` was edited, not only used, sorted or moved between categories.

    Renaming or deleting a category changes all its entries, too.
    """
    names = (*(name for name in _FIELDS if name not in USE), "extra")
    return any(getattr(old, name) != getattr(entry, name) for name in names)


def _merge_bindings(old: Entry | None, our: Entry, their: Entry) -> tuple[Binding, ...]:
    before = {place.category: place for place in old.categories} if old is not None else {}
    mine = {place.category: place for place in our.categories}
    others = {place.category: place for place in their.categories}
    return tuple(
        place
        for category in _order(before, mine, others)
        if (place := _merge_one(before, mine, others, category)) is not _GONE
    )


def _merge_items(
    sides: tuple[Document, Document, Document],
    items: Callable[[Document], tuple[Any, ...]],
    used: Callable[[Document], set[tuple[str, str]]],
    both: Callable[[Any, Any, Any], Any],
) -> tuple[Any, ...]:
    base, ours, theirs = sides
    olds, mine, others = by_id(items(base)), by_id(items(ours)), by_id(items(theirs))
    used_before = used(base)
    merged = []
    for identity in _order(olds, mine, others):
        old, our, their = olds.get(identity), mine.get(identity), others.get(identity)
        if our is not None and their is not None:
            merged.append(both(old, our, their))
            continue
        left, side = (our, ours) if our is not None else (their, theirs)
        # One side deleted it; it is kept if the other changed it or used it in more entries.
        if left is not None and (
            left != old or any(one == identity for one, _ in used(side) - used_before)
        ):
            merged.append(left)
    return tuple(merged)


def _merge_category(old: Category | None, our: Category, their: Category) -> Category:
    if old is None:
        return our
    return replace(
        our,
        name=our.name if our.name != old.name else their.name,
        ranking=our.ranking if our.ranking != old.ranking else their.ranking,
    )


def _ours(old: Icon | None, our: Icon, their: Icon) -> Icon:
    return their if our == old else our


def _categories_of(document: Document) -> set[tuple[str, str]]:
    """Return all uses of categories: the ids of category and entry."""
    return {(one.category, entry.id) for entry in document.everything for one in entry.categories}


def _icons_of(document: Document) -> set[tuple[str, str]]:
    return {(entry.icon.removeprefix("@"), entry.id) for entry in document.everything if entry.icon}


def _merge_unreadable(
    base: tuple[Unreadable, ...], ours: tuple[Unreadable, ...], theirs: tuple[Unreadable, ...]
) -> tuple[Unreadable, ...]:
    olds, mine, others = by_bytes(base), by_bytes(ours), by_bytes(theirs)
    return tuple(
        found
        for key in _order(olds, mine, others)
        if (found := _merge_one(olds, mine, others, key)) is not _GONE
    )


def _merge_maps(
    base: Mapping[_Key, _Value], ours: Mapping[_Key, _Value], theirs: Mapping[_Key, _Value]
) -> dict[_Key, _Value]:
    merged = {key: _merge_one(base, ours, theirs, key) for key in _order(base, ours, theirs)}
    return {key: value for key, value in merged.items() if value is not _GONE}


def _merge_one(
    base: Mapping[_Key, _Value],
    ours: Mapping[_Key, _Value],
    theirs: Mapping[_Key, _Value],
    key: _Key,
) -> Any:
    """Return the merged value of one key, or _GONE. Of two changes, ours wins unless it deletes."""
    old, our, their = base.get(key, _GONE), ours.get(key, _GONE), theirs.get(key, _GONE)
    return their if our == old or (our is _GONE and their != old) else our


def _clash(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> bool:
    return any(
        ours[key] != theirs[key] and base.get(key, _GONE) not in (ours[key], theirs[key])
        for key in ours.keys() & theirs.keys()
    )


def _order(base: Iterable[_Key], ours: Iterable[_Key], theirs: Iterable[_Key]) -> list[_Key]:
    """Return all keys, in our order, or in theirs if ours is the same as in `base`.

    A key that only the other side has keeps its predecessor.
    """
    first, second = list(ours), list(theirs)
    if first == list(base):
        first, second = second, first
    placed = set(first)
    following: dict[_Key | None, list[_Key]] = {}
    before: _Key | None = None
    for key in second:
        if key in placed:
            before = key
        else:
            following.setdefault(before, []).append(key)
    ordered = following.get(None, [])
    for key in first:
        ordered.append(key)
        ordered.extend(following.get(key, ()))
    return ordered


def _age(entry: Entry) -> tuple[int, int]:
    return entry.revision, entry.updated


def _shared(base: tuple[Any, ...], theirs: tuple[Any, ...]) -> tuple[Any, ...]:
    there = by_id(theirs)
    return tuple(one for one in base if one.id in there)


def _shared_keys(base: Mapping[_Key, _Value], theirs: Mapping[_Key, _Value]) -> dict[_Key, _Value]:
    return {key: value for key, value in base.items() if key in theirs}


def by_id(items: Iterable[Any]) -> dict[str, Any]:
    """Return items with an `id` by it."""
    return {item.id: item for item in items}


def by_bytes(items: Iterable[Unreadable]) -> dict[tuple[str, str, int], Unreadable]:
    """Return unreadable items by their contents and a number that tells equal ones apart."""
    seen: dict[tuple[str, str], int] = {}
    found: dict[tuple[str, str, int], Unreadable] = {}
    for item in items:
        same = (item.kind, dump(item.raw))
        seen[same] = seen.get(same, 0) + 1
        found[(*same, seen[same])] = item
    return found
