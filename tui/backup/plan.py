"""Bringing a backup into the vault: what each entry of it is to the vault, and doing it.

Pure: a document and a backup in, a new document and a report out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui.backup.apply import Merge
from tui.backup.match import (
    Index,
    Key,
    by_everything,
    by_names,
    by_secret_and_names,
    differences,
)
from tui.backup.model import Backup, Problem
from tui.otp.entry import Entry, OtpType
from tui.text import plural, safe
from tui.vault.document import LEARNT, by_secret

if TYPE_CHECKING:
    from tui.vault.document import Document


class Kind(StrEnum):
    """What an entry of a backup is to the vault."""

    NEW = "new"
    IDENTICAL = "identical"
    CHANGED = "changed"
    NAMESAKE = "namesake"
    TWICE = "twice"
    REFUSED = "refused"


class Choice(StrEnum):
    """What to do with an entry of a backup."""

    SKIP = "skip"
    KEEP = "keep"
    REPLACE = "replace"


DEFAULT_CHOICES: Mapping[Kind, Choice] = MappingProxyType(
    {
        Kind.NEW: Choice.KEEP,
        Kind.IDENTICAL: Choice.SKIP,
        Kind.CHANGED: Choice.SKIP,
        Kind.NAMESAKE: Choice.KEEP,
        Kind.TWICE: Choice.SKIP,
        Kind.REFUSED: Choice.SKIP,
    }
)
"""Brings in every secret that the vault does not have, and changes nothing else."""


SAME_SECRET = (Kind.IDENTICAL, Kind.CHANGED, Kind.TWICE)
"""The kinds whose secret the vault, or the import, has already."""

_REASONS = {
    Kind.IDENTICAL: "already here",
    Kind.NAMESAKE: "same issuer and account, another secret",
    Kind.TWICE: "the same is in the file before it",
}


def choices_for(on_duplicate: Choice) -> Mapping[Kind, Choice]:
    """Return the choices of one switch for all that is here already.

    A namesake has a secret that the vault does not have: it is kept beside the other
    whatever the switch says, for replacing would lose a secret for good.
    """
    return MappingProxyType({**DEFAULT_CHOICES, **dict.fromkeys(SAME_SECRET, on_duplicate)})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the preview."""

    kind: Kind
    """What it is to the vault."""
    entry: Entry | None
    """As the backup has it; None where it was refused."""
    existing: Entry | None
    """The vault's entry that it would replace, if any."""
    what: str
    """What to call it, fit to show."""
    reason: str = ""
    """Why it is of that kind, fit to show; empty for new ones."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did."""

    added: int = 0
    """Entries that the vault did not have before, or has twice now."""
    replaced: int = 0
    """Entries of the vault that are now as the backup had them."""
    skipped: int = 0
    """Entries that changed nothing: `already_here`, and those that were not chosen."""
    refused: int = 0
    """Parts of the backup that could not be understood."""
    problems: tuple[Problem, ...] = ()
    """What did not come through as it stood in the backup."""
    already_here: int = 0
    """Of `skipped`, those that the vault or the import has already."""

    @property
    def sentence(self) -> str:
        """One line for the user: `7 entries imported, 2 already here, 1 refused`."""
        return self._told("imported")

    @property
    def forecast(self) -> str:
        """The same of an import that did not happen: `7 entries would be imported, …`."""
        return self._told("would be imported")

    def _told(self, happens: str) -> str:
        added = f"{plural(self.added, 'entry')} {happens}"
        others = (
            (self.replaced, "replaced"),
            (self.already_here, "already here"),
            (self.skipped - self.already_here, "not chosen"),
            (self.refused, "refused"),
        )
        return ", ".join([added, *(f"{count} {word}" for count, word in others if count)])


def label(names: Sequence[str], reports: Sequence[Report]) -> str:
    """Return what an import of these files is called once it can be undone: `import of
    phone.authpro, 7 entries`. `names` are paths or names of the files."""
    count = sum(report.added + report.replaced for report in reports)
    files = PurePath(names[0]).name if len(names) == 1 else f"{len(names)} files"
    return safe(f"import of {files}, {plural(count, 'entry')}", 200)


