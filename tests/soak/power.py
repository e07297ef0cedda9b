"""A model of a disk that keeps only what was synced, and savers that are broken on purpose.

What was not synced before a power cut may be kept or not, each part for itself: every subset is
tried.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.soak.children import cheap_keys
from tests.soak.report import Result
from tests.vault.support import FLOOR, PASSWORD, MovedClock, entry
from tui import files
from tui.errors import NotSavedError, OtpTuiError
from tui.vault import store as stores
from tui.vault.current import Current
from tui.vault.vault import Vault

_MOST = 10
"""Maximum number of pending parts of which all subsets are tried; of more, the last ones."""
_CALLS = ("open", "write", "fsync", "close", "rename", "replace", "link", "unlink")


@dataclass
class File:
    """A file, whatever its names are: the data that is kept for sure, and pending writes."""

    kept: bytes = b""
    pending: list[bytes | None] = field(default_factory=list)
    """Appended bytes; None removes all that comes before."""


class Disk:
    """Records what the program does in a folder, and what a power cut may leave of it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.after: Callable[[], object] = lambda: None
        """Called after each operation."""
        self._now: dict[Path, File] = {}
        self._kept: dict[Path, File] = {}
        self._pending: list[Mapping[Path, File | None]] = []
        self._opened: dict[int, Path] = {}
        records: dict[str, Callable[..., object]] = {
            "open": self._open, "write": self._write, "fsync": self._fsync, "close": self._close,
            "rename": self._rename, "replace": self._rename, "link": self._link,
            "unlink": self._unlink,
        }  # fmt: skip
        for name in _CALLS:
            patch.setattr(os, name, self._recorded(getattr(os, name), records[name]))

    def settle(self) -> None:
        """Take over the files as they are, as if all was synced."""
        self._now = {
            path: File(path.read_bytes()) for path in self.folder.rglob("*") if path.is_file()
        }
        self._kept, self._pending = dict(self._now), []

    def states(self, path: Path) -> Iterator[bytes | None]:
        """Return what may be at `path` after a power cut: bytes, or None if it isn't there."""
        ops = self._pending[-_MOST:]
        for chosen in itertools.product((False, True), repeat=len(ops)):
            names: dict[Path, File | None] = dict(self._kept)
            for op in itertools.compress(ops, chosen):
                names.update(op)
            file = names.get(path)
            if file is None:
                yield None
                continue
            writes = file.pending[-_MOST:]
            for kept in itertools.product((False, True), repeat=len(writes)):
                data = file.kept
                for write in itertools.compress(writes, kept):
                    data = b"" if write is None else data + write
                yield data

    def _recorded(
        self, real: Callable[..., Any], record: Callable[..., object]
    ) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            done = real(*args, **kwargs)
            record(done, *args)
            self.after()
            return done

        return call

    def _open(self, done: int, path: Any, flags: int, *_: Any) -> None:
        place = Path(path)
        if not place.is_relative_to(self.folder):
            return
        self._opened[done] = place
        if flags & os.O_CREAT and place not in self._now:
            self._put({place: File()})
        if flags & os.O_TRUNC:
            self._now[place].pending.append(None)

    def _write(self, done: int, descriptor: int, data: Any) -> None:
        if place := self._opened.get(descriptor):
            self._now[place].pending.append(bytes(data[:done]))

    def _fsync(self, _done: None, descriptor: int) -> None:
        place = self._opened.get(descriptor)
        if place in self._now:
            file = self._now[place]
            for write in file.pending:
                file.kept = b"" if write is None else file.kept + write
            file.pending = []
        elif place is not None:
            left = []
            for op in self._pending:
                if next(iter(op)).parent == place:
                    self._apply(self._kept, op)
                else:
                    left.append(op)
            self._pending = left

    def _close(self, _done: None, descriptor: int) -> None:
        self._opened.pop(descriptor, None)

    def _rename(self, _done: None, old: Any, new: Any) -> None:
        if Path(old) in self._now:
            self._put({Path(new): self._now[Path(old)], Path(old): None})

    def _link(self, _done: None, old: Any, new: Any) -> None:
        if Path(old) in self._now:
            self._put({Path(new): self._now[Path(old)]})

    def _unlink(self, _done: None, path: Any) -> None:
        if Path(path) in self._now:
            self._put({Path(path): None})

    def _put(self, op: Mapping[Path, File | None]) -> None:
        self._apply(self._now, op)
        self._pending.append(op)

    @staticmethod
    def _apply(names: dict[Path, File], op: Mapping[Path, File | None]) -> None:
        for path, file in op.items():
            if file is None:
                names.pop(path, None)
            else:
                names[path] = file


class LostError(AssertionError):
    """Something that was saved is gone."""


