"""Imports opened backups as one undoable step, for the app and the command line."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import PurePath
from typing import TYPE_CHECKING

from tui import limits
from tui.backup.apply import Report, apply, total
from tui.backup.match import by_everything
from tui.backup.model import Backup
from tui.backup.plan import DEFAULT_ACTIONS, ImportAction, MatchKind, PlannedEntry, plan
from tui.backup.sources import OpenedBackup
from tui.errors import VaultError
from tui.otp.entry import Entry
from tui.text import plural, safe
from tui.vault.counters import highest_counters, with_counter
from tui.vault.undo import step_label, with_undo

if TYPE_CHECKING:
    from tui.vault.document import Document
    from tui.vault.vault import Vault

_LEAST_BYTES = 240
"""Bytes that an entry takes in a vault at least, besides its secret and its names."""
Actions = Mapping[MatchKind, ImportAction]
_Planned = tuple[Backup, tuple[PlannedEntry, ...], list[str]]
"""A backup, its rows, and the ids that its entries get if they are added."""


@dataclass(frozen=True, slots=True)
class FileResult:
    """The result, or the preview, of importing one backup."""

    opened: OpenedBackup
    planned: tuple[PlannedEntry, ...]
    """Its entries, each compared with the vault."""
    report: Report


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The result, or the preview, of importing one or several backups."""

    files: tuple[FileResult, ...]
    """In the order of the backups, each planned as if those before it were imported by default."""
    added: tuple[Entry, ...]
    """New entries in the vault."""
    changed: bool
    """True if the vault was changed, so that there is a step to undo."""

    @property
    def planned(self) -> tuple[PlannedEntry, ...]:
        """The entries of all backups, in order."""
        return tuple(each for file in self.files for each in file.planned)

    @property
    def report(self) -> Report:
        """The totals of all backups."""
        return total(file.report for file in self.files)


def import_label(result: ImportResult) -> str:
    """Return the label of the undo step: `import of phone.authpro, 7 entries`."""
    names = [name for file in result.files for name in file.opened.files]
    files = PurePath(names[0]).name if len(names) == 1 else f"{len(names)} files"
    count = result.report.added + result.report.replaced
    return safe(f"import of {files}, {plural(count, 'entry')}", 200)


def addition_label(result: ImportResult) -> str:
    """Return the label of the undo step: `addition of GitHub (octocat)`."""
    return step_label("addition", result.added)


def apply_import(
    document: Document,
    opened: Sequence[OpenedBackup],
    moment: int,
    *,
    actions: Actions = DEFAULT_ACTIONS,
    deselected: Collection[int] = (),
    label: Callable[[ImportResult], str] = import_label,
) -> tuple[Document, ImportResult]:
    """Return `document` with the backups imported as one step that can be undone. Pure.

    `moment` is the current Unix time, `deselected` the indexes in `ImportResult.planned` of entries
    to leave out. They depend only on the backups, so they stay valid even if another program has
    changed the vault since the preview.

    Raises:
        VaultError: a vault can't hold that many entries.
    """
    _require_room(document, opened)
    present, files, first = document, [], 0
    for each, (backup, planned, ids) in zip(opened, _planned(document, opened), strict=True):
        own = {place - first for place in deselected}
        present, report = apply(
            present, backup, planned, moment, actions=actions, deselected=own, ids=ids
        )
        files.append(FileResult(each, planned, report))
        first += len(planned)
    before = {entry.id for entry in document.entries}
    added = tuple(entry for entry in present.entries if entry.id not in before)
    result = ImportResult(tuple(files), added, present != document)
    return with_undo(document, present, label(result)) if result.changed else document, result


def _planned(document: Document, opened: Sequence[OpenedBackup]) -> Iterator[_Planned]:
    """Plan the backups, each as if those before it were imported with the default actions.

    So the plan doesn't depend on what the user chose when it was shown. HOTP entries get the
    highest counter that any of the backups has for their secret.
    """
    counters = highest_counters(entry for each in opened for entry in each.backup.entries)
    before = {entry.id for entry in document.everything}
    seen: set[object] = set()
    for left, each in enumerate(opened, 1 - len(opened)):
        entries = tuple(with_counter(entry, counters) for entry in each.backup.entries)
        backup = replace(each.backup, entries=entries)
        rows = tuple(
            row.as_repeated() if _key(row) in seen or _is_new(row, before) else row
            for row in plan(document, backup)
        )
        seen |= {_key(row) for row in rows if row.entry and row.kind is not MatchKind.IDENTICAL}
        ids = [str(uuid.uuid4()) for _ in rows]
        yield backup, rows, ids
        if left:
            document, _ = apply(document, backup, rows, 0, ids=ids)


def _key(row: PlannedEntry) -> object:
    return row.entry and (by_everything(row.entry), bool(row.entry.deleted))


def _is_new(row: PlannedEntry, before: Collection[str]) -> bool:
    """Return True if a row is identical to an entry of an earlier file."""
    existing = row.existing if row.kind is MatchKind.IDENTICAL else None
    return existing is not None and existing.id not in before


def _require_room(document: Document, opened: Sequence[OpenedBackup]) -> None:
    """Raise `VaultError` if the result is too large for any vault, before it is made."""
    sizes: dict[str, int] = {}
    for entry in chain(document.entries, *(each.backup.entries for each in opened)):
        secret = entry.secret.normal
        size = _LEAST_BYTES + len(secret) + len(entry.issuer) + len(entry.account or "")
        sizes[secret] = min(size, sizes.get(secret, size))
    if sum(sizes.values()) > limits.FILE * 3 // 4:  # base64 makes four characters of three bytes
        raise VaultError(
            f"A vault has no room for {len(sizes):,} entries.",
            "Import a part of them, or use two vaults.",
        )


def import_into(
    vault: Vault,
    opened: Sequence[OpenedBackup],
    moment: int,
    *,
    actions: Actions = DEFAULT_ACTIONS,
    deselected: Collection[int] = (),
    label: Callable[[ImportResult], str] = import_label,
) -> ImportResult:
    """Import the backups into `vault`, as `apply_import` does, and save.

    Raises:
        NotSavedError: the entries are in memory only.
        VaultError: the vault can't be changed.
    """
    results: list[ImportResult] = []

    def step(document: Document) -> Document:
        after, result = apply_import(
            document, opened, moment, actions=actions, deselected=deselected, label=label
        )
        results.append(result)
        return after

    vault.change(step)
    return results[-1]
