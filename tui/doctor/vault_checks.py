"""The checks of the vault, its folder and its copies."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tui.doctor.finding import Finding, chown_hint
from tui.errors import CryptoError, FileError, VaultError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tui.vault.envelope import Envelope

SLOW = 5.0
"""Seconds. A vault that takes longer to open needs attention."""
VAULT_OWNER = "vault owner"
"""The finding that is reported only if the vault is a regular file."""
_MERGE = "Run: otp-tui merge"
_REVIEW = "Review it (otp-tui --vault FILE list), then delete it."


def all_of(path: Path, clock: Callable[[], float]) -> Iterator[Finding]:
    """Run the checks below; `clock` measures a key derivation, in seconds."""
    of_file = [*vault_file(path)]
    yield from of_file
    if any(finding.name == VAULT_OWNER for finding in of_file):
        yield from vault_header(path, clock)
        yield from last_used(path)
    yield from backups(path)
    yield from conflicts(path)
    yield from unmerged(path)


def vault_file(path: Path) -> Iterator[Finding]:
    """Report where the vault is, who owns it and who can open it."""
    from tui.vault.copies import KEPT_HINT, has_kept

    name = safe(str(path), 200)
    try:
        folder = path.parent.stat()
        status = path.lstat()
    except FileNotFoundError:
        what = "file" if path.parent.exists() else "folder"
        advice = KEPT_HINT if has_kept(path) else "Run: otp-tui init"
        yield Finding("vault", f"{name} doesn't exist (no such {what})", advice)
        return
    except OSError as error:
        yield Finding("vault", f"{name}: {error.strerror}", "Take ownership of the folder.")
        return
    if not stat.S_ISREG(status.st_mode):
        says = f"{name} is not a regular file"
        yield Finding("vault", says, "Move it away and put the vault in its place.")
        return
    yield Finding("vault", name)
    yield from _private("vault", path, status, 0o077, "600")
    yield from _private("folder", path.parent, folder, 0o022, "700")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        says = "not writable: the vault can be opened but not changed"
        yield Finding("folder", says, "Make it writable, or move the vault.")


def _private(
    what: str, path: Path, status: os.stat_result, others: int, mode: str
) -> Iterator[Finding]:
    name, bits = safe(str(path), 200), stat.S_IMODE(status.st_mode)
    if status.st_uid != os.geteuid():
        yield Finding(f"{what} owner", f"another user ({status.st_uid})", chown_hint(name))
    else:
        yield Finding(f"{what} owner", "you")
    advice = f"Run: chmod {mode} {name}" if bits & others else ""
    yield Finding(f"{what} permissions", f"{bits:04o}", advice)


def vault_header(path: Path, clock: Callable[[], float]) -> Iterator[Finding]:
    """Report on the unencrypted part of the vault, and how long one key derivation takes."""
    from tui.files import read_limited
    from tui.vault import envelope as envelopes
    from tui.vault.envelope import PasswordSlot

    try:
        envelope = envelopes.parse(read_limited(path), f"The vault {safe(str(path), 200)}")
    except (FileError, VaultError) as error:
        yield Finding("vault header", str(error), error.hint or "Restore an older copy.")
        return
    yield from _key_derivation(envelope, clock)
    has_code = any(not isinstance(slot, PasswordSlot) for slot in envelope.slots)
    yield Finding("recovery code", "set" if has_code else "none")
    yield from _unsaved(envelope.vault_id, path)


def _key_derivation(envelope: Envelope, clock: Callable[[], float]) -> Iterator[Finding]:
    from tui.crypto import kdf
    from tui.vault import seal
    from tui.vault.envelope import PasswordSlot

    what = "key derivation"
    kdf.prepare()
    for slot in envelope.slots:
        if not isinstance(slot, PasswordSlot):
            continue
        params = slot.params
        says = (
            f"Argon2id, memory {params.memory_kib / 1024:g} MiB, iterations {params.time_cost}, "
            f"parallelism {params.parallelism}"
        )
        try:
            kdf.check_write(params)
        except CryptoError:
            yield Finding(what, f"{says}: too weak", "Run: otp-tui passwd")
            continue
        begun = clock()
        try:
            seal.password_key(slot, b"not the password")
        except CryptoError as error:
            advice = "Free some memory, or lower kdf.memory_mib and run otp-tui passwd elsewhere."
            yield Finding(what, f"{says}: {error}", advice)
            continue
        took = clock() - begun
        advice = "Lower [kdf] in the settings, then run: otp-tui passwd" if took > SLOW else ""
        yield Finding(what, f"{says}: {took:.2f} s here", advice)


def _unsaved(vault_id: str, path: Path) -> Iterator[Finding]:
    from tui.paths import short_path
    from tui.vault.store import resolve
    from tui.vault.unsaved import waiting

    for file in waiting(vault_id, resolve(path)):
        says = f"kept in {short_path(file)}, as they couldn't be saved before the vault was locked"
        yield Finding("unsaved changes", says, "Open the vault: it saves them, or says how.")


def last_used(path: Path) -> Iterator[Finding]:
    """Report if the vault is not the one last used on this machine, nor a newer one."""
    from tui.files import read_limited
    from tui.vault import envelope as envelopes
    from tui.vault.seen import Seen
    from tui.vault.state import digest
    from tui.vault.store import resolve

    try:
        data = read_limited(path)
        header = envelopes.parse(data)
        seen = Seen(header.vault_id, resolve(path))
    except (FileError, VaultError):
        return
    older = seen.compare(header.generation, digest(data))
    if older is not None:
        advice = f"{_newest(path, header)} To go on with this one: otp-tui list --accept-older"
        yield Finding("vault generation", older.what, advice)
    elif seen.last() is not None:
        says = f"{header.generation}, the newest used on this machine"
        yield Finding("vault generation", says)


def _newest(path: Path, header: Envelope) -> str:
    """Return where to find a newer file of the vault."""
    from shlex import quote

    from tui.vault.copies import find_copies
    from tui.vault.versions import older_files

    files = [*older_files(path, header.vault_id), *find_copies(path, header.vault_id).files]
    newest = max(files, key=lambda file: file.envelope.generation, default=None)
    if newest is None or newest.envelope.generation <= header.generation:
        return (
            "Look for the newer file: in the folder “backups”, next to the vault, on your other"
            " machines."
        )
    return (
        f"The newest other file here is {newest.name}, generation {newest.envelope.generation}."
        f" Run: otp-tui merge {quote(safe(str(newest.path), 200))}"
        " – or look on your other machines."
    )


def backups(path: Path) -> Iterator[Finding]:
    """Report the older copies of the vault."""
    from tui.vault.backups import Backups

    try:
        kept = Backups(path).kept()
    except OSError as error:
        yield Finding(
            "backups", f"can't be read: {error.strerror}", "Take ownership of the folder."
        )
        return
    newest = f", newest {safe(kept[0], 200)}" if kept else ""
    yield Finding("backups", f"{len(kept)}{newest}")


def conflicts(path: Path) -> Iterator[Finding]:
    """Report the copies of the vault that a conflict left next to it."""
    from tui.vault.conflict_names import conflict_names, is_of_another, too_many
    from tui.vault.copies import find_copies
    from tui.vault.versions import VaultFile

    try:
        copies = find_copies(path, VaultFile.read(path).envelope.vault_id).files
    except (FileError, VaultError):
        copies = ()
    found = [file.path.name for file in copies]
    for name in found:
        yield Finding("conflict", f"{safe(name, 200)} is a copy of this vault", _MERGE)
    for name in conflict_names(path):
        if name not in found and not is_of_another(name, path):
            yield Finding("conflict", safe(name, 200), _REVIEW)
    if left_out := too_many(path):
        yield Finding("conflict", left_out, "Delete those that are not vaults.")


def unmerged(path: Path) -> Iterator[Finding]:
    """Report if git has a conflict in the vault."""
    from tui.errors import UsageError
    from tui.git import run_git
    from tui.vault.store import resolve

    words = ("-c", "core.fsmonitor=false", "ls-files", "--unmerged", "--", f":(literal){path.name}")
    try:
        in_git = any((folder / ".git").exists() for folder in resolve(path).parents)
        if not in_git or not run_git(path.parent, *words):
            return
    except (FileError, UsageError, VaultError):
        return
    says = "the vault is not merged: the file is only your version"
    yield Finding("git", says, "Run otp-tui unlock, then git merge --abort, and merge again.")
