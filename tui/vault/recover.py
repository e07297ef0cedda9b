"""What is kept of a vault, its older copies and conflict copies, and restoring one of them.

A restore is a save of its own, with a generation above all that were seen, so that no open app
merges it away.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import (
    DamagedVaultError,
    EditConflictError,
    FileError,
    NotSavedError,
    OtpTuiError,
    VaultError,
)
from tui.files import read_limited, sync_folder, why
from tui.text import safe
from tui.vault.backups import Backups
from tui.vault.changes import Change, changes
from tui.vault.conflict_names import conflict_names, is_of_another
from tui.vault.counters import with_highest_counters
from tui.vault.encrypted_file import EncryptedFile
from tui.vault.history import joined
from tui.vault.locked_vault import LockedVault
from tui.vault.store import Store
from tui.vault.undo import undoable, without_undo
from tui.vault.unlock import key_by_either
from tui.vault.vault import Vault
from tui.vault.versions import VaultFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui.clock import Clock
    from tui.otp.entry import Entry
    from tui.vault.document import Document
    from tui.vault.envelope import Slot


_MARGIN = 1000
"""Added to the generation that replaces a damaged file: saves that keep no copy may have come after
the newest file that is known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that may be restored."""

    path: Path
    """Where it is."""
    is_conflict: bool
    """True for a conflict copy, False for an older copy."""
    date: int
    """When it was replaced by the next one, or written; Unix time."""
    size: int
    """In bytes."""
    file: VaultFile | None = field(repr=False)
    """Its contents; None if it is not a valid vault."""
    problem: str = ""
    """Why it is not valid."""

    @property
    def name(self) -> str:
        """Its name, safe to show."""
        return safe(self.path.name, 80)


def kept_files(vault: Path, vault_id: str = "") -> list[Kept]:
    """Return the older copies, newest first, and then the conflict copies of a vault.

    With `vault_id`, files of other vaults are left out.
    """
    backups = Backups(vault)
    try:
        names = backups.kept()
    except OSError:
        names = []
    paths = [(backups.folder / name, False) for name in names]
    paths += [(vault.with_name(name), True) for name in conflict_names(vault)]
    found = [_read(path, is_conflict) for path, is_conflict in paths]
    return [one for one in found if _is_of(one, vault, vault_id)]


def _is_of(one: Kept, vault: Path, vault_id: str) -> bool:
    if vault_id and one.file is not None:
        return one.file.envelope.vault_id == vault_id
    return not (one.is_conflict and is_of_another(one.path.name, vault))


def _read(path: Path, is_conflict: bool) -> Kept:
    try:
        status = path.lstat()
        date, size = int(status.st_mtime), status.st_size
    except OSError:
        date = size = 0
    try:
        return Kept(path, is_conflict, date, size, VaultFile.read(path))
    except (FileError, VaultError) as error:
        return Kept(path, is_conflict, date, size, None, str(error))


def check(kept: Kept, keys: Iterable[bytes], slots: Sequence[Slot] = ()) -> tuple[int | None, str]:
    """Return the number of entries, if one of the keys opens the file, and what is wrong with it.

    Without keys, only its header is checked. `slots` are those of the vault, if they are known.
    """
    if kept.file is None:
        return None, "damaged"
    failed = "damaged, or another key"
    if slots:
        failed = "damaged" if kept.file.has_slot_of(slots) else "another password"
    problem = ""
    for key in keys:
        try:
            return len(open_kept(kept, key).entries), ""
        except DamagedVaultError:
            problem = failed
    return None, problem


def key_of(kept: Kept, password: str) -> bytes:
    """Return the key of a kept file, by the password or a recovery code that it had.

    Raises:
        WrongPasswordError: it is not its password.
        DamagedVaultError: it is damaged.
        CryptoError: not enough memory for the key derivation.
    """
    if kept.file is None:
        raise DamagedVaultError(kept.problem)
    return key_by_either(kept.file.envelope, password)


def open_kept(kept: Kept, key: bytes) -> Document:
    """Return the contents of a kept file.

    Raises:
        DamagedVaultError: it is damaged, or has another key.
    """
    if kept.file is None:
        raise DamagedVaultError(kept.problem)
    return kept.file.open(key)


@dataclass(frozen=True, slots=True)
class Preview:
    """What restoring a file would change in a vault."""

    changes: tuple[Change, ...]
    document: Document = field(repr=False)
    """The contents of the vault that would be changed."""


def preview(vault: Vault, old: Document) -> Preview:
    """Return what restoring `old` would change in the vault."""
    now = vault.document
    return Preview(_difference(now, _restored(now, old, _documents(vault))), now)


def _difference(now: Document, after: Document) -> tuple[Change, ...]:
    return changes(without_undo(now), after, after)


def restore(vault: Vault, kept: Kept, old: Document, previewed: Preview | None = None) -> None:
    """Replace the contents of `vault` with `old` as one step that can be undone.

    `previewed` is what `preview` returned, if the user agreed to that.

    Raises:
        EditConflictError: it would change something else now, as another program changed the vault.
        NotSavedError: the change is in memory only.
    """
    others = _documents(vault)

    def put_back(now: Document) -> Document:
        after = _restored(now, old, others)
        shown = previewed is None or now is previewed.document
        if previewed is not None and not shown and _difference(now, after) != previewed.changes:
            raise EditConflictError(
                "Nothing was restored: another program changed the vault meanwhile.",
                "Look at the changes again.",
            )
        return after

    generations = [0 if kept.file is None else kept.file.envelope.generation]
    if vault.older is not None:
        put_back(vault.document)
        generations.append(vault.older.seen)
        vault.accept_older()
    vault.change(undoable(put_back, f"restore of {kept.name}"), above=max(generations))


def _documents(vault: Vault) -> list[Document]:
    """Return the contents of the kept files that the vault's key opens."""
    found = []
    for kept in kept_files(vault.path, vault.vault_id):
        with suppress(DamagedVaultError):
            found.append(open_kept(kept, vault.key))
    return found


