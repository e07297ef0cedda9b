"""Copies of one vault, e.g. those that a sync service keeps after a conflict: find, read, merge.

Spec: vault.md, "Saving"; docs/sync.md. Their names: `conflict_names`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import DamagedVaultError, FileError, UsageError, VaultError
from tui.text import plural, safe
from tui.vault import envelope as envelopes
from tui.vault.backups import Backups
from tui.vault.conflict_names import conflict_names, is_of_another, too_many
from tui.vault.history import generation_of
from tui.vault.versions import VaultFile, Versions, older_files

if TYPE_CHECKING:
    from tui.vault.changes import Change
    from tui.vault.document import Document
    from tui.vault.vault import Vault

MOST = 20
"""Maximum number of problems with copies to name."""
KEPT_HINT = "Older copies of it are kept. To restore one, run: otp-tui recover"
"""What to do if a vault is missing, but not its older copies."""


@dataclass(frozen=True, slots=True)
class FoundCopies:
    """The conflict copies next to a vault."""

    files: tuple[VaultFile, ...]
    """Sorted by name."""
    problems: tuple[str, ...]
    """Why other files that look like copies can't be merged, as sentences: at most MOST, after one
    that says if files were left out."""


@dataclass(frozen=True, slots=True)
class OpenCopy:
    """A copy whose contents are known, and older files of the vault near it."""

    file: VaultFile
    document: Document = field(repr=False)
    """Its contents."""
    older: tuple[VaultFile, ...] = field(repr=False)
    """The older copies in the folder `backups` next to it."""
    key: bytes = field(repr=False)
    """Its key, which may open older copies that the vault's doesn't."""


@dataclass(frozen=True, slots=True)
class MergedCopy:
    """What merging one copy changes in the vault."""

    file: VaultFile
    base: str
    """How the common ancestor was found, as a sentence."""
    changes: tuple[Change, ...]
    """The changes, in the order of the list."""
    has_other_password: bool
    """True if other passwords or recovery codes open the copy; those of the vault stay."""


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The result, or the preview, of merging copies."""

    copies: tuple[MergedCopy, ...]
    """In their order, each merged after those before it."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes of all copies."""
        return tuple(change for copy in self.copies for change in copy.changes)

    @property
    def files(self) -> tuple[VaultFile, ...]:
        """The files of the copies."""
        return tuple(copy.file for copy in self.copies)


# --- finding and reading ---------------------------------------------------------------------


def find_copies(vault: Path, vault_id: str) -> FoundCopies:
    """Return the conflict copies of a vault in its folder."""
    left_out = too_many(vault)
    files: list[VaultFile] = []
    problems: list[str] = []
    for name in conflict_names(vault):
        try:
            file = VaultFile.read(vault.with_name(name))
        except (FileError, VaultError) as error:
            if is_of_another(name, vault):
                continue
            said, shown = str(error), safe(name, 80)
            problems.append(said if shown in said else f"{shown}: {said}")
            continue
        if file.envelope.vault_id == vault_id:
            files.append(file)
        elif not is_of_another(name, vault):
            problems.append(f"{file.name} is another vault.")
    return FoundCopies(tuple(files), (*filter(None, [left_out]), *problems[:MOST]))


def has_kept(vault: Path) -> bool:
    """Return True if older copies or conflict copies of a vault may be kept, by their names."""
    try:
        return bool(Backups(vault).kept()) or any(
            not is_of_another(name, vault) for name in conflict_names(vault)
        )
    except OSError:
        return False


def copies_sentence(files: Sequence[VaultFile]) -> str:
    """Return a sentence that names the copies: `1 conflict copy is next to the vault: …`."""
    verb = "is" if len(files) == 1 else "are"
    names = ", ".join(file.name for file in files[:2])
    more = f" and {len(files) - 2} more" if len(files) > 2 else ""
    return f"{plural(len(files), 'conflict copy')} {verb} next to the vault: {names}{more}."


def renamed_sentence(vault: Path) -> str:
    """Return what to do if both versions of a missing vault were renamed; "" if none is there."""
    for name in conflict_names(vault):
        if is_of_another(name, vault):
            continue
        try:
            file = VaultFile.read(vault.with_name(name))
        except (FileError, VaultError):
            continue
        return f"{file.name} may be a version of it. Rename it to {safe(vault.name, 80)}."
    return ""


