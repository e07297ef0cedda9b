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


def keep(vault: Vault) -> Path | None:
    """Write the contents of a vault to a file; return its path, None if that is impossible too.

    Earlier files are deleted only if their changes are in the new one.
    """
    try:
        data = vault.sealed()
    except OtpTuiError:
        return None
    earlier = [path for path in _files(vault) if _is_in(vault.document, path)]
    for folder in _folders():
        path = folder / f"{_name(vault)}-{os.urandom(4).hex()}.json"
        try:
            make_folders(folder)
            write_new(path, data)
            sync_folder(folder)
        except OSError:
            remove(path)
            continue
        for old in earlier:
            remove(old)
        return path
    return None


def take_up(vault: Vault) -> str:
    """Merge in and save what `keep` wrote; return a sentence for the user, "" if there is nothing.

    Raises:
        NotSavedError: it can't be saved now either; it is in the vault's document, and still kept.
    """
    taken, left = False, ""
    for path in _files(vault):
        try:
            data = read_limited(path)
            if vault.has_saved(data):
                remove(path)
                continue
            if _was_taken_up(vault, data):
                left = (
                    f"Changes that were saved before are in {short_path(path)}: merge or delete it."
                )
                continue
            vault.take_up(data)
        except (DamagedVaultError, NewerVaultError, FileError):
            left = (
                f"The unsaved changes in {short_path(path)} need another password, or are damaged."
                f" To merge them, run: otp-tui merge {short_path(path)}"
            )
            continue
        _remember(vault, data)
        remove(path)
        taken = True
    own = set(_files(vault))
    for path in kept_for(vault.vault_id):
        if path not in own and not vault.has_saved(read_limited(path)):
            left = (
                f"Changes that couldn't be saved when this vault was elsewhere are in"
                f" {short_path(path)}. To merge them, run: otp-tui merge {short_path(path)}"
            )
    done = "Saved the changes that couldn't be saved before the vault was locked." if taken else ""
    return f"{done} {left}".strip()


def kept_for(vault_id: str) -> list[Path]:
    """Return the files with changes of a vault that wait to be saved, wherever it was then."""
    found = []
    for folder in _folders():
        for path in _listed(folder, "*.json"):
            with suppress(FileError, VaultError):
                if envelopes.parse(read_limited(path)).vault_id == vault_id:
                    found.append(path)
    return found


def _is_in(document: Document, path: Path) -> bool:
    """Return True if the changes of a file were merged into the document."""
    try:
        return contains(document.history, digest(read_limited(path)))
    except FileError:
        return False


def _was_taken_up(vault: Vault, data: bytes) -> bool:
    """Return True for a file that was put back, e.g. from a backup of the folder."""
    try:
        known = _record(vault).read_text(encoding="ascii", errors="replace").split()
    except OSError:
        return False
    return digest(data).hex() in known


def _remember(vault: Vault, data: bytes) -> None:
    """Remember a file for longer than the vault's history does, if that is possible."""
    try:
        make_folders(_record(vault).parent)
        append(_record(vault), f"{digest(data).hex()}\n".encode())
    except OSError:
        pass


def _record(vault: Vault) -> Path:
    return _folders()[0] / f"{_name(vault)}.taken-up"


def _files(vault: Vault) -> Iterator[Path]:
    for folder in _folders():
        yield from _listed(folder, f"{_name(vault)}-*.json")


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
