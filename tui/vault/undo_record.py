"""The record of a step in a document: how to get back, and a digest of the document after it. Pure.

It is JSON, in the preferences of the document: see `undo`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from tui.crypto.digest import sha256
from tui.otp.entry import Category, Entry, Icon
from tui.text import safe
from tui.vault.counters import highest_counters, with_counter
from tui.vault.document import Document, by_secret
from tui.vault.entry_json import dump, read_entry, write_entry
from tui.vault.history import joined, read_history
from tui.vault.order import KEY as ORDER
from tui.vault.trash import EXPIRED, deletion_moment, renewed

KEPT = frozenset({ORDER, EXPIRED})
"""Preferences that are not part of a step: they may change later, and undo keeps them."""
MAX_RECORD = 4 * 1024 * 1024
"""Maximum size of a record in characters of JSON; a larger step can't be undone."""

_Item = TypeVar("_Item", Entry, Category, Icon)


def record_of(
    earlier: Document, plain: Document, label: str, *, sets_counters: bool
) -> dict[str, Any] | None:
    """Return the record of a step from `earlier` to `plain`, both without one, without its digest.

    None if it would be too large. The other arguments are as in `undo.with_undo`.
    """
    record: dict[str, Any] = {
        "label": safe(label, 200),
        "entries": _way_back(earlier.everything, plain.everything, _entry_value),
        "categories": _way_back(earlier.categories, plain.categories, _category_value),
        "icons": _way_back(earlier.icons, plain.icons, _icon_value),
        "preferences": None
        if _undoable_preferences(plain.preferences) == _undoable_preferences(earlier.preferences)
        else _undoable_preferences(earlier.preferences),
    }
    if counters := _changed_counters(earlier, plain):
        record["counters"] = counters
        record["sets_counters"] = sets_counters
    if plain.history != earlier.history:
        # A merge adds files; without the merge, the document doesn't descend from them.
        now, then = set(plain.history), set(earlier.history)
        record["history"] = {"gone": sorted(now - then), "back": sorted(then - now)}
    if len(dump(record)) > MAX_RECORD:
        return None
    return record


def reverted(document: Document, record: Mapping[str, Any], moment: int) -> Document:
    """Return `document`, without a record, as it was before the step of `record`.

    The record must have been checked. `moment` is the current Unix time.
    """
    now = {entry.id: entry for entry in document.everything}
    latest = deletion_moment(document, moment)
    counters = highest_counters(document.everything)

    def entry(raw: Any) -> Entry:
        old = read_entry(raw)
        current = now.get(old.id)
        if current is None or not current.deleted:
            old = renewed(old, latest)
        if current is None:
            old = with_counter(old, counters)
        return _moved_on(old, current, moment, record)

    preferences = dict(document.preferences)
    if record["preferences"] is not None:
        kept = {key: value for key, value in preferences.items() if key in KEPT}
        preferences = {**record["preferences"], **kept}
    return replace(
        document,
        categories=_go_back(document.categories, record["categories"], _category),
        icons=_go_back(document.icons, record["icons"], _icon),
        preferences=preferences,
        history=_old_history(document.history, record.get("history")),
    ).holding(_go_back(document.everything, record["entries"], entry))


def raised(document: Document, record: Mapping[str, Any]) -> list[Entry]:
    """Return the entries whose counters the step of `record` raised, and `reverted` won't lower."""
    changed, old = record.get("counters", {}), _old_entries(record)
    return [
        entry
        for entry in document.everything
        if entry.id in changed
        and entry.id in old
        and _old_counter(old[entry.id], entry, record) > old[entry.id].counter
    ]


def digest_of(document: Document, record: Mapping[str, Any]) -> str:
    """Return a digest of the document and of its undo record.

    Codes may be used after a step, so copy counts are left out, and so are counters, except those
    that undoing the step would lose.
    """
    old = {name: by_secret(entry) for name, entry in _old_entries(record).items()}
    lost = {
        entry.id
        for entry in document.everything
        if entry.id in old and old[entry.id] != by_secret(entry)
    }
    lost.update(record["entries"]["gone"])
    texts = (*_entry_texts(document.everything, lost), *_other_texts(document))
    return sha256("".join([dump(record), *[f"{text}\n" for text in texts]]).encode()).hex()