def read_copy(path: Path, vault: Path, vault_id: str) -> VaultFile:
    """Read the file `path` as a copy of the vault with that id, which is at `vault`.

    Raises:
        FileError, VaultError: it can't be read, or is not a valid vault.
        UsageError: it is another vault, or the vault itself.
    """
    try:
        file = VaultFile.read(path)
    except DamagedVaultError as error:
        hint = "To import a backup of another app, use: otp-tui import FILE"
        raise DamagedVaultError(str(error), hint) from None
    try:
        same = path.samefile(vault)
    except OSError:
        same = False
    if same:
        raise UsageError(f"{file.name} is the vault itself.", "Use the path of a copy.")
    if file.envelope.vault_id != vault_id:
        raise UsageError(
            f"{file.name} is another vault, not a copy of this one.",
            "To add its entries, use: otp-tui import FILE",
        )
    return file


def is_vault(path: Path) -> bool:
    """Return True for a file that can be read as a vault."""
    try:
        VaultFile.read(path)
    except (FileError, VaultError):
        return False
    return True


def is_copy(data: bytes, vault_id: str) -> bool:
    """Return True if `data` is a file of the vault with that id."""
    try:
        return envelopes.parse(data).vault_id == vault_id
    except VaultError:
        return False


def open_copy(file: VaultFile, key: bytes) -> OpenCopy:
    """Return the contents of a copy.

    Raises:
        DamagedVaultError: the key is another one, or the contents were changed.
    """
    return OpenCopy(file, file.open(key), older_files(file.path, file.envelope.vault_id), key)


def removable(files: Iterable[VaultFile], vault: Path) -> list[VaultFile]:
    """Return the copies that a merge may delete: not the older copies of the vault."""
    backups = os.path.realpath(Backups(vault).folder)
    return [file for file in files if os.path.realpath(file.path.parent) != backups]


# --- merging ---------------------------------------------------------------------------------


def merge_into(vault: Vault, copies: Sequence[OpenCopy], *, dry_run: bool = False) -> MergeResult:
    """Merge the copies into `vault` as one step that can be undone, and save once.

    With `dry_run`, only return what would change.

    Raises:
        FileError: the vault's file is missing or can't be read.
        NotSavedError: the changes are in memory only.
    """
    from tui.vault.undo import undoable

    own = VaultFile.read(vault.path)
    near = (file for copy in copies for file in (copy.file, *copy.older))
    older = (own, *older_files(vault.path, vault.vault_id))
    opened = {copy.file.id: copy.document for copy in copies}
    keys = (vault.key, *(copy.key for copy in copies))
    versions = Versions((*near, *older), keys, opened)
    results: list[MergeResult] = []

    def step(document: Document) -> Document:
        after, result = merge_copies(document, own, copies, versions)
        results[:] = [result]
        return after

    if dry_run:
        step(vault.document)
    else:
        names = copies[0].file.name if len(copies) == 1 else plural(len(copies), "copy")
        newest = max(copy.file.envelope.generation for copy in copies)
        if vault.older is not None and newest >= vault.older.seen:
            # With what was used last merged in, the vault is no longer older.
            vault.accept_older()
        # Machines that have a copy must see that the result is newer.
        vault.change(undoable(step, f"merge of {names}"), above=newest)
    return results[0]


def merge_copies(
    document: Document, own: VaultFile, copies: Sequence[OpenCopy], versions: Versions
) -> tuple[Document, MergeResult]:
    """Return `document` with the changes of the copies, and what changed.

    `own` is the vault, and `versions` has it, the copies and older files.
    """
    # The app, which only looks for copies, keeps modules in memory that it has imported.
    from tui.vault.changes import changes
    from tui.vault.merge import merge
    from tui.vault.merge_by_age import merge_by_age

    merged: list[MergedCopy] = []
    compared = {own.id, *(copy.file.id for copy in copies)}
    present = {entry.id for entry in document.everything}
    for copy in copies:
        before, theirs = document, copy.document
        base_id, base = versions.common(document, theirs)
        if base is not None:
            document = merge(base, document, theirs)
        else:
            document = merge_by_age(document, theirs, versions.documents(without=compared))
        merged.append(
            MergedCopy(
                copy.file,
                _how(base_id, copy.file.id, own.id),
                changes(before, document, theirs, base),
                {*copy.file.envelope.slots} != {*own.envelope.slots},
            )
        )
    new = {one.id for one in document.everything if one.type.has_counter} - present
    if new:
        # An older copy that was restored doesn't have it, but others may have a later counter.
        document = versions.with_highest_counters(document, new)
    return document, MergeResult(tuple(merged))


def _how(base: str, copy: str, own: str) -> str:
    if base == copy:
        return "The copy is older than this vault."
    if base == own:
        return "The copy is newer than this vault."
    if base:
        return f"Vault and copy both come from generation {generation_of(base)}."
    return "No common older copy was found, so the newer version of each entry counts."
