"""The only writer of the vault file: lock, keep an older copy, replace. Handles only bytes.

Spec: vault.md, "Saving". If anything fails, the file is unchanged and no temporary file is left
behind.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import random
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tui.clock import Clock
from tui.errors import (
    DamagedVaultError,
    FileError,
    NotSavedError,
    ReplacedMeanwhileError,
    VaultError,
    VaultMissingError,
)
from tui.files import (
    OPEN_FLAGS,
    PRIVATE,
    close,
    make_folders,
    put_in_place,
    read_whole,
    regular_size,
    remedy,
    remove,
    replace_file,
    set_mode,
    why,
    write_new,
)
from tui.text import safe
from tui.vault.backups import Backups
from tui.vault.envelope import BACKUP_HINT

LOCK_WAIT = 30.0
"""Seconds to wait for the lock."""
WAIT_TOLD = 1.0
"""Seconds after which `Store.on_wait` is called."""
LOCK_PAUSES = (0.002, 0.02)
"""Minimum and maximum seconds between attempts: random, so that every program gets its turn."""

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


class Store:
    """The file of one vault. `warnings` collects sentences for the user, without duplicates."""

    def __init__(self, path: str | os.PathLike[str], clock: Clock) -> None:
        """Resolve `path` once, following links in its folders but not of the file itself.

        Raises:
            VaultError: it is not the path of a file.
        """
        self.path = resolve(path)
        self.name = safe(str(self.path), 200)
        self.warnings: list[str] = []
        self._clock = clock
        self._backups = Backups(self.path)
        self._conflict: Path | None = None
        self._tidied = False
        self._signature: tuple[int, ...] | None = None
        """Of the file last read or written; None if there was none."""
        self.existed = False
        """True if the file was read or written here."""
        self.on_wait: Callable[[bool], object] = _ignore
        """Called with True once another program has held the lock for a second, and with False
        when the wait ends."""

    @property
    def changed(self) -> bool:
        """True if the file is not the one last read or written, as far as the system says."""
        try:
            return _signature(os.lstat(self.path)) != self._signature
        except OSError:
            return self._signature is not None

    def forget(self) -> None:
        """Make `changed` True until the file is read again."""
        self._signature = ()

    def ignore(self) -> None:
        """Make `changed` False until the file changes again, though it wasn't read."""
        try:
            self._signature = _signature(os.lstat(self.path))
        except OSError:
            self._signature = None

    def read(self) -> bytes:
        """Return the vault's bytes, at most 16 MiB; make the file private if it isn't.

        Raises:
            VaultMissingError: there is no such file.
            DamagedVaultError: it is too large for a vault.
            VaultError: it is not a regular file, is a symbolic link, belongs to another user, or
                can't be read.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | OPEN_FLAGS)
        except FileNotFoundError:
            self._signature = None
            raise VaultMissingError(f"No vault at {self.name}.") from None
        except OSError as error:
            is_link = error.errno == errno.ELOOP
            hint = "Use the path of the file that it points to." if is_link else ""
            raise VaultError(f"Couldn't open the vault {self.name}: {why(error)}.", hint) from None
        try:
            try:
                size = regular_size(descriptor, f"The vault {self.name}")
            except FileError as error:
                kind = os.fstat(descriptor).st_mode
                raise (DamagedVaultError if stat.S_ISREG(kind) else VaultError)(
                    str(error), BACKUP_HINT if stat.S_ISREG(kind) else ""
                ) from None
            self._require_private(descriptor)
            self._signature, self.existed = _signature(os.fstat(descriptor)), True
            return read_whole(descriptor, f"The vault {self.name}", size)
        except OSError as error:
            raise VaultError(f"Couldn't read the vault {self.name}: {why(error)}.") from None
        except FileError as error:
            raise VaultError(str(error), error.hint) from None
        finally:
            close(descriptor)

    def make_folder(self) -> None:
        """Create the vault's folder and missing parents with mode 0700; don't change existing ones.

        Raises:
            VaultError: the system refused.
        """
        try:
            make_folders(self.path.parent)
        except OSError as error:
            folder_name = safe(str(self.path.parent), 200)
            raise VaultError(f"Couldn't create the folder {folder_name}: {why(error)}.") from None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other programs from writing; only warn if the file system has no locks.

        Raises:
            NotSavedError: another program has held the lock for 30 s, or the lock can't be
                opened.
            OSError: the system refused to lock.
        """
        lock = self.path.with_name(self.path.name + ".lock")
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | OPEN_FLAGS, PRIVATE)
        except OSError as error:
            raise NotSavedError(
                f"Couldn't save the vault: couldn't open its lock {self.name}.lock: {why(error)}.",
                remedy(error),
            ) from None
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
                raise NotSavedError(
                    f"Couldn't save the vault: {self.name}.lock is not your own file."
                )
            set_mode(descriptor, PRIVATE)
            if self._lock(descriptor) and not self._tidied:
                self._tidied = True
                self._tidy()
            yield
        finally:
            close(descriptor)

    def replace(self, data: bytes, current: bytes | None, *, minor: bool = False) -> None:
        """Replace the vault's bytes, `current` (None: no vault), with `data`.

        Call this with the lock held. When it returns, `data` is durable. A `minor` change keeps no
        older copy, so that it doesn't displace those that matter.

        Raises:
            NotSavedError: the older copy can't be kept; the file is unchanged.
            ReplacedMeanwhileError: the file is not the one last read.
            OSError: the system refused; the file is unchanged.
        """
        temporary = self.path.with_name(f"{_prefix(self.path)}{os.urandom(8).hex()}.tmp")
        write_new(temporary, data)
        kept: Path | None = None
        try:
            signature = _signature(os.lstat(temporary))
            if current is not None:
                kept = self._keep(current, durable=not minor)
            if self.changed:
                raise ReplacedMeanwhileError(
                    f"Couldn't save the vault {self.name}: another program replaced it.",
                    "Try again.",
                )
            put_in_place(temporary, self.path, kept)
        except BaseException:
            remove(temporary)
            if kept is not None:
                remove(kept)
            raise
        self._signature, self.existed = signature, True
        if minor and kept is not None:
            remove(kept)
        self._backups.prune()

    def write_conflict_copy(self, data: bytes) -> Path:
        """Write `data` to a conflict copy next to the vault, the same one every time.

        Raises:
            OSError: the system refused.
        """
        if self._conflict is None:
            stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock.now()))
            name = f"{self.path.stem}.conflict-{stamp}-{os.urandom(3).hex()}{self.path.suffix}"
            self._conflict = self.path.with_name(name)
        replace_file(self._conflict, data)
        return self._conflict

    def conflict_copies(self) -> list[str]:
        """Return the names of the files of `write_conflict_copy`, oldest first."""
        start, end = f"{self.path.stem}.conflict-", self.path.suffix
        try:
            names = [one.name for one in self.path.parent.iterdir()]
        except OSError:
            return []
        return sorted(name for name in names if name.startswith(start) and name.endswith(end))

    def warn(self, sentence: str) -> None:
        """Add a warning, unless it is already there."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def _keep(self, current: bytes, *, durable: bool) -> Path:
        try:
            return self._backups.keep(current, self._clock.now(), durable=durable)
        except OSError as error:
            folder = safe(str(self._backups.folder), 200)
            raise NotSavedError(
                f"Couldn't save the vault {self.name}: couldn't keep the older copy in {folder}:"
                f" {why(error)}.",
                remedy(error),
            ) from None

    def _require_private(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid():
            raise VaultError(f"The vault {self.name} belongs to another user.")
        if status.st_mode & 0o077:
            with contextlib.suppress(OSError):
                os.fchmod(descriptor, PRIVATE)
            if os.fstat(descriptor).st_mode & 0o077:
                self.warn(
                    f"Other users can read the vault {self.name}, and its file system doesn't let"
                    " otp-tui change that. Move it to another one."
                )
            else:
                self.warn(f"Other users could read the vault {self.name}. Its mode is now 0600.")

    def _lock(self, descriptor: int) -> bool:
        waited, told = 0.0, False
        try:
            while waited < LOCK_WAIT:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    pause = random.uniform(*LOCK_PAUSES)  # noqa: S311 - no secret depends on it
                    time.sleep(pause)
                    waited += pause
                    if waited >= WAIT_TOLD and not told:
                        told = True
                        self.on_wait(True)
                else:
                    return True
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            self.warn(
                f"The file system of {self.name} has no file locks. Don't change the vault in "
                "two programs at the same time."
            )
            return False
        finally:
            if told:
                self.on_wait(False)
        raise NotSavedError(
            f"Couldn't save the vault {self.name}: another program has locked {self.name}.lock.",
            "Try again.",
        )

    def _tidy(self) -> None:
        """Delete temporary files of crashed programs; while we hold the lock, no other is
        writing."""
        prefix = _prefix(self.path)
        # In the folder of older copies, the names have the number and the time of the copy, too.
        for folder, parts in ((self.path.parent, 1), (self._backups.folder, 3)):
            with contextlib.suppress(OSError):
                for path in folder.iterdir():
                    middle = path.name.removeprefix(prefix).removesuffix(".tmp").split(".")
                    token = middle[-1]
                    whole = f"{prefix}{'.'.join(middle)}.tmp"
                    if len(token) == 16 and len(middle) == parts and path.name == whole:
                        remove(path)


def resolve(path: str | os.PathLike[str]) -> Path:
    """Return the path with links in its folders followed, but not of the file itself.

    Raises:
        VaultError: it is not the path of a file.
    """
    folder, name = os.path.split(os.fspath(path))
    try:
        resolved = Path(os.path.realpath(folder or "."), name)
    except (OSError, ValueError):
        raise VaultError("The vault's path is not a valid file name.") from None
    if name in {"", ".", ".."} or "\0" in name:
        raise VaultError(f"The vault's path {safe(os.fspath(path), 200)} is not a file path.")
    return resolved


def _signature(status: os.stat_result) -> tuple[int, ...]:
    """Return what tells two versions of a file apart; a rename or a new link changes nothing."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _ignore(_waits: bool) -> None:
    """Tell nobody of a wait."""


def _prefix(path: Path) -> str:
    return f".{path.name}."
