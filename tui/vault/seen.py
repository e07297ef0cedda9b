"""What this machine remembers of a vault: the last generation used here, and its file's digest.

A sync service or a restore can put an older file in the vault's place, and the file itself can't
tell. The memory is a small file for each vault and path, in the folder of `paths.state_folder`.
Nothing here fails or waits: without the folder, or with a damaged file, nothing is remembered.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tui.files import OPEN_FLAGS, PRIVATE, close, make_folders, remove
from tui.paths import state_folder
from tui.vault.file_names import seen_name
from tui.vault.history import contains, generation_of

LIMIT = 1024
"""Maximum size of the file, in bytes."""
MOST = 256
"""Number of vaults to remember."""
LOCK_ATTEMPTS = 20
LOCK_PAUSE = 0.001
"""Seconds between attempts to lock the folder; then nothing is recorded."""

_KEYS = {"generation", "digest", "told"}
_MAX_GENERATION = 2**53
_OLD = ".old"
"""The suffix of the previous file while it is replaced."""
_HEX = frozenset("0123456789abcdef")


class Record(NamedTuple):
    """The last file of a vault that was used on this machine."""

    generation: int
    digest: str
    """SHA-256 of the file, as hex digits."""
    told: str = ""
    """Digest of the last other file that the user was told about; may be empty."""


class Older(NamedTuple):
    """A vault file that is not a later version of the one last used here."""

    generation: int
    """The generation of the file."""
    seen: int
    """The last generation used here."""
    digest: str
    """SHA-256 of the file, as hex digits."""

    @property
    def sure(self) -> bool:
        """True if the file is older; False if it only lacks the changes last made here."""
        return self.generation < self.seen

    @property
    def what(self) -> str:
        """What the file is, as the end of a sentence."""
        numbers = f"generation {self.generation}, last seen {self.seen}"
        if self.sure:
            return f"older than the last one used on this machine ({numbers})"
        if self.generation > self.seen:
            return f"not a later version of the last one used on this machine ({numbers})"
        return f"not the last one used on this machine, but another of generation {self.generation}"

    @property
    def sentence(self) -> str:
        """A notice for the user."""
        cause = "A sync service or a restore may have replaced it."
        return f"The vault is {self.what}. {cause} Run otp-tui doctor for advice."


class Seen:
    """The memory of one vault at one path."""

    def __init__(self, vault_id: str, path: Path) -> None:
        folder = state_folder()
        self._file = None if folder is None else folder / "seen" / seen_name(vault_id, path)

    def last(self) -> Record | None:
        """Return what is remembered; None if that is nothing."""
        if self._file is None:
            return None
        try:
            return _parse(_read(self._file))
        except (OSError, ValueError, RecursionError):
            return None

    def compare(self, generation: int, digest: bytes) -> Older | None:
        """Return how the file differs from the one last used; None if it is that one or newer."""
        last, found = self.last(), digest.hex()
        if last is None or generation > last.generation:
            return None
        same = generation == last.generation and found == last.digest
        return None if same else Older(generation, last.generation, found)

    def opened(self, generation: int, digest: bytes, history: Sequence[str] = ()) -> Older | None:
        """Remember the file, unless it is older; return how it differs.

        With the `history` of its document, it differs also if it doesn't descend from the last one.
        """
        last, older = self.last(), self.compare(generation, digest)
        if older is not None:
            return older
        self._higher(generation, digest)
        if (
            last is None
            or generation == last.generation
            or not history
            or generation_of(history[0]) > last.generation
            or contains(history, bytes.fromhex(last.digest))
        ):
            return None
        return Older(generation, last.generation, digest.hex())

    def saved(self, generation: int, digest: bytes) -> None:
        """Remember the file that was just saved."""
        self._higher(generation, digest)

    def accept(self, older: Older) -> None:
        """Remember an older file as the one last used."""
        self._update(lambda _: Record(older.generation, older.digest))

    def tell(self, older: Older) -> bool:
        """Return True if the user was not yet told about this file, and remember that."""
        last = self.last()
        if last is None or last.told == older.digest:
            return last is None
        self._update(lambda now: now and now._replace(told=older.digest))
        return True

    def forget(self) -> None:
        """Remember nothing, as the vault is about to be deleted."""
        if self._file is not None:
            remove(self._file.with_suffix(_OLD))
            remove(self._file)

    def _higher(self, generation: int, digest: bytes) -> None:
        record = Record(generation, digest.hex())

        def choose(now: Record | None) -> Record:
            return now if now is not None and now.generation > generation else record

        last = self.last()
        if last is None or (last.generation, last.digest) != record[:2]:
            self._update(choose)

    def _update(self, change: Callable[[Record | None], Record | None]) -> None:
        """Replace what is remembered; the folder's lock keeps a lower generation from winning."""
        if self._file is None:
            return
        with contextlib.suppress(OSError), _locked(self._file.parent):
            before = self.last()
            after = change(before)
            if after is not None and after != before:
                if before is None:
                    _make_room(self._file.parent)
                _replace(self._file, json.dumps(after._asdict()).encode())


