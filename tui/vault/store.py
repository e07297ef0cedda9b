"""The only writer of the vault: lock, compare, keep a backup, replace. Bytes in, bytes out.

Spec: vault.md, "Saving". Whatever fails, the vault's bytes are the old ones and no temporary
file stays behind.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from tui.clock import Clock
from tui.errors import DamagedVaultError, FileError, NotSavedError, VaultError, VaultMissingError
from tui.files import (
    OPEN_FLAGS,
    PRIVATE,
    close,
    make_folder,
    put_in_place,
    read_whole,
    regular_size,
    remove,
    replace_file,
    why,
    write_new,
)
from tui.text import safe
from tui.vault.backups import Backups
from tui.vault.envelope import BACKUP_HINT

LOCK_ATTEMPTS = 250
LOCK_PAUSE = 0.02
"""Seconds between attempts to get the lock: 5 s in all."""

_NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}


class Store:
    """One vault's place on disk. `warnings` collects what the user should know, once each."""

    def __init__(self, path: str | os.PathLike[str], clock: Clock) -> None:
        """Resolve `path`, once and for all: links in its folders now, the file's name as is.

        Raises:
            VaultError: it cannot name a file.
        """
        self.path = _resolve(path)
        self.name = safe(str(self.path), 200)
        self.warnings: list[str] = []
        self._clock = clock
        self._backups = Backups(self.path)
        self._conflict: Path | None = None
        self._tidied = False

    def read(self) -> bytes:
        """Return the vault's bytes, at most 16 MiB, and see to it that they are private.

        Raises:
            VaultMissingError: there is no such file.
            DamagedVaultError: it is larger than a vault may be.
            VaultError: not a regular file, a symbolic link, another user's, not readable.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | OPEN_FLAGS)
        except FileNotFoundError:
            raise VaultMissingError(f"There is no vault at {self.name}.") from None
        except OSError as error:
            raise VaultError(f"The vault {self.name} cannot be opened: {why(error)}.") from None
        try:
            try:
                size = regular_size(descriptor, f"The vault {self.name}")
            except FileError as error:
                kind = os.fstat(descriptor).st_mode
                raise (DamagedVaultError if stat.S_ISREG(kind) else VaultError)(
                    str(error), BACKUP_HINT if stat.S_ISREG(kind) else ""
                ) from None
            self._require_private(descriptor)
            return read_whole(descriptor, f"The vault {self.name}", size)
        except OSError as error:
            raise VaultError(f"The vault {self.name} cannot be read: {why(error)}.") from None
        except FileError as error:
            raise VaultError(str(error), error.hint) from None
        finally:
            close(descriptor)

    def make_folder(self) -> None:
        """Make the folder of the vault, and those above it, 0700; leave what is there alone.

        Raises:
            VaultError: the system refused.
        """
        missing = [folder for folder in self.path.parents if not os.path.lexists(folder)]
        try:
            for folder in reversed(missing):
                make_folder(folder)
        except OSError as error:
            folder_name = safe(str(self.path.parent), 200)
            raise VaultError(f"The folder {folder_name} cannot be made: {why(error)}.") from None

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other programs of ours from writing, or go on with a warning where none can.

        Raises:
            NotSavedError: another one holds the lock for more than 5 s.
            OSError: the system refused the lock's file.
        """
        descriptor = os.open(
            self.path.with_name(self.path.name + ".lock"),
            os.O_RDWR | os.O_CREAT | OPEN_FLAGS,
            PRIVATE,
        )
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
                raise NotSavedError(f"The lock of {self.name} is not a file of yours.")
            os.fchmod(descriptor, PRIVATE)
            if self._lock(descriptor) and not self._tidied:
                self._tidied = True
                self._tidy()
            yield
        finally:
            close(descriptor)

    def replace(self, data: bytes, current: bytes | None, *, small: bool = False) -> None:
        """Put `data` in the place of the vault, whose bytes are `current` (None: no vault).

        To be called with the lock held. When it returns, `data` is durable. Of a `small`
        change no older version is kept, so that it does not push out those that matter.

        Raises:
            OSError: the system refused; the vault is what it was.
        """
        temporary = self.path.with_name(f"{_prefix(self.path)}{os.urandom(8).hex()}.tmp")
        write_new(temporary, data)
        kept: Path | None = None
        try:
            if current is not None:
                kept = self._backups.keep(current, self._clock.now())
            put_in_place(temporary, self.path, kept)
        except BaseException:
            remove(temporary)
            if kept is not None:
                remove(kept)
            raise
        if small and kept is not None:
            remove(kept)
        self._backups.prune(self._clock.now())

    def write_beside(self, data: bytes) -> Path:
        """Write `data` to a conflict copy beside the vault, always the same one.

        Raises:
            OSError: the system refused.
        """
        if self._conflict is None:
            stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(self._clock.now()))
            name = f"{self.path.stem}.conflict-{stamp}-{os.urandom(3).hex()}{self.path.suffix}"
            self._conflict = self.path.with_name(name)
        replace_file(self._conflict, data)
        return self._conflict

    def warn(self, sentence: str) -> None:
        """Add a warning, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def _require_private(self, descriptor: int) -> None:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid():
            raise VaultError(f"The vault {self.name} belongs to another user.")
        if status.st_mode & 0o077:
            try:
                os.fchmod(descriptor, PRIVATE)
            except OSError:
                self.warn(f"Other users can read the vault {self.name}; make it 0600.")
            else:
                self.warn(f"Other users could open the vault {self.name}; now they cannot.")

    def _lock(self, descriptor: int) -> bool:
        for attempt in range(LOCK_ATTEMPTS):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if attempt + 1 < LOCK_ATTEMPTS:
                    time.sleep(LOCK_PAUSE)
            except OSError as error:
                if error.errno not in _NO_LOCKS:
                    raise
                self.warn(
                    f"The folder of {self.name} has no locks: do not change the vault with two "
                    "programs at a time."
                )
                return False
            else:
                return True
        raise NotSavedError(
            f"The change is not saved: another program has been writing {self.name} for 5 s.",
            "Try again.",
        )

    def _tidy(self) -> None:
        """Remove what a crash left behind: under the lock nobody else is writing."""
        prefix = _prefix(self.path)
        with contextlib.suppress(OSError):
            for path in self.path.parent.iterdir():
                middle = path.name.removeprefix(prefix).removesuffix(".tmp")
                if len(middle) == 16 and path.name == f"{prefix}{middle}.tmp":
                    remove(path)


def _resolve(path: str | os.PathLike[str]) -> Path:
    folder, name = os.path.split(os.fspath(path))
    try:
        resolved = Path(os.path.realpath(folder or "."), name)
    except (OSError, ValueError):
        raise VaultError("The path of the vault is not one that a file can have.") from None
    if name in {"", ".", ".."} or "\0" in name:
        raise VaultError(f"The vault's path {safe(os.fspath(path), 200)} names no file.")
    return resolved


def _prefix(path: Path) -> str:
    return f".{path.name}."
