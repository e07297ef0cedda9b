"""Applies an import plan: adds the selected entries of a backup to a document. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tui.backup.document_builder import DocumentBuilder
from tui.backup.model import Backup, Problem
from tui.backup.plan import (
    DEFAULT_ACTIONS,
    ImportAction,
    MatchKind,
    PlannedEntry,
)
from tui.text import plural
from tui.vault.document import PROFILES

if TYPE_CHECKING:
    from tui.vault.document import Document


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did."""

    added: int = 0
    """Entries added, including those that the vault now has twice."""
    replaced: int = 0
    """Entries of the vault replaced with those of the backup."""
    skipped: int = 0
    """Entries not imported: `already_here`, `repeated`, `different` and `not_selected`."""
    refused: int = 0
    """Parts of the backup that couldn't be read."""
    problems: tuple[Problem, ...] = ()
    """Parts of the backup that were left out or changed when it was read."""
    already_here: int = 0
    """How many of `skipped` the vault already has."""
    repeated: int = 0
    """How many of `skipped` came earlier in the import."""
    different: int = 0
    """How many of `skipped` the vault has with different names or settings."""

    def sentence(self, verb: str) -> str:
        """Return one line for the user: `7 entries imported, 2 already in the vault, 1 failed`.

        `verb` is e.g. `imported` or `would be imported`.
        """
        done = [(self.added, verb), (self.replaced, "replaced")]
        rest = [
            (self.already_here, "already in the vault"),
            (self.repeated, "repeated"),
            (self.different, "different and skipped"),
            (self.not_selected, "not selected"),
            (self.refused, "failed"),
        ]
        parts = [(count, word) for count, word in done if count]
        others = [f"{count} {word}" for count, word in rest if count]
        if not parts:
            return f"Nothing {verb}: {', '.join(others) or 'no entries'}"
        (count, word), *more = parts
        first = f"{plural(count, 'entry')} {word}"
        return ", ".join([first, *(f"{count} {word}" for count, word in more), *others])

    @property
    def not_selected(self) -> int:
        """How many of `skipped` were deselected."""
        return self.skipped - self.already_here - self.repeated - self.different


def total(reports: Iterable[Report]) -> Report:
    """Return one report with the sums of these, and all their problems."""
    every = tuple(reports)
    return Report(
        added=sum(report.added for report in every),
        replaced=sum(report.replaced for report in every),
        skipped=sum(report.skipped for report in every),
        refused=sum(report.refused for report in every),
        problems=tuple(problem for report in every for problem in report.problems),
        already_here=sum(report.already_here for report in every),
        repeated=sum(report.repeated for report in every),
        different=sum(report.different for report in every),
    )


def apply(
    document: Document,
    backup: Backup,
    planned: Sequence[PlannedEntry],
    moment: int,
    *,
    actions: Mapping[MatchKind, ImportAction] = DEFAULT_ACTIONS,
    deselected: Collection[int] = (),
    ids: Sequence[str] = (),
) -> tuple[Document, Report]:
    """Return `document` with the selected entries of `backup`, and a report.

    `planned` is the result of `plan`, `deselected` the indexes in it of entries to leave out,
    `moment` the Unix time for new and replaced entries, `ids` those of the entries if they are
    added, by default new ones. Replacing keeps what only the vault has
    (id, order, pin, note, creation date) and never lowers a counter.
    """
    builder = DocumentBuilder(document, backup, moment)
    skipped = already_here = repeated = different = 0
    for place, each in enumerate(planned):
        if each.entry is None:
            continue
        selected = place not in deselected
        action = actions[each.kind] if selected else ImportAction.SKIP
        if action is ImportAction.ADD:
            builder.add(each.entry, ids[place] if ids else "")
        elif action is ImportAction.REPLACE and each.kind is not MatchKind.REPEATED:
            if not builder.put(each.entry, each.existing):
                skipped += 1
                already_here += 1
        else:
            skipped += 1
            different += selected and each.kind is MatchKind.CHANGED
            already_here += selected and each.kind is MatchKind.IDENTICAL
            repeated += selected and each.kind is MatchKind.REPEATED
    report = Report(
        added=builder.added,
        replaced=builder.replaced,
        skipped=skipped,
        refused=sum(each.kind is MatchKind.REFUSED for each in planned),
        problems=backup.problems,
        already_here=already_here,
        repeated=repeated,
        different=different,
    )
    return _with_profiles(builder.document(), backup), report


def _with_profiles(document: Document, backup: Backup) -> Document:
    profiles = dict(document.profiles)
    for name, profile in backup.profiles.items():
        profiles[name] = {**profiles.get(name, {}), **profile}
    if profiles == document.profiles:
        return document
    return replace(document, preferences={**document.preferences, PROFILES: profiles})
