"""Merge of two versions of a document if no common ancestor is known. Pure.

The entries' own revisions and dates, and any older versions of them, say which side changed what.
An item that only one side has is kept: without the ancestor, nobody knows if the other side is new
or deleted it permanently.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

from tui.otp.entry import Entry
from tui.vault.counters import with_highest_counters
from tui.vault.document import Document
from tui.vault.merge import USE, merge

_CONTENT = tuple(
    one.name for one in fields(Entry) if one.name not in USE and one.name not in {"id", "pinned"}
)
"""Fields that only an edit changes."""
_BY_AGE = tuple(
    one.name
    for one in fields(Entry)
    if one.name not in {"id", "categories", "extra", "secret", "pin", "note", "deleted"}
)
"""Fields of which the newer value wins if both sides seem to have changed them. Of the others,
which nobody could reenter, both are kept."""


def merge_by_age(ours: Document, theirs: Document, older: Iterable[Document] = ()) -> Document:
    """Return the merge of both; `older` are earlier versions, of ours or of theirs.

    If one side's entry is newer, by revision and date, it replaces the other. If these disagree,
    both sides changed it, and different fields are merged; without an older version to compare
    with, both entries are kept. Counters are never lowered.
    """
    others = {entry.id: entry for entry in theirs.everything}
    versions: dict[str, list[Entry]] = {}
    for document in older:
        for entry in document.everything:
            versions.setdefault(entry.id, []).append(entry)
    ancestors = (
        _ancestor(entry, others[entry.id], versions.get(entry.id, ()))
        for entry in ours.everything
        if entry.id in others
    )
    common = Document().holding(entry for entry in ancestors if entry is not None)
    return with_highest_counters(merge(common, ours, theirs), ours, theirs)


def _ancestor(our: Entry, their: Entry, versions: Sequence[Entry]) -> Entry | None:
    """Return what both entries probably come from; None if both were edited from something else."""
    ours_newer, theirs_newer = _newer(our, their), _newer(their, our)
    if _same_content(our, their):
        return their if ours_newer else our if theirs_newer else _shared(our, their)
    fitting = [one for one in versions if _precedes(one, our) and _precedes(one, their)]
    if not fitting:
        return their if ours_newer else our if theirs_newer else None
    best = max(fitting, key=lambda one: (one.revision, one.updated))
    if not (ours_newer or theirs_newer):
        return best
    settled: dict[str, Any] = {}
    for name in _BY_AGE:
        mine, other = getattr(our, name), getattr(their, name)
        if getattr(best, name) not in (mine, other):
            settled[name] = other if ours_newer else mine
    return replace(best, **settled)


def _shared(our: Entry, their: Entry) -> Entry:
    """Return what a deletion on one side and a use on the other come from."""
    common = {place.category for place in their.categories}
    return replace(
        their if our.deleted else our,
        categories=tuple(place for place in our.categories if place.category in common),
    )


def _newer(one: Entry, other: Entry) -> bool:
    return one.revision > other.revision and one.updated >= other.updated


def _precedes(one: Entry, other: Entry) -> bool:
    """Return True if `other` can be a later version of `one`."""
    return _newer(other, one) or (one.revision == other.revision and _same_content(one, other))


def _same_content(one: Entry, other: Entry) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in _CONTENT)
