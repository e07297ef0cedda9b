"""What `doctor` looks at in files: settings and the vault. Nothing is changed by it."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.errors import CryptoError, FileError, VaultError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tui.vault.envelope import Envelope

SLOW = 5.0
"""Seconds; a vault that takes longer to open needs attention."""
VAULT_OWNER = "vault's owner"
"""The name of a finding that is there when there is a file to look into."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    name: str
    """What, in a word or two."""
    says: str
    """What was found."""
    advice: str = ""
    """What to do; something needs attention where this is not empty."""


def settings(path: Path, sentences: tuple[str, ...]) -> Iterator[Finding]:
    """What is wrong in the settings' file, and who else could write there what is run."""
    name = safe(str(path), 200)
    for sentence in sentences:
        yield Finding("settings", sentence, "Mend the settings file.")
    try:
        status = path.stat()
    except OSError:
        if not sentences:
            yield Finding("settings", f"none; the defaults are used ({name} is not there)")
        return
    if not sentences:
        yield Finding("settings", f"nothing is wrong with {name}")
    if status.st_uid not in {os.geteuid(), 0}:
        yield Finding("settings' owner", f"another user, {status.st_uid}", _chown(name))
    own_group = status.st_gid == os.getegid()
    if stat.S_ISREG(status.st_mode) and status.st_mode & (0o002 if own_group else 0o022):
        says = f"{stat.S_IMODE(status.st_mode):04o}: others could set commands that run as you"
        yield Finding("settings' permissions", says, f"Run: chmod go-w {name}")


def vault_file(path: Path) -> Iterator[Finding]:
    """The place of the vault, whose it is and who can open it."""
    name = safe(str(path), 200)
    try:
        folder = path.parent.stat()
        status = path.lstat()
    except FileNotFoundError:
        where = "" if path.parent.exists() else ", nor its folder"
        yield Finding("vault", f"there is none at {name}{where}", "Make one with: otp-tui init")
        return
    except OSError as error:
        yield Finding("vault", f"{name}: {error.strerror}", "Make its folder yours.")
        return
    if not stat.S_ISREG(status.st_mode):
        yield Finding("vault", f"{name} is not a regular file", "Put the vault itself there.")
        return
    yield Finding("vault", name)
    yield from _private("vault", path, status, 0o077, "600")
    yield from _private("folder", path.parent, folder, 0o022, "700")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        says = "it cannot be written to: codes can be read, nothing can be changed"
        yield Finding("folder", says, "Make it writable, or put the vault elsewhere.")


def _private(
    what: str, path: Path, status: os.stat_result, others: int, mode: str
) -> Iterator[Finding]:
    name, bits = safe(str(path), 200), stat.S_IMODE(status.st_mode)
    if status.st_uid != os.geteuid():
        yield Finding(f"{what}'s owner", f"another user, {status.st_uid}", _chown(name))
    else:
        yield Finding(f"{what}'s owner", "you")
    advice = f"Run: chmod {mode} {name}" if bits & others else ""
    yield Finding(f"{what}'s permissions", f"{bits:04o}", advice)


def _chown(name: str) -> str:
    return f"Make it yours: chown {os.geteuid()} {name}"


def vault_header(path: Path, clock: Callable[[], float]) -> Iterator[Finding]:
    """What stands in the vault in the clear; one derivation is timed."""
    from tui.files import read_limited
    from tui.vault import envelope as envelopes
    from tui.vault.envelope import RecoverySlot

    try:
        envelope = envelopes.parse(read_limited(path), f"The vault {safe(str(path), 200)}")
    except (FileError, VaultError) as error:
        advice = error.hint or "Put a backup in its place."
        yield Finding("vault's header", str(error), advice)
        return
    yield from _cost(envelope, clock)
    has_code = any(isinstance(slot, RecoverySlot) for slot in envelope.slots)
    yield Finding("recovery code", "one opens the vault" if has_code else "none")


def _cost(envelope: Envelope, clock: Callable[[], float]) -> Iterator[Finding]:
    from tui.crypto import kdf
    from tui.vault import seal
    from tui.vault.envelope import PasswordSlot

    kdf.prepare()
    for slot in envelope.slots:
        if not isinstance(slot, PasswordSlot):
            continue
        params = slot.params
        memory = f"{params.memory_kib / 1024:g} MiB"
        cost = f"Argon2id, {memory}, {params.time_cost} passes, {params.parallelism} lanes"
        try:
            kdf.check_write(params)
        except CryptoError:
            yield Finding("password's cost", f"{cost}: too little", "Run: otp-tui passwd")
            continue
        begun = clock()
        try:
            seal.password_key(slot, b"not the password")
        except CryptoError as error:
            advice = "Free some memory, or lower kdf.memory_mib and run otp-tui passwd elsewhere."
            yield Finding("password's cost", f"{cost}: {error}", advice)
            continue
        took = clock() - begun
        advice = "Lower kdf in the settings, then run: otp-tui passwd" if took > SLOW else ""
        yield Finding("password's cost", f"{cost}: {took:.2f} s here", advice)


def copies_kept(path: Path) -> Iterator[Finding]:
    """The older versions, and what a conflict left behind."""
    from tui.vault.backups import Backups

    try:
        kept = Backups(path).kept()
        beside = sorted(
            each.name
            for each in path.parent.glob("*.conflict-*")
            if each.name.startswith(f"{path.stem}.conflict-")
        )
    except OSError as error:
        yield Finding("backups", f"cannot be read: {error.strerror}", "Make their folder yours.")
        return
    newest = f", the newest {safe(kept[0], 200)}" if kept else ""
    yield Finding("backups", f"{len(kept)}{newest}")
    for name in beside:
        advice = "Look what is in it (otp-tui --vault FILE list), then remove it."
        yield Finding("conflict", safe(name, 200), advice)
