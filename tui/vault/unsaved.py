"""Keeps changes that couldn't be saved before the vault was locked, for the next unlock.

They are a vault file of their own, encrypted as the vault is, in a folder that may have room when
the vault's has none. What takes it up merges it into the vault, saves, and deletes it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from tui.errors import DamagedVaultError, FileError, NewerVaultError, OtpTuiError
from tui.files import PRIVATE_FOLDER, make_folder, read_limited, remove, sync_folder, write_new
from tui.paths import runtime_folder, short_path, state_folder
from tui.vault.vault import Vault

_FOLDER = "unsaved"


def keep(vault: Vault) -> Path | None:
    """Write the contents of a vault to a file; return its path, None if that is impossible too.

    Earlier files of the vault that its key opens are deleted: their changes were taken up.
    """
    try:
        data = vault.sealed()
    except OtpTuiError:
        return None
    earlier = [path for path in _files(vault) if _opens(vault, path)]
    for folder in _folders():
        path = folder / f"{_name(vault)}-{os.urandom(4).hex()}.json"
        try:
            folder.parent.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
            make_folder(folder)
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
            vault.take_up(read_limited(path))
        except (DamagedVaultError, NewerVaultError, FileError):
            left = f"Unsaved changes under another key are in {short_path(path)}."
            continue
        remove(path)
        taken = True
    done = "Saved the changes that couldn't be saved before the vault was locked." if taken else ""
    return f"{done} {left}".strip()


def _opens(vault: Vault, path: Path) -> bool:
    try:
        return vault.opens(read_limited(path))
    except FileError:
        return False


def _files(vault: Vault) -> Iterator[Path]:
    for folder in _folders():
        try:
            yield from sorted(folder.glob(f"{_name(vault)}-*.json"))
        except OSError:
            continue


def _folders() -> list[Path]:
    folders = (state_folder(), runtime_folder(os.environ))
    return list(dict.fromkeys(folder / _FOLDER for folder in folders if folder is not None))


def _name(vault: Vault) -> str:
    """Return the start of the names of a vault's files, which contain no path."""
    whole = f"{vault.vault_id}\0{vault.path}".encode(errors="surrogateescape")
    return hashlib.sha256(whole).hexdigest()[:24]