def _parse(data: bytes) -> Record | None:
    """Return the record in `data`; None if it is not exactly one.

    Raises:
        ValueError, RecursionError: not JSON.
    """
    root = json.loads(data)
    if type(root) is not dict or root.keys() != _KEYS:
        return None
    generation, digest, told = root["generation"], root["digest"], root["told"]
    if type(generation) is not int or not 0 <= generation <= _MAX_GENERATION:
        return None
    if not _is_digest(digest) or not (told == "" or _is_digest(told)):
        return None
    return Record(generation, digest, told)


def _is_digest(value: object) -> bool:
    return type(value) is str and len(value) == 64 and _HEX.issuperset(value)


def _read(file: Path) -> bytes:
    """Return the bytes of our own small file; none if it is something else."""
    try:
        descriptor = os.open(file, os.O_RDONLY | OPEN_FLAGS)
    except FileNotFoundError:
        try:
            descriptor = os.open(file.with_suffix(_OLD), os.O_RDONLY | OPEN_FLAGS)
        except FileNotFoundError:  # it was replaced in between, or there is none
            descriptor = os.open(file, os.O_RDONLY | OPEN_FLAGS)
    try:
        status = os.fstat(descriptor)
        own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        return os.read(descriptor, LIMIT) if own and status.st_size <= LIMIT else b""
    finally:
        close(descriptor)


def _make_room(folder: Path) -> None:
    """Delete what was not updated for the longest time, so that one more file may be added."""
    files = [one for one in folder.iterdir() if one.suffix == ".json"]
    if len(files) >= MOST:
        for old in sorted(files, key=lambda one: one.stat().st_mtime)[: len(files) - MOST + 1]:
            remove(old)


def _replace(file: Path, data: bytes) -> None:
    """Replace the file, but don't wait for the disk. The folder is locked.

    ext4 writes a file at once that is renamed onto another, so the old one is moved away first.
    """
    temporary, old = file.with_suffix(".tmp"), file.with_suffix(_OLD)
    remove(temporary)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, PRIVATE)
    try:
        written = os.write(descriptor, data)
    finally:
        close(descriptor)
    if written != len(data):
        remove(temporary)
        return
    remove(old)
    with contextlib.suppress(FileNotFoundError):
        file.replace(old)
    temporary.replace(file)
    remove(old)


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock the folder, which is created if it is missing.

    Raises:
        OSError: the system refused, or other programs keep it locked.
    """
    try:
        descriptor = _open_folder(folder)
    except FileNotFoundError:
        make_folders(folder)
        descriptor = _open_folder(folder)
    try:
        for attempt in range(LOCK_ATTEMPTS):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt + 1 == LOCK_ATTEMPTS:
                    raise
                time.sleep(LOCK_PAUSE)
        yield
    finally:
        close(descriptor)


def _open_folder(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | OPEN_FLAGS)
