"""Merges a vault file that took the place of the known one, with the older copies beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.vault.ancestor import known_parts
from tui.vault.document import Document
from tui.vault.history import contains
from tui.vault.merge import by_id, merge, rejoin
from tui.vault.versions import Versions, older_files

if TYPE_CHECKING:
    from pathlib import Path

    from tui.vault.state import UnlockedState


def merge_found(path: Path, known: UnlockedState, ours: Document, found: UnlockedState) -> Document:
    """Return the merge of `ours`, which comes from `known`, with the file `found` of the vault at
    `path`, which may come from it, too.

    If an entry comes back that one side lacks, e.g. as an older copy was restored there, or a
    second version of one is kept, it has the highest counter that is kept: codes may have been
    taken before.
    """
    mine, others = by_id(ours.everything), by_id(found.document.everything)
    back = mine.keys() ^ others.keys()
    if contains(found.document.history, known.digest):
        merged = merge(known.document, ours, found.document)
        back &= by_id(known.document.everything).keys()  # the others are new
    else:
        merged = _merged_apart(path, known, ours, found)
    there = {one.id for one in merged.everything if one.type.has_counter}
    back = (back & there) | there.difference(mine, others)
    return _versions(path, known, found).with_highest_counters(merged, back) if back else merged


def _merged_apart(
    path: Path, known: UnlockedState, ours: Document, found: UnlockedState
) -> Document:
    """Return the merge with a file that doesn't descend from ours, by their common ancestor.

    If that is not kept, entries that may have been edited on both sides are kept twice.
    """
    theirs = found.document
    _, base = _versions(path, known, found).common(ours, theirs)
    if base is None and not {*ours.history}.isdisjoint(theirs.history):
        base = known_parts(Document(), known.document, theirs)
    if base is not None:
        return merge(base, ours, theirs)
    return rejoin(known.document, ours, theirs)


def _versions(path: Path, known: UnlockedState, found: UnlockedState) -> Versions:
    opened = {state.id: state.document for state in (known, found)}
    return Versions(older_files(path, known.envelope.vault_id), (known.key, found.key), opened)
