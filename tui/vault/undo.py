"""Undo and redo of the last step, from a record in the document, encrypted with the rest.

A step that can be undone leaves a record in the preferences: how to get back, and a digest of the
document after the step. Any other change, by any program, invalidates the digest and the record
with it. Undoing is itself such a step: undoing it redoes the first one. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from tui.crypto.digest import sha256
from tui.errors import EntryError, NothingToUndoError
from tui.otp.entry import Category, Entry, Icon, label_of
from tui.text import safe
from tui.vault.counters import highest_counters, with_counter
from tui.vault.document import Document, by_secret
from tui.vault.entry_json import dump, read_entry, write_entry
from tui.vault.history import joined, read_history
from tui.vault.order import KEY as ORDER
from tui.vault.trash import EXPIRED, deletion_moment, renewed

KEY = "undo"
"""The preference that stores the record."""
KEPT = frozenset({ORDER, EXPIRED})
"""Preferences that are not part of a step: they may change later, and undo keeps them."""
MAX_RECORD = 4 * 1024 * 1024
"""Maximum size of a record in characters of JSON; a larger step can't be undone."""

_UNDO_OF = "undoing of the "
"""How the label of an undo starts in the file."""
_Item = TypeVar("_Item", Entry, Category, Icon)


@dataclass(frozen=True, slots=True)
class Step:
    """The last step of a document, which `undo` undoes."""

    label: str
    """What it did, as the end of a sentence, safe to show: `deletion of GitHub (octocat)`."""
    is_undo: bool = False
    """True if it undid the step with that label, so that undoing it is a redo."""


# --- steps that can be undone ----------------------------------------------------------------


def undoable(
    change: Callable[[Document], Document], label: str, *, sets_counters: bool = False
) -> Callable[[Document], Document]:
    """Return `change` as a step that can be undone; `label` is as in `Step`.

    With `sets_counters`, the user entered the counters that it changes, and undo restores them.
    """

    def step(document: Document) -> Document:
        after = change(document)
        if after == document:
            return document
        return with_undo(document, after, label, sets_counters=sets_counters)

    return step


def undoable_as_one(
    change: Callable[[Document], Document], label: str, moment: int
) -> Callable[[Document], Document]:
    """Return `change` as a step that is undone together with its repetitions right before it."""

    def step(document: Document) -> Document:
        after = change(document)
        if after == document:
            return document
        repeated = last_step(document) == Step(label)
        return with_undo(_reverted(document, moment) if repeated else document, after, label)

    return step


def step_label(what: str, entries: Collection[Entry]) -> str:
    """Return the label of a step: `deletion of GitHub (octocat)`, or `deletion of 3 entries`."""
    return f"{what} of {label_of(entries)}"


def with_undo(
    before: Document, after: Document, label: str, *, sets_counters: bool = False
) -> Document:
    """Return `after` with the record of how to get back to `before`; arguments as `undoable`.

    A step that changes unknown parts, or too much, leaves no record and removes the previous one.
    """
    plain = without_undo(after)
    earlier = without_undo(before)
    if plain == earlier:
        return plain
    same = (before.unreadable, before.extra, before.kept)
    if same != (after.unreadable, after.extra, after.kept):
        return plain
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
        return plain
    record["mark"] = _digest(plain, record)
    return replace(plain, preferences={**plain.preferences, KEY: record})


# --- undoing ---------------------------------------------------------------------------------


def last_step(document: Document) -> Step | None:
    """Return the step that `undo` would undo; None if there is nothing to undo."""
    record = document.preferences.get(KEY)
    if not isinstance(record, dict) or not isinstance(record.get("label"), str):
        return None
    rest = {key: value for key, value in record.items() if key != "mark"}
    try:
        if record.get("mark") != _digest(without_undo(document), rest):
            return None
    except (AttributeError, EntryError, LookupError, TypeError, ValueError):
        # Another version wrote it, in a form that this one doesn't know.
        return None
    label = safe(record["label"], 200)
    return Step(label.removeprefix(_UNDO_OF), label.startswith(_UNDO_OF))


def undo(document: Document, moment: int, shown: Document | None = None) -> Document:
    """Return `document` as it was before its last step; a second call redoes the step.

    Copy counts keep later changes, and so do counters, so that no code is repeated: see
    `kept_counters`. `moment` is the current Unix time, `shown` the document that the user saw.

    Raises:
        NothingToUndoError: there is no step, or something else changed since, or the last step is
            not that of `shown`.
    """
    step = last_step(document)
    if shown is not None and mark_of(document) != mark_of(shown):
        what = "" if step is None else f"{_UNDO_OF if step.is_undo else ''}{step.label}"
        last = f"The last change is the {what}." if what else ""
        raise NothingToUndoError("Nothing was undone: another program changed the vault.", last)
    if step is None:
        raise NothingToUndoError("Nothing to undo.", "Only the last change can be undone.")
    label = step.label if step.is_undo else f"{_UNDO_OF}{step.label}"
    sets_counters = document.preferences[KEY].get("sets_counters") is True
    after = _reverted(document, moment)
    return with_undo(document, after, label, sets_counters=sets_counters)


def kept_counters(document: Document) -> str:
    """Return a sentence about counters that the last step raised and `undo` won't lower, or ""."""
    if last_step(document) is None:
        return ""
    record = document.preferences[KEY]
    changed, old = record.get("counters", {}), _old_entries(record)
    kept = [
        entry
        for entry in document.everything
        if entry.id in changed
        and entry.id in old
        and _old_counter(old[entry.id], entry, record) > old[entry.id].counter
    ]
    if not kept:
        return ""
    words = "counters" if len(kept) > 1 else "counter"
    stay = "stay" if len(kept) > 1 else "stays"
    return f"The {words} of {label_of(kept)} {stay}, so that no code is repeated."


def without_undo(document: Document) -> Document:
    """Return `document` without the record of its last step."""
    if KEY not in document.preferences:
        return document
    rest = {key: value for key, value in document.preferences.items() if key != KEY}
    return replace(document, preferences=rest)


def without_stale_undo(before: Document, after: Document) -> Document:
    """Return `after` without the record that it inherited from `before`, if that is now invalid."""
    record = after.preferences.get(KEY)
    if record is None or record != before.preferences.get(KEY) or last_step(after) is not None:
        return after
    return without_undo(after)


def mark_of(document: Document) -> object:
    """Return what tells the last step of a document from others; None if there is none."""
    record = document.preferences.get(KEY)
    return record.get("mark") if isinstance(record, dict) else None


# --- the record ------------------------------------------------------------------------------


def _reverted(document: Document, moment: int) -> Document:
    """Return `document` as it was before its last step; the record must have been checked."""
    record = document.preferences[KEY]
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

    preferences = dict(without_undo(document).preferences)
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


def _digest(document: Document, record: Mapping[str, Any]) -> str:
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
