"""Several files that hold the parts of one export: they are imported as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.backup.formats import google_migration
from tui.backup.model import Backup
from tui.text import safe


@dataclass(frozen=True, slots=True)
class Joined:
    """A file, or several that belong together."""

    places: tuple[int, ...]
    """Which of the files that were given, from 0."""
    name: str
    """Their names, as they were given."""
    backup: Backup
    """What they hold."""


def join(files: Sequence[tuple[str, Backup]]) -> list[Joined]:
    """Return the files, given by their names, with those of one export put together.

    They stand at the place of the first, in any order; what is missing is missing of the whole.

    Raises:
        FormatError: together they hold more entries than one export may.
    """
    groups: list[list[int]] = []
    for place, (_, backup) in enumerate(files):
        alike = [group for group in groups if _share(backup, [files[at][1] for at in group])]
        groups = [group for group in groups if group not in alike]
        groups.append(sorted(at for group in [*alike, [place]] for at in group))
    return [_joined(files, group) for group in sorted(groups)]


def _share(backup: Backup, others: Sequence[Backup]) -> bool:
    """Whether there are parts of the same export in it and in one of the others."""
    if backup.parts is None:
        return False
    exports = backup.parts.exports
    return any(other.parts and exports & other.parts.exports for other in others)


def _joined(files: Sequence[tuple[str, Backup]], group: Sequence[int]) -> Joined:
    if len(group) == 1:
        name, backup = files[group[0]]
        return Joined((group[0],), name, replace(backup, parts=None))
    chosen = [files[at] for at in group]
    uris = [
        (f"{safe(name, 80)}, {where}", uri)
        for name, backup in chosen
        if backup.parts is not None
        for where, uri in backup.parts.uris
    ]
    together = replace(google_migration.gather(uris), parts=None)
    return Joined(tuple(group), ", ".join(name for name, _ in chosen), together)
