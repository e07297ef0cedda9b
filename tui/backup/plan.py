"""Import plans: compares each entry of a backup with the vault. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui.backup.match import (
    Index,
    Key,
    by_everything,
    by_names,
    by_secret_and_names,
    differences,
)
from tui.backup.model import Backup
from tui.otp.entry import Entry, OtpType
from tui.text import listed
from tui.vault.document import by_secret

if TYPE_CHECKING:
    from tui.vault.document import Document


class MatchKind(StrEnum):
    """The relation of a backup's entry to the vault."""

    NEW = "new"
    IDENTICAL = "identical"
    CHANGED = "changed"
    """Same secret, different names or settings."""
    SAME_NAME = "namesake"
    """Same issuer and account, different secret."""
    REPEATED = "twice"
    """Identical to an earlier entry of the backup, or of a backup imported before it."""
    REFUSED = "refused"
    """Unreadable: one of the backup's problems."""


class ImportAction(StrEnum):
    """What to do with an entry of a backup."""

    SKIP = "skip"
    ADD = "keep"
    """Add it, and also keep the entry that it matches."""
    REPLACE = "replace"


DEFAULT_ACTIONS: Mapping[MatchKind, ImportAction] = MappingProxyType(
    {
        MatchKind.NEW: ImportAction.ADD,
        MatchKind.IDENTICAL: ImportAction.SKIP,
        MatchKind.CHANGED: ImportAction.SKIP,
        MatchKind.SAME_NAME: ImportAction.ADD,
        MatchKind.REPEATED: ImportAction.SKIP,
        MatchKind.REFUSED: ImportAction.SKIP,
    }
)
"""Add every secret that the vault doesn't have; change nothing else."""

SAME_SECRET = frozenset({MatchKind.IDENTICAL, MatchKind.CHANGED, MatchKind.REPEATED})
"""The kinds whose secret is already in the vault, or occurs earlier in the import."""

LABELS: Mapping[MatchKind, str] = MappingProxyType(
    {
        MatchKind.NEW: "new",
        MatchKind.IDENTICAL: "in the vault",
        MatchKind.CHANGED: "different",
        MatchKind.SAME_NAME: "same name",
        MatchKind.REPEATED: "repeated",
        MatchKind.REFUSED: "failed",
    }
)
"""The kinds as they are shown."""

_REASONS = {
    MatchKind.IDENTICAL: LABELS[MatchKind.IDENTICAL],
    MatchKind.SAME_NAME: "same name, different secret",
    MatchKind.REPEATED: "already in this file",
}


def actions_for(on_duplicate: ImportAction) -> Mapping[MatchKind, ImportAction]:
    """Return the actions if `on_duplicate` is chosen for all duplicates.

    An entry with the same name but a different secret is always added: replacing would lose the
    existing secret.
    """
    return MappingProxyType({**DEFAULT_ACTIONS, **dict.fromkeys(SAME_SECRET, on_duplicate)})


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """An entry of a backup, and its relation to the vault."""

    kind: MatchKind
    entry: Entry | None
    """The entry in the backup; None if it can't be read."""
    existing: Entry | None
    """The vault's entry that it would replace, if any."""
    what: str
    """Its name, safe to show."""
    reason: str = ""
    """The reason for the kind, safe to show; empty for new entries."""

    def as_repeated(self) -> PlannedEntry:
        """Return it as a repetition of an entry in an earlier file."""
        kind = MatchKind.REPEATED
        return replace(self, kind=kind, existing=None, reason="in an earlier file")


def plan(document: Document, backup: Backup) -> tuple[PlannedEntry, ...]:
    """Compare each entry of `backup` with `document`; return them in order, then the unreadable.

    An entry of the vault matches at most one entry of the file: an identical one, else one with its
    secret, else one with its names. An entry whose namesake is already matched replaces nothing.
    A trashed entry that is already in the vault's trash is identical. The file's own trashed
    entries are matched last, so that one never takes the place of a living twin.
    """
    places = sorted(enumerate(backup.entries), key=lambda each: bool(each[1].deleted))
    taken: set[str] = set()
    found: dict[int, tuple[MatchKind, Entry | None]] = {}

    def match(kind: MatchKind, key: Key) -> None:
        index = Index(document.entries, key)
        for place, entry in places:
            if place in found:
                continue
            existing = index.first(entry, taken)
            if existing is not None:
                found[place] = (kind, existing)
                taken.add(existing.id)

    in_trash = {by_everything(entry): entry for entry in document.trash}
    for place, entry in places:
        if entry.deleted and (existing := in_trash.get(by_everything(entry))):
            found[place] = (MatchKind.IDENTICAL, existing)
    match(MatchKind.IDENTICAL, by_everything)
    seen: set[object] = set()
    for place, entry in places:
        same = by_everything(entry)
        if same in seen and place not in found:
            found[place] = (MatchKind.REPEATED, None)
        seen.add(same)
    match(MatchKind.CHANGED, by_secret_and_names)
    match(MatchKind.CHANGED, by_secret)
    match(MatchKind.SAME_NAME, by_names)
    known = {by_names(entry) for entry in document.entries} - {None}
    for place, entry in places:
        if place not in found and by_names(entry) in known:
            found[place] = (MatchKind.SAME_NAME, None)
    planned = [
        _planned(entry, *found.get(place, (MatchKind.NEW, None)))
        for place, entry in enumerate(backup.entries)
    ]
    planned += (
        PlannedEntry(MatchKind.REFUSED, None, None, problem.what, problem.reason)
        for problem in backup.problems
        if problem.refused
    )
    return tuple(planned)


def _planned(entry: Entry, kind: MatchKind, existing: Entry | None) -> PlannedEntry:
    reason = _REASONS.get(kind, "")
    if existing is not None and kind is MatchKind.IDENTICAL and _ahead(entry, existing):
        kind = MatchKind.CHANGED
    if existing is not None and kind is MatchKind.CHANGED:
        fields = listed([each.field for each in differences(existing, entry)])
        reason = f"same secret, different {fields}"
    return PlannedEntry(kind, entry, existing, entry.label, reason)


def _ahead(entry: Entry, existing: Entry) -> bool:
    return entry.type is OtpType.HOTP and entry.counter > existing.counter
