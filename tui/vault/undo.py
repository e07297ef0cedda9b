"""Taking the last step back: what that needs stands in the document itself, encrypted with it.

A step that can be taken back leaves in the preferences how to, and a mark of the document as
it was after it. Any other change makes the mark wrong, whoever makes it. Pure.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from tui.errors import EntryError, NothingToUndoError
from tui.otp.entry import Category, Entry, Icon, OtpType
from tui.text import safe
from tui.vault.document import Document, by_secret
from tui.vault.entry_json import dump, read_entry, write_entry
from tui.vault.order import KEY as ORDER
from tui.vault.trash import OVER

KEY = "undo"
"""The preference that holds what it takes."""
QUIET = frozenset({ORDER, OVER})
"""Preferences that may change after a step without making its undo void."""
MOST = 4 * 1024 * 1024
"""A step that takes more characters of JSON than this to undo cannot be undone."""

_Item = TypeVar("_Item", Entry, Category, Icon)


def with_undo(before: Document, after: Document, label: str) -> Document:
    """Return `after` with what it takes to get back to `before`.

    `label` names the step as the end of a sentence, as in `import of phone.authpro, 7 entries`.
    Where a step cannot be taken back (it changed what this version does not know, or too
    much), nothing is kept, nor is what undid an earlier step.
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
        if _telling(plain.preferences) == _telling(earlier.preferences)
        else _telling(earlier.preferences),
    }
    if len(dump(record)) > MOST:
        return plain
    record["mark"] = _mark(plain, record)
    return replace(plain, preferences={**plain.preferences, KEY: record})


def can_undo(document: Document) -> str | None:
    """Return the label of the step that `undo` would take back; None where there is none."""
    record = document.preferences.get(KEY)
    if not isinstance(record, dict) or not isinstance(record.get("label"), str):
        return None
    rest = {key: value for key, value in record.items() if key != "mark"}
    try:
        if record.get("mark") != _mark(without_undo(document), rest):
            return None
    except (AttributeError, EntryError, LookupError, TypeError, ValueError):
        # Another version wrote it, in a way that this one does not know.
        return None
    return safe(record["label"], 200)


def undo(document: Document, moment: int) -> Document:
    """Return `document` as it was before its last step; `moment` is the Unix second of now.

    Counters and copy counts that moved since stay where they are: no code is given twice.

    Raises:
        NothingToUndoError: there is nothing to undo, or something else was changed since.
    """
    if can_undo(document) is None:
        raise NothingToUndoError(
            "There is nothing to undo.", "Only the last change can be taken back."
        )
    record = document.preferences[KEY]
    now = {entry.id: entry for entry in document.everything}

    def entry(raw: Any) -> Entry:
        former = read_entry(raw)
        return _further(former, now.get(former.id), moment)

    preferences = dict(without_undo(document).preferences)
    if record["preferences"] is not None:
        quiet = {key: value for key, value in preferences.items() if key in QUIET}
        preferences = {**record["preferences"], **quiet}
    return replace(
        document,
        categories=_go_back(document.categories, record["categories"], _category),
        icons=_go_back(document.icons, record["icons"], _icon),
        preferences=preferences,
    ).holding(_go_back(document.everything, record["entries"], entry))


def without_undo(document: Document) -> Document:
    """Return `document` without what undoes its last step."""
    if KEY not in document.preferences:
        return document
    rest = {key: value for key, value in document.preferences.items() if key != KEY}
    return replace(document, preferences=rest)


def settled(before: Document, after: Document) -> Document:
    """Return `after`, the next document, without an undo of `before` that it made void."""
    record = after.preferences.get(KEY)
    if record is None or record != before.preferences.get(KEY) or can_undo(after) is not None:
        return after
    return without_undo(after)


def _telling(preferences: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in preferences.items() if key not in QUIET}


def _way_back(
    before: tuple[_Item, ...], after: tuple[_Item, ...], value: Callable[[_Item], Any]
) -> dict[str, Any]:
    """Return what makes `before` of `after`: ids that go, items that come, each with its place."""
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


def _further(former: Entry, now: Entry | None, moment: int) -> Entry:
    """Return the former entry with what moved on since, as a new change of it."""
    if now is None:
        return former
    counter = former.counter
    if by_secret(former) == by_secret(now):
        counter = max(counter, now.counter)
    counts = [count for count in (former.copy_count, now.copy_count) if count is not None]
    return replace(
        former,
        counter=counter,
        copy_count=max(counts, default=None),
        used=max(former.used, now.used),
        revision=max(former.revision, now.revision) + 1,
        updated=max(moment, former.updated),
    )


def _mark(document: Document, record: Mapping[str, Any]) -> str:
    """Return a digest of the document and of the way back from it.

    Codes may be taken and copied after a step: counters of entries that stay what they are
    when the step is undone do not count, nor do copy counts. A counter that would be lost
    does.
    """
    former = {}
    for _, raw in record["entries"]["back"]:
        entry = read_entry(raw)
        former[entry.id] = by_secret(entry)
    lost = {
        entry.id
        for entry in document.everything
        if entry.id in former and former[entry.id] != by_secret(entry)
    }
    lost.update(record["entries"]["gone"])
    digest = hashlib.sha256(dump(record).encode())
    for part in (*_entry_texts(document.everything, lost), *_other_texts(document)):
        digest.update(part.encode() + b"\n")
    return digest.hexdigest()


def _entry_texts(entries: Iterable[Entry], lost: set[str]) -> Iterable[str]:
    for entry in entries:
        counts = entry.type is not OtpType.HOTP or entry.id in lost
        counter = entry.counter if counts else 0
        same = replace(entry, counter=counter, copy_count=None, used=0, revision=0, updated=0)
        yield write_entry(same)


def _other_texts(document: Document) -> Iterable[str]:
    yield dump([_category_value(one) for one in document.categories])
    yield dump([_icon_value(one) for one in document.icons])
    yield dump(sorted(_telling(document.preferences).items()))
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
