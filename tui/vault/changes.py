"""The differences between two versions of a document, as a preview shows them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING

from tui.otp.entry import Entry
from tui.text import plural
from tui.vault.merge import by_id, second_id
from tui.vault.order import KEY as ORDER

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.vault.document import Document


class ChangeKind(StrEnum):
    """What happened to an entry."""

    NEW = "new"
    EDITED = "edited"
    BOTH = "kept both"
    """Both sides changed the same field, so there are two entries now."""
    KEPT = "kept"
    """The other side deleted it, but it was changed here."""
    COUNTER = "counter"
    """Only the counter is higher."""
    DELETED = "deleted"
    """Moved to the trash."""
    RESTORED = "restored"
    REMOVED = "removed"
    """Deleted permanently."""
    OTHER = "other"
    """Not a change of an entry that people would notice, e.g. of the order."""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    kind: ChangeKind
    what: str
    """The entry's label, safe to show."""
    details: str = ""
    """The changed fields, or the old and the new counter; safe to show."""


_LABELS = {"pin": "PIN"}
_QUIET = frozenset(
    {"id", "ranking", "copy_count", "used", "created", "updated", "revision", "deleted", "extra"}
)
"""Fields that nobody compares."""
_FIELDS = tuple(one.name for one in fields(Entry) if one.name not in _QUIET)
_ORDER = (
    *(ChangeKind.NEW, ChangeKind.EDITED, ChangeKind.BOTH, ChangeKind.KEPT),
    *(ChangeKind.COUNTER, ChangeKind.DELETED, ChangeKind.RESTORED, ChangeKind.REMOVED),
)


def changes(
    before: Document, after: Document, theirs: Document, base: Document | None = None
) -> tuple[Change, ...]:
    """Return what merging `theirs` into `before` changed, in the order of the entries.

    `base` is their common ancestor, if it is known.
    """
    others = {entry.id: entry for entry in theirs.everything}
    ancestors = None if base is None else {entry.id: entry for entry in base.everything}
    olds = {entry.id: entry for entry in before.everything}
    seconds = {second_id(entry): entry for entry in theirs.everything}
    beside = _moved_beside(before, after)
    found: list[Change] = []
    for entry in after.everything:
        old = olds.pop(entry.id, None)
        if entry.id in beside:
            names = _different(beside[entry.id], entry)
            found.append(Change(ChangeKind.BOTH, entry.label, names))
        elif old is not None:
            if _is_kept(old, entry, others.get(entry.id), ancestors):
                found.append(Change(ChangeKind.KEPT, entry.label, "deleted there, changed here"))
            found.extend(_changed(old, entry))
        elif entry.id in seconds:
            ours = next((one for one in before.everything if one.id == seconds[entry.id].id), None)
            names = "" if ours is None else _different(ours, entry)
            found.append(Change(ChangeKind.BOTH, entry.label, names))
        elif entry not in beside.values():
            details = "in the trash" if entry.deleted else ""
            found.append(Change(ChangeKind.NEW, entry.label, details))
    found.extend(Change(ChangeKind.REMOVED, entry.label) for entry in olds.values())
    found.extend(_others(before, after))
    if not found and before != after:
        found.append(Change(ChangeKind.OTHER, "copy counts, dates and the order"))
    return tuple(found)


def summary(found: Iterable[Change]) -> str:
    """Return the counts of each kind: `2 new, 1 edited`."""
    kinds = [change.kind for change in found]
    parts = [f"{kinds.count(kind)} {kind.value}" for kind in _ORDER if kind in kinds]
    if others := kinds.count(ChangeKind.OTHER):
        parts.append(plural(others, "other change"))
    return ", ".join(parts)


def both_sentence(found: Iterable[Change]) -> str:
    """Return a sentence that names the entries of which both versions were kept; "" if none."""
    names = [change.what for change in found if change.kind is ChangeKind.BOTH]
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"Kept both: {', '.join(names[:3])}{more}. Compare the versions, then delete one."


def _moved_beside(before: Document, after: Document) -> dict[str, Entry]:
    """Return our versions of entries that a merge moved beside those of the other side, by the id
    that both had."""
    ids, now = by_id(before.everything), by_id(after.everything)
    return {
        old.id: now[second]
        for old in before.everything
        if old.id in now
        and now[old.id] != old
        and (second := second_id(old)) in now
        and second not in ids
    }


def _is_kept(
    old: Entry, new: Entry, their: Entry | None, ancestors: dict[str, Entry] | None
) -> bool:
    """Return True if the other side deleted the entry, and the merge didn't."""
    if old.deleted or new.deleted:
        return False
    if ancestors is None:
        return their is not None and bool(their.deleted)
    ancestor = ancestors.get(old.id)
    was_there = ancestor is not None and not ancestor.deleted
    return was_there and (their is None or bool(their.deleted))


def _changed(old: Entry, new: Entry) -> Iterable[Change]:
    if old == new:
        return
    if old.deleted and not new.deleted:
        yield Change(ChangeKind.RESTORED, new.label, _different(old, new))
    elif new.deleted and not old.deleted:
        yield Change(ChangeKind.DELETED, new.label)
    elif names := _different(old, new):
        if names == "counter":
            yield Change(ChangeKind.COUNTER, new.label, f"{old.counter} → {new.counter}")
        else:
            yield Change(ChangeKind.EDITED, new.label, names)


def _different(old: Entry, new: Entry) -> str:
    return ", ".join(
        _LABELS.get(name, name) for name in _FIELDS if getattr(old, name) != getattr(new, name)
    )


def _others(before: Document, after: Document) -> Iterable[Change]:
    for what, old, new in (
        ("categories", before.categories, after.categories),
        ("custom icons", before.icons, after.icons),
        ("entries that this version can't read", before.unreadable, after.unreadable),
        ("sort order", before.preferences.get(ORDER), after.preferences.get(ORDER)),
    ):
        if old != new:
            yield Change(ChangeKind.OTHER, what)
