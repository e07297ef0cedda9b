"""What is known of a missing common ancestor, from files before and after it. Pure.

An older common ancestor can't stand in for it: what both sides once changed, and one changed back
since, would look as if only the other had changed it, and be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from tui.otp.entry import Entry
from tui.vault.document import Document
from tui.vault.merge import by_bytes, by_id

_Key = TypeVar("_Key")
_GONE: Any = object()


def known_parts(earlier: Document, later: Document, theirs: Document) -> Document:
    """Return the parts of a missing common ancestor of `later` and `theirs` that are certain.

    `earlier` is from before it; `later` is from after it, on our side. What is the same in two of
    the three was so in the ancestor, as each change of an entry, even back, raises its revision.
    Anything else is left out, so a merge keeps both versions, and removes nothing.
    """
    sides = earlier, later, theirs

    def agreed(of: Callable[[Document], Mapping[Any, Any]]) -> dict[Any, Any]:
        return _agreed(*map(of, sides))

    entries = [by_id(side.everything) for side in sides]
    return Document(
        categories=tuple(agreed(lambda one: by_id(one.categories)).values()),
        icons=tuple(agreed(lambda one: by_id(one.icons)).values()),
        preferences=agreed(lambda one: one.preferences),
        unreadable=tuple(agreed(lambda one: by_bytes(one.unreadable)).values()),
        extra=agreed(lambda one: one.extra),
        kept=agreed(lambda one: one.kept),
    ).holding(_agreed(*entries, state=_state, either=_used_least).values())


def _agreed(
    earlier: Mapping[_Key, Any],
    later: Mapping[_Key, Any],
    theirs: Mapping[_Key, Any],
    *,
    state: Callable[[Any], Any] = lambda one: one,
    either: Callable[[Any, Any], Any] = lambda one, _other: one,
) -> dict[_Key, Any]:
    """Return the values of which two sides have the same state, by key."""
    found = {}
    for key in {**earlier, **later}:
        sides = [side.get(key, _GONE) for side in (earlier, later, theirs)]
        old, new, their = (_GONE if one is _GONE else state(one) for one in sides)
        if old is not _GONE and old in (new, their):
            found[key] = sides[0]
        elif new is not _GONE and new == their:
            found[key] = either(sides[1], sides[2])
    return found


def _state(entry: Entry) -> Entry:
    """Return an entry without what its use changes; a code raises both counter and revision."""
    return replace(
        entry,
        counter=0,
        revision=entry.revision - entry.counter,
        copy_count=None,
        used=0,
        updated=0,
    )


def _used_least(one: Entry, other: Entry) -> Entry:
    return min(one, other, key=lambda each: (each.counter, each.copy_count or 0, each.used))
