"""The trash: how long deleted entries stay, even if the clock is wrong for a while. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.otp.entry import Entry
    from tui.vault.document import Document

KEPT_DAYS = 30
"""Number of days that a deleted entry stays in the trash."""
EXPIRED = "over"
"""The preference that stores the Unix time when entries were first found to have expired."""
_DAY = 86_400
_MAX_NOTICE = 60 * _DAY
"""Maximum seconds from finding expired entries to removing them; more is another clock jump."""


def discard(document: Document, ids: Collection[str]) -> Document:
    """Return `document` with these entries permanently deleted from the trash.

    Raises:
        MatchError: none of them is in the trash any more.
    """
    document.require_in_trash(ids)
    return replace(document, trash=tuple(one for one in document.trash if one.id not in ids))


def expire(document: Document, moment: int) -> Document:
    """Return `document` without the entries that have been in the trash for 30 days.

    Expired entries are first only noted, and removed if they are still expired a day later: by
    then, a clock that jumped ahead has been corrected.
    """
    expired = {one.id: one for one in document.trash if moment - one.deleted >= KEPT_DAYS * _DAY}
    found = document.preferences.get(EXPIRED)
    if not expired:
        return _with_note(document, None)
    if type(found) is not int or not 0 <= moment - found <= _MAX_NOTICE:
        return _with_note(document, moment)
    if moment - found < _DAY:
        return document
    gone = {one for one, entry in expired.items() if found - entry.deleted >= KEPT_DAYS * _DAY}
    return _with_note(discard(document, gone), moment if gone != expired.keys() else None)


def deletion_moment(document: Document, moment: int) -> int:
    """Return the Unix time to store for a deletion at `moment`, at least 1.

    A clock that is behind the times in the vault is wrong: a deletion in 1970 would expire as soon
    as the clock is corrected.
    """
    seen = (max(one.updated, one.used, one.created, one.deleted) for one in document.everything)
    return max(1, moment, *seen)


def renewed(entry: Entry, moment: int) -> Entry:
    """Return an entry that returns to the trash, deleted at `moment` if it would expire at once."""
    expired = bool(entry.deleted) and moment - entry.deleted >= KEPT_DAYS * _DAY
    return replace(entry, deleted=moment) if expired else entry


def days_left(entry: Entry, moment: int) -> int:
    """Return the days that an entry has left in the trash, rounded up."""
    days = -((moment - entry.deleted - KEPT_DAYS * _DAY) // _DAY)
    return min(max(0, days), KEPT_DAYS)


def _with_note(document: Document, moment: int | None) -> Document:
    if document.preferences.get(EXPIRED) == moment:
        return document
    rest = {key: value for key, value in document.preferences.items() if key != EXPIRED}
    return replace(document, preferences=rest if moment is None else {**rest, EXPIRED: moment})
