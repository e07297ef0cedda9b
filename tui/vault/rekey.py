"""Older copies that open with an old password: find, re-encrypt, delete.

The new key encrypts them as they are, with the generation, the name and the time that they had. As
their bytes change, they descend from the files that they were, so that both are common ancestors.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from tui.errors import (
    CryptoError,
    DamagedVaultError,
    FileError,
    NotSavedError,
    VaultError,
)
from tui.files import read_limited, remove, sync_folder, write_new
from tui.text import plural
from tui.vault.copies import find_copies
from tui.vault.state import digest
from tui.vault.versions import VaultFile, older_files, opens

if TYPE_CHECKING:
    from tui.vault.envelope import Slot
    from tui.vault.vault import Vault

IN_BACKUPS = ("older copy", "in the folder “backups”")
BESIDE = ("conflict copy", "next to the vault")
"""What the copies in each place are called, and the place, for `still_open`."""


def old_backups(vault: Vault) -> list[VaultFile]:
    """Return the copies in the folder `backups` that the vault's key doesn't open."""
    return _others(older_files(vault.path, vault.vault_id), vault.key)


def old_copies(vault: Vault) -> list[VaultFile]:
    """Return the conflict copies next to the vault that its key doesn't open."""
    return _others(find_copies(vault.path, vault.vault_id).files, vault.key)


def rekey(vault: Vault, files: Iterable[VaultFile], old_key: bytes) -> int:
    """Encrypt copies under the vault's key and slots; return how many there were.

    Copies that `old_key` doesn't open, that changed or that can't be replaced stay as they are; all
    do if the vault can't be locked.
    """
    try:
        with vault.file_locked():
            return sum(_rekey(vault, file, old_key) for file in files)
    except (NotSavedError, OSError):
        return 0


def delete(files: Iterable[VaultFile]) -> int:
    """Delete copies that didn't change since they were read; return how many there were."""
    return sum(file.remove() for file in files)


def still_open(count: int, noun: str, where: str) -> str:
    """Return the start of a sentence about copies that the vault's key doesn't open."""
    opens = "opens" if count == 1 else "open"
    return f"{plural(count, noun)} {where} still {opens} with an old password"


def not_rekeyed(files: Collection[VaultFile], count: int, old_slots: tuple[Slot, ...]) -> list[str]:
    """Return sentences for the copies that `rekey` left: all but `count`.

    `old_slots` are the vault's before the new password: other copies have even older passwords.
    """
    said = []
    older = sum(not file.has_slot_of(old_slots) for file in files)
    failed = len(files) - count - older
    if older:
        verb, was = ("opens", "was") if older == 1 else ("open", "were")
        said.append(
            f"{plural(older, 'older copy')} {verb} with an even older password and {was} not"
            " re-encrypted. To remove such copies, use: otp-tui passwd --remove-backups"
        )
    if failed > 0:
        verb = "is" if failed == 1 else "are"
        said.append(f"{plural(failed, 'older copy')} {verb} damaged, or couldn't be replaced.")
    return said


def _others(files: Iterable[VaultFile], key: bytes) -> list[VaultFile]:
    return [file for file in files if not opens(file, key)]


def _rekey(vault: Vault, file: VaultFile, old_key: bytes) -> bool:
    path = file.path
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    try:
        document = file.open(old_key)
        write_new(temporary, vault.sealed_copy(document, file.envelope.generation))
        if VaultFile.read(temporary).open(vault.key) != document:
            raise CryptoError("the copy doesn't decrypt to the original")
        status = path.lstat()
        if digest(read_limited(path)) != file.digest:
            raise DamagedVaultError(f"{file.name} was changed.")
        os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns))
        temporary.replace(path)
        sync_folder(path.parent)
    except (CryptoError, FileError, NotSavedError, OSError, ValueError, VaultError):
        remove(temporary)
        return False
    return True