def plan(document: Document, backup: Backup) -> tuple[Row, ...]:
    """Return what each entry of `backup` is to `document`, in the file's order, then what was
    refused.

    An entry of the vault is the counterpart of at most one entry of the file: first of one
    that is identical, then of one with its secret, then of one with its names. One that has the
    names of an entry that is taken is a namesake as well, and has nothing to replace.
    """
    taken: set[str] = set()
    found: dict[int, tuple[Kind, Entry | None]] = {}

    def match(kind: Kind, key: Key) -> None:
        index = Index(document.entries, key)
        for place, entry in enumerate(backup.entries):
            if place in found:
                continue
            existing = index.first(entry, taken)
            if existing is not None:
                found[place] = (kind, existing)
                taken.add(existing.id)

    match(Kind.IDENTICAL, by_everything)
    seen: set[object] = set()
    for place, entry in enumerate(backup.entries):
        same = by_everything(entry)
        if same in seen and place not in found:
            found[place] = (Kind.TWICE, None)
        seen.add(same)
    match(Kind.CHANGED, by_secret_and_names)
    match(Kind.CHANGED, by_secret)
    match(Kind.NAMESAKE, by_names)
    known = {by_names(entry) for entry in document.entries} - {None}
    for place, entry in enumerate(backup.entries):
        if place not in found and by_names(entry) in known:
            found[place] = (Kind.NAMESAKE, None)
    rows = [
        _row(entry, *found.get(place, (Kind.NEW, None)))
        for place, entry in enumerate(backup.entries)
    ]
    rows += (
        Row(Kind.REFUSED, None, None, problem.what, problem.reason)
        for problem in backup.problems
        if problem.refused
    )
    return tuple(rows)


def _row(entry: Entry, kind: Kind, existing: Entry | None) -> Row:
    reason = _REASONS.get(kind, "")
    if existing is not None and kind is Kind.IDENTICAL and _ahead(entry, existing):
        kind = Kind.CHANGED
    if existing is not None and kind is Kind.CHANGED:
        fields = ", ".join(each.field for each in differences(existing, entry))
        reason = f"same secret, other {fields}"
    return Row(kind, entry, existing, entry.label, reason)


def _ahead(entry: Entry, existing: Entry) -> bool:
    return entry.type is OtpType.HOTP and entry.counter > existing.counter


def apply(
    document: Document,
    backup: Backup,
    rows: Sequence[Row],
    choices: Mapping[Kind, Choice],
    moment: int,
    *,
    ticked: Collection[int] | None = None,
) -> tuple[Document, Report]:
    """Return `document` with the entries that were chosen, and what was done.

    `rows` are those of `plan`, `ticked` the places in them that may come in (None: all),
    `moment` the Unix second that new and replaced entries bear. Replacing keeps what only the
    vault knows (id, place, pin, note, date of making) and never turns a counter back.
    """
    chosen = None if ticked is None else frozenset(ticked)
    merge = Merge(document, backup, moment)
    skipped = already_here = 0
    for place, row in enumerate(rows):
        if row.entry is None:
            continue
        wanted = chosen is None or place in chosen
        choice = choices.get(row.kind, DEFAULT_CHOICES[row.kind]) if wanted else Choice.SKIP
        if choice is Choice.KEEP:
            merge.add(row.entry)
        elif choice is Choice.REPLACE and row.kind is not Kind.TWICE:
            if not merge.put(row.entry, row.existing):
                skipped += 1
                already_here += 1
        else:
            skipped += 1
            already_here += wanted and row.kind in SAME_SECRET
    report = Report(
        added=merge.added,
        replaced=merge.replaced,
        skipped=skipped,
        refused=sum(row.kind is Kind.REFUSED for row in rows),
        problems=backup.problems,
        already_here=already_here,
    )
    after = merge.document()
    learnt = dict(after.learnt)
    for name, told in backup.learnt.items():
        learnt[name] = {**learnt.get(name, {}), **told}
    if learnt != after.learnt:
        after = replace(after, preferences={**after.preferences, LEARNT: learnt})
    return after, report