def _restored(now: Document, old: Document, others: Sequence[Document]) -> Document:
    """Return `old`, but with the higher counters, so that no code is repeated.

    An entry may be missing in `now`, or have another secret there: `others` may have its counter.
    What is different in `now` becomes a new revision, so that no merge takes it for unchanged.
    """
    present = {entry.id: entry for entry in now.everything}
    newest: dict[str, int] = {}
    dates: dict[str, int] = {}
    for entry in (entry for each in (now, old, *others) for entry in each.everything):
        newest[entry.id] = max(entry.revision, newest.get(entry.id, 0))
        dates[entry.id] = max(entry.updated, dates.get(entry.id, 0))

    def restored(entry: Entry) -> Entry:
        current = present.get(entry.id)
        if current is not None:
            counter = max(entry.counter, current.counter)
            same = replace(
                entry, counter=counter, revision=current.revision, updated=current.updated
            )
            if replace(same, copy_count=current.copy_count, used=current.used) == current:
                return same
            entry = same
        return replace(entry, revision=newest[entry.id] + 1, updated=dates[entry.id])

    plain = without_undo(old)
    entries = [restored(entry) for entry in plain.everything]
    return replace(
        with_highest_counters(plain.holding(entries), *others),
        recovery=now.recovery,
        history=joined(now.history, old.history),
    )


def locked_from(kept: Kept, vault: Path, clock: Clock) -> LockedVault:
    """Return a kept file as the vault at `vault`, to unlock it and then `replace_damaged`.

    Raises:
        DamagedVaultError, FileError: it can't be used.
    """
    if kept.file is None:
        raise DamagedVaultError(f"{kept.name} can't be restored: {kept.problem}")
    store = Store(vault, clock)
    return LockedVault(store, clock, EncryptedFile(store, read_limited(kept.path)))


def contents_of(path: Path) -> bytes:
    """Return the bytes of a file that may be damaged; empty if it can't be read."""
    try:
        return read_limited(path)
    except FileError:
        return b""


def replace_damaged(vault: Vault, clock: Clock, before: bytes) -> Path | None:
    """Save `vault`, which is from `locked_from`, in place of a damaged or missing file.

    `before` is what `contents_of` returned for it. Returns where the damaged file is now.

    Raises:
        NotSavedError: nothing was changed, or the damaged file was moved and the vault is missing.
    """
    path = vault.path
    _require_unchanged(vault, before)
    every = [one.file.envelope.generation for one in kept_files(path) if one.file is not None]
    if vault.older is not None:
        every.append(vault.older.seen)
        vault.accept_older()
    try:
        with vault.file_locked():
            _require_unchanged(vault, before)
            aside = _move_aside(path, clock)
    except OSError as error:
        raise NotSavedError(f"Couldn't move the damaged vault: {why(error)}.") from None
    try:
        vault.change(replace, above=max(every, default=0) + _MARGIN)
    except OtpTuiError:
        if aside is not None and not os.path.lexists(path):
            aside.rename(path)
        raise
    return aside


def _require_unchanged(vault: Vault, before: bytes) -> None:
    """Refuse if something, e.g. a sync service, wrote the file meanwhile."""
    try:
        VaultFile.read(vault.path).open(vault.key)
    except (FileError, VaultError):
        if contents_of(vault.path) == before:
            return
    raise NotSavedError(
        "The vault's file changed meanwhile. Nothing was restored.", "Open the vault, or try again."
    )


def _move_aside(path: Path, clock: Clock) -> Path | None:
    """Rename a file so that it stays next to the vault; return its new path."""
    if not os.path.lexists(path):
        return None
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(clock.now()))
    aside = path.with_name(f"{path.name}.damaged-{stamp}-{os.urandom(3).hex()}")
    path.rename(aside)
    sync_folder(path.parent)
    return aside
