"""An import of several files as the screen sees it: one list of rows, one step."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.backup.plan import (
    DEFAULT_CHOICES,
    Choice,
    Kind,
    Report,
    Row,
    apply,
    label,
    plan,
)
from tui.vault.undo import with_undo

if TYPE_CHECKING:
    from tui.backup.joining import Joined
    from tui.vault.document import Document


@dataclass(frozen=True, slots=True)
class Preview:
    """What some files are to a document, each after those before it."""

    document: Document
    """The vault when this was found."""
    files: tuple[Joined, ...]
    """The files, or what they hold together, in their order."""
    plans: tuple[tuple[Row, ...], ...]
    """The rows of each."""

    @classmethod
    def of(cls, document: Document, files: Sequence[Joined]) -> Preview:
        """Find what the files are to the document."""
        plans, present = [], document
        for file in files:
            rows = plan(present, file.backup)
            present, _ = apply(present, file.backup, rows, DEFAULT_CHOICES, 0)
            plans.append(rows)
        return cls(document, tuple(files), tuple(plans))

    @property
    def rows(self) -> list[Row]:
        """All rows, those of the first file first."""
        return [row for rows in self.plans for row in rows]

    def apply(
        self,
        document: Document,
        choices: Mapping[Kind, Choice],
        unticked: Collection[int],
        moment: int,
    ) -> tuple[Document, str]:
        """Return `document` with the files in it as one step that can be undone, and the report.

        `unticked` are places in `rows`, `moment` is the Unix second of now. Where another
        program changed the vault meanwhile, the rows keep their places and are planned anew.
        """
        present, reports, first = document, [], 0
        for file, planned in zip(self.files, self.plans, strict=True):
            rows = plan(present, file.backup)
            ticked = [at for at in range(len(planned)) if first + at not in unticked]
            present, report = apply(present, file.backup, rows, choices, moment, ticked=ticked)
            reports.append(report)
            first += len(planned)
        if present != document:
            names = [file.name for file in self.files]
            present = with_undo(document, present, label(names, reports))
        return present, _total(reports).sentence


def _total(reports: Sequence[Report]) -> Report:
    return Report(
        added=sum(report.added for report in reports),
        replaced=sum(report.replaced for report in reports),
        skipped=sum(report.skipped for report in reports),
        refused=sum(report.refused for report in reports),
        already_here=sum(report.already_here for report in reports),
    )
