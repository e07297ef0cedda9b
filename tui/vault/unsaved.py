"""Keeps changes that couldn't be saved before the vault was locked, for the next unlock.

They are a vault file of their own, encrypted as the vault is, in a folder that may have room when
the vault's has none. What takes it up merges it into the vault, saves, and deletes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import DamagedVaultError, FileError, NewerVaultError, OtpTuiError, VaultError
from tui.files import (
    append,
    make_folders,
    read_limited,
    remove,
    replace_file,
    sync_folder,
    write_new,
)
from tui.paths import runtime_folder, short_path, state_folder
from tui.vault import envelope as envelopes
from tui.vault.file_names import unsaved_name
from tui.vault.history import contains
from tui.vault.state import digest
from tui.vault.vault import Vault

if TYPE_CHECKING:
    from tui.vault.document import Document

_FOLDER = "unsaved"
_ORIGIN = ".path"
"""End of the name of a file that has the path of the vault."""


def keep(vault: Vault) -> Path | None:
    """Write the contents of a vault to a file; return its path, None if that is impossible too.

    Earlier files are deleted only if their changes are in the new one.
    """
    try:
        data = vault.sealed()
    except OtpTuiError:
        return None
    name = _name(vault)
    earlier = [path for path in _files(name) if _is_in(vault.document, path)]
    for folder in _folders():
        path = folder / f"{name}-{os.urandom(4).hex()}.json"
        try:
            make_folders(folder)
            write_new(path, data)
            sync_folder(folder)
        except OSError:
            remove(path)
            continue
        with suppress(OSError):  # only needed once the vault was moved
            replace_file(folder / f"{name}{_ORIGIN}", os.fsencode(vault.path))
        for old in earlier:
            remove(old)
        return path
    return None


def take_up(vault: Vault) -> tuple[str, str]:
    """Merge in and save what `keep` wrote.

    Returns a sentence saying that this was done, and sentences about files that the user has to
    look at; each may be empty.

    Raises:
        NotSavedError: it can't be saved now either; it is in the vault's document, and still kept.
    """
    taken, left, name = False, list[str](), _name(vault)
    for path in _files(name):
        try:
            data = read_limited(path)
            if vault.has_saved(data):
                remove(path)
                continue
            if _was_taken_up(name, digest(data)):
                left.append(
                    f"Changes that were saved before are in {short_path(path)}: merge or delete it."
                )
                continue
            vault.take_up(data)
        except (DamagedVaultError, NewerVaultError, FileError):
            left.append(
                f"The unsaved changes in {short_path(path)} need another password, or are damaged."
                f" To merge them, run: otp-tui merge {short_path(path)}"
            )
            continue
        remember(vault, digest(data))
        remove(path)
        taken = True
    for folder in _folders():
        if not _listed(folder, f"{name}-*.json"):
            remove(folder / f"{name}{_ORIGIN}")
    for path, data in _of_moved(vault.vault_id, name):
        if not vault.has_saved(data) and not _was_taken_up(name, digest(data)):
            left.append(
                "Changes that couldn't be saved before this vault was moved are in"
                f" {short_path(path)}. To merge them, run: otp-tui merge {short_path(path)}"
            )
    done = "Saved the changes that couldn't be saved before the vault was locked." if taken else ""
    return done, " ".join(left)


def waiting(vault_id: str, vault: Path) -> list[Path]:
    """Return the files with changes that wait to be saved in the vault at that path."""
    name = unsaved_name(vault_id, vault)
    moved = [
        path for path, data in _of_moved(vault_id, name) if not _was_taken_up(name, digest(data))
    ]
    return [*_files(name), *moved]


def remember(vault: Vault, merged: bytes) -> None:
    """Remember the digest of a file that was merged, for longer than the vault's history does."""
    record = _record(_name(vault))
    try:
        make_folders(record.parent)
        append(record, f"{merged.hex()}\n".encode())
    except OSError:
        pass


def is_kept(path: Path) -> bool:
    """Return True for a file that `keep` wrote."""
    return any(path.resolve().parent == folder.resolve() for folder in _folders())


def _of_moved(vault_id: str, own: str) -> Iterator[tuple[Path, bytes]]:
    """Yield path and bytes of files for a vault with that id that is no longer where it was.

    Those that begin with `own` are for the vault where it is now.
    """
    for path in [each for folder in _folders() for each in _listed(folder, "*.json")]:
        name = path.name.partition("-")[0]
        with suppress(FileError, VaultError):
            data = read_limited(path)
            is_ours = name != own and envelopes.parse(data).vault_id == vault_id
            if is_ours and not _is_in_place(path.with_name(f"{name}{_ORIGIN}"), vault_id):
                yield path, data


def _is_in_place(origin: Path, vault_id: str) -> bool:
    """Return True if there is a vault with that id at the path in the file `origin`."""
    try:
        place = Path(os.fsdecode(read_limited(origin)))
        return envelopes.parse(read_limited(place)).vault_id == vault_id
    except (FileError, VaultError, ValueError):
        return False


def _is_in(document: Document, path: Path) -> bool:
    """Return True if the changes of a file were merged into the document."""
    try:
        return contains(document.history, digest(read_limited(path)))
    except FileError:
        return False


def _was_taken_up(name: str, kept: bytes) -> bool:
    """Return True for a file that was put back, e.g. from a backup of the folder."""
    try:
        known = _record(name).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return False
    return kept.hex() in known


def _record(name: str) -> Path:
    return _folders()[0] / f"{name}.taken-up"


def _files(name: str) -> Iterator[Path]:
    for folder in _folders():
        yield from _listed(folder, f"{name}-*.json")


def _listed(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _folders() -> list[Path]:
    folders = (state_folder(), runtime_folder(os.environ))
    return list(dict.fromkeys(folder / _FOLDER for folder in folders if folder is not None))


def _name(vault: Vault) -> str:
    return unsaved_name(vault.vault_id, vault.path)
