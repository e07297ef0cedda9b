"""How long deleted entries stay, and that no wrong clock takes them away. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.otp.entry import Entry
    from tui.vault.document import Document

KEPT_DAYS = 30
"""Days that a deleted entry stays in the trash."""
EXPIRED = "over"
"""The preference that holds when entries were first found to be over, as a Unix second."""
_DAY = 86_400
_LONGEST = 60 * _DAY
"""Seconds from finding that entries are over to removing them; more looks like another jump."""


def discard(document: Document, ids: Collection[str]) -> Document:
    """Return `document` without these entries of the trash, for good."""
    return replace(document, trash=tuple(one for one in document.trash if one.id not in ids))


def expire(document: Document, moment: int) -> Document:
    """Return `document` without the entries that were in the trash for 30 days.

    They are noted when their time is first found to be over, and go when it still is a day
    later: a clock that jumped ahead was set right by then, or goes on jumping.
    """
    over = {one.id: one for one in document.trash if moment - one.deleted >= KEPT_DAYS * _DAY}
    found = document.preferences.get(EXPIRED)
    if not over:
        return _noting(document, None)
    if type(found) is not int or not 0 <= moment - found <= _LONGEST:
        return _noting(document, moment)
    if moment - found < _DAY:
        return document
    gone = {one for one, entry in over.items() if found - entry.deleted >= KEPT_DAYS * _DAY}
    return _noting(discard(document, gone), moment if gone != over.keys() else None)


def deletion_moment(document: Document, moment: int) -> int:
    """Return when an entry that is deleted at `moment` goes to the trash, at least 1.

    A clock that is behind what the vault has seen is wrong: at 1970 an entry would be over as
    soon as the clock is right.
    """
    seen = (max(one.updated, one.used, one.created, one.deleted) for one in document.everything)
    return max(1, moment, *seen)


def days_left(entry: Entry, moment: int) -> int:
    """Return how many days, begun ones included, an entry still stays in the trash."""
    days = -((moment - entry.deleted - KEPT_DAYS * _DAY) // _DAY)
    return min(max(0, days), KEPT_DAYS)


def _noting(document: Document, moment: int | None) -> Document:
    if document.preferences.get(EXPIRED) == moment:
        return document
    rest = {key: value for key, value in document.preferences.items() if key != EXPIRED}
    return replace(document, preferences=rest if moment is None else {**rest, EXPIRED: moment})