def power_cuts(saves: int, broken: Callable[[pytest.MonkeyPatch], object] | None = None) -> Result:
    """Cut the power after each operation of some saves; open what may be left, every time."""
    states, known = 0, {}
    with _folder() as folder, pytest.MonkeyPatch.context() as patch:
        path = folder / "vault.json"
        vault = Vault.create(path, PASSWORD, FLOOR, MovedClock())
        vault.change(lambda now: now.holding((entry("first"),)))
        if broken is not None:
            broken(patch)
        disk = Disk(folder, patch)
        disk.settle()
        reader = folder.parent / "after.json"

        def number_of(data: bytes | None) -> int:
            if data is None:
                raise LostError("the vault is gone")
            if data not in known:
                reader.write_bytes(data)
                reader.chmod(0o600)
                try:
                    left = Vault.open(reader, PASSWORD)
                except OtpTuiError as error:
                    raise LostError(f"the vault is damaged: {error}") from None
                known[data] = len(left.entries)
            return known[data]

        def check(least: int, most: int) -> None:
            nonlocal states
            disk.after = lambda: None
            for data in disk.states(path):
                states += 1
                if not least <= number_of(data) <= most:
                    raise LostError(f"{number_of(data)} entries, {least} were saved")
            disk.after = lambda: check(least, most)

        for number in range(1, saves + 1):
            check(number, number + 1)
            made = entry(f"Site {number}")
            if number % 5 == 3:
                vault.change_password(PASSWORD, FLOOR)
            vault.change(lambda now, made=made: now.holding((*now.entries, made)))  # type: ignore[misc]
            check(number + 1, number + 1)
    return Result(
        f"{states:,} states of {saves} saves, {len(known)} different files", "nothing lost"
    )


def two_writers(broken: Callable[[pytest.MonkeyPatch], object] | None = None) -> None:
    """Let a program save while another one does, and between two saves of another one."""
    with _folder() as folder, pytest.MonkeyPatch.context() as patch:
        path = folder / "vault.json"
        patch.setattr(stores, "LOCK_WAIT", 0.001)
        Vault.create(path, PASSWORD, FLOOR, MovedClock()).close()
        if broken is not None:
            broken(patch)
        one, other = Vault.open(path, PASSWORD), Vault.open(path, PASSWORD)
        saved = 0

        def add(vault: Vault, name: str) -> None:
            nonlocal saved
            with contextlib.suppress(NotSavedError):
                vault.change(lambda now: now.holding((*now.entries, entry(name))))
                saved += 1

        real, busy = stores.Store.replace, [True]

        def meanwhile(store: Any, *args: Any, **kwargs: Any) -> None:
            if busy:
                busy.clear()
                add(other, "meanwhile")
            real(store, *args, **kwargs)

        patch.setattr(stores.Store, "replace", meanwhile)
        for vault, name in ((one, "one"), (other, "other"), (one, "one again")):
            add(vault, name)
            there = len(Vault.open(path, PASSWORD).entries)
            if there < saved:
                raise LostError(f"{there} entries, {saved} were saved")


def broken_savers() -> Result:
    """Break the saver in six ways; each must be caught."""

    def cuts(how: Callable[[pytest.MonkeyPatch], object]) -> None:
        power_cuts(2, how)

    caught = []
    for name, attack, how in (
        ("no fsync", cuts, _no_fsync),
        ("no folder fsync", cuts, _no_folder_fsync),
        ("written in place", cuts, _in_place),
        ("old file renamed first", cuts, _old_one_first),
        ("no lock", two_writers, _no_lock),
        ("no merge", two_writers, _no_merge),
    ):
        try:
            attack(how)
        except LostError:
            caught.append(name)
        else:
            raise AssertionError(f"a broken saver was not caught: {name}")
    return Result(f"mistakes: {', '.join(caught)}", f"{len(caught)} of 6 noticed")


def _no_fsync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(files, "write_new", _written_without_fsync)
    patch.setattr(stores, "write_new", _written_without_fsync)


def _written_without_fsync(path: Path, data: bytes, mode: int = 0o600) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    os.write(descriptor, data)
    os.close(descriptor)


def _no_folder_fsync(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(files, "sync_folder", lambda _path: None)


def _in_place(patch: pytest.MonkeyPatch) -> None:
    def put(temporary: Path, path: Path, _old: Path | None = None) -> None:
        data = temporary.read_bytes()
        descriptor = os.open(path, os.O_WRONLY | os.O_TRUNC)
        os.write(descriptor, data)
        os.fsync(descriptor)
        os.close(descriptor)
        temporary.unlink()

    patch.setattr(stores, "put_in_place", put)


def _old_one_first(patch: pytest.MonkeyPatch) -> None:
    real = files.put_in_place

    def put(temporary: Path, path: Path, old: Path | None = None) -> None:
        path.rename(path.with_name("vault.bak"))
        real(temporary, path, old)

    patch.setattr(stores, "put_in_place", put)


def _no_lock(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stores.Store, "locked", lambda _store: contextlib.nullcontext())
    patch.setattr(stores.Store, "changed", False)  # which notices most of what the lock prevents


def _no_merge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Current, "_merge_in", lambda own, known: (known, own._store.read()))


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder, cheap_keys():
        made = Path(folder, "vault")
        made.mkdir()
        state = os.environ.get("XDG_STATE_HOME")
        os.environ["XDG_STATE_HOME"] = str(Path(folder, "state"))
        try:
            yield made
        finally:
            os.environ.pop("XDG_STATE_HOME")
            if state is not None:
                os.environ["XDG_STATE_HOME"] = state