def _old_history(history: tuple[str, ...], way: Any) -> tuple[str, ...]:
    if not isinstance(way, dict):
        return history
    gone = way.get("gone", ())
    return joined((one for one in history if one not in gone), read_history(way.get("back")))


def _undoable_preferences(preferences: Mapping[str, Any]) -> dict[str, Any]:
    """Return the preferences that a step may change."""
    return {key: value for key, value in preferences.items() if key not in KEPT}


def _way_back(
    before: tuple[_Item, ...], after: tuple[_Item, ...], value: Callable[[_Item], Any]
) -> dict[str, Any]:
    """Return how to get from `after` to `before`: ids to remove, items to insert and where."""
    olds = {item.id: item for item in before}
    news = {item.id: item for item in after}
    gone = [item.id for item in after if item.id not in olds]
    back = [[place, value(item)] for place, item in enumerate(before) if news.get(item.id) != item]
    staying = [item.id for item in after if olds.get(item.id) == item]
    order = [item.id for item in before if news.get(item.id) == item]
    return {"gone": gone, "back": back, "order": None if staying == order else order}


def _go_back(
    now: tuple[_Item, ...], way: Mapping[str, Any], item: Callable[[Any], _Item]
) -> tuple[_Item, ...]:
    back: list[tuple[int, _Item]] = [(place, item(raw)) for place, raw in way["back"]]
    gone = {*way["gone"], *(one.id for _, one in back)}
    items = [one for one in now if one.id not in gone]
    if way["order"] is not None:
        places = {identity: place for place, identity in enumerate(way["order"])}
        items.sort(key=lambda one: places[one.id])
    for place, one in back:
        items.insert(place, one)
    return tuple(items)


def _moved_on(old: Entry, now: Entry | None, moment: int, record: Mapping[str, Any]) -> Entry:
    """Return the old entry as a new revision, with the counts of `now` if it is there."""
    if now is None:
        return replace(old, revision=old.revision + 1, updated=max(moment, old.updated))
    counts = [count for count in (old.copy_count, now.copy_count) if count is not None]
    return replace(
        old,
        counter=_old_counter(old, now, record),
        copy_count=max(counts, default=None),
        used=max(old.used, now.used),
        revision=max(old.revision, now.revision) + 1,
        updated=max(moment, old.updated),
    )


def _old_counter(old: Entry, now: Entry, record: Mapping[str, Any]) -> int:
    """Return the counter after undoing the step: the old one, unless codes may have been used."""
    unused = now.counter == record.get("counters", {}).get(now.id)
    if by_secret(old) != by_secret(now) or (unused and record.get("sets_counters") is True):
        return old.counter
    return max(old.counter, now.counter)


def _changed_counters(before: Document, after: Document) -> dict[str, int]:
    """Return the new counters, by id, of the entries that have the same secret as before."""
    olds = {entry.id: entry for entry in before.everything}
    return {
        entry.id: entry.counter
        for entry in after.everything
        if (old := olds.get(entry.id)) is not None
        and entry.counter != old.counter
        and by_secret(entry) == by_secret(old)
    }


def _old_entries(record: Mapping[str, Any]) -> dict[str, Entry]:
    return {entry.id: entry for entry in (read_entry(raw) for _, raw in record["entries"]["back"])}


def _entry_texts(entries: Iterable[Entry], lost: set[str]) -> Iterable[str]:
    for entry in entries:
        counts = not entry.type.has_counter or entry.id in lost
        counter = entry.counter if counts else 0
        same = replace(entry, counter=counter, copy_count=None, used=0, revision=0, updated=0)
        yield write_entry(same)


def _other_texts(document: Document) -> Iterable[str]:
    yield dump([_category_value(one) for one in document.categories])
    yield dump([_icon_value(one) for one in document.icons])
    yield dump(sorted(_undoable_preferences(document.preferences).items()))
    yield dump([[one.kind, one.raw] for one in document.unreadable])
    yield dump(sorted(document.extra.items()))
    yield dump(sorted([*place, dict(kept)] for place, kept in document.kept.items()))


def _entry_value(entry: Entry) -> Any:
    return json.loads(write_entry(entry))


def _category_value(category: Category) -> Any:
    return [category.id, category.name, category.ranking]


def _icon_value(icon: Icon) -> Any:
    return [icon.id, icon.data]


def _category(raw: Any) -> Category:
    return Category(*raw)


def _icon(raw: Any) -> Icon:
    return Icon(*raw)
