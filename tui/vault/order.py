"""The order of the entries, stored in the vault and used by the app and the commands."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tui.errors import MatchError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tui.otp.entry import Entry
    from tui.vault.document import Document

KEY = "order"
"""The preference that stores the order."""


class Order(StrEnum):
    """The sort orders; pinned entries always come first."""

    HAND = "hand"
    BACKUP = "backup"
    ISSUER = "issuer"
    USE = "use"
    LAST = "last"


WORDS = {
    Order.HAND: "by hand",
    Order.BACKUP: "by date added, oldest first",
    Order.ISSUER: "by issuer",
    Order.USE: "by use, most used first",
    Order.LAST: "by last use, latest first",
}
"""Words for each order, to follow "sorted"."""


def order_of(document: Document) -> Order:
    """Return the stored order; by hand if there is none."""
    stored = document.preferences.get(KEY)
    return Order(stored) if stored in list(Order) else Order.HAND


def with_order(document: Document, order: Order) -> Document:
    """Return `document` with another order."""
    if order is order_of(document):
        return document
    return replace(document, preferences={**document.preferences, KEY: order.value})


def ordered(document: Document, category: str | None = None) -> list[Entry]:
    """Return the entries of a category (by id; None for all) in the order to show them.

    Sorted by hand, each category has its own ranking; ties are in the order of the file.
    """
    order = order_of(document)
    if category is None:
        entries = list(document.entries)
        if order is Order.HAND:
            entries.sort(key=lambda entry: entry.ranking)
    else:
        entries = _within(document.entries, category, by_hand=order is Order.HAND)
    if order in _KEYS:
        entries.sort(key=_KEYS[order])
    entries.sort(key=lambda entry: not entry.pinned)
    return entries


def moved(document: Document, entry_id: str, step: int, category: str | None) -> dict[str, int]:
    """Return new rankings, by entry id, that move an entry down by `step`.

    Empty if it is already at that end. Pinned entries stay among the pinned.

    Raises:
        UsageError: the entries are not sorted by hand.
        MatchError: the entry is no longer there.
    """
    if order_of(document) is not Order.HAND:
        raise UsageError("Entries can only be moved while they are sorted by hand.")
    rows = ordered(document, category)
    entry = document.find(entry_id)
    if entry not in rows:
        raise MatchError(f"{entry.label} is no longer in this category.")
    place = rows.index(entry)
    goal = place + step
    if not 0 <= goal < len(rows) or rows[goal].pinned != entry.pinned:
        return {}
    rows.insert(goal, rows.pop(place))
    return {one.id: ranking for ranking, one in enumerate(rows)}


def _within(entries: Sequence[Entry], category: str, *, by_hand: bool) -> list[Entry]:
    rows = sorted(entries, key=lambda entry: entry.ranking) if by_hand else entries
    found = []
    for entry in rows:
        ranking = next((one.ranking for one in entry.categories if one.category == category), None)
        if ranking is not None:
            found.append((ranking if by_hand else 0, entry))
    return [entry for _, entry in sorted(found, key=lambda pair: pair[0])]


def _names(entry: Entry) -> tuple[str, str]:
    return (entry.issuer or entry.account or "").casefold(), (entry.account or "").casefold()


_KEYS: dict[Order, Callable[[Entry], Any]] = {
    Order.ISSUER: _names,
    Order.USE: lambda entry: (-(entry.copy_count or 0), _names(entry)),
    Order.LAST: lambda entry: -entry.used,
}
