"""Exports to a file: encoded, decoded, compared, written under a temporary name, then renamed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tui.backup.export_plan import compare
from tui.backup.model import Credentials, ExportPlan, Format
from tui.errors import ExportError, ExportExistsError, OtpTuiError
from tui.files import (
    LIMIT,
    OPEN_FLAGS,
    PRIVATE,
    close,
    put_in_place,
    read_limited,
    remove,
    replace_with,
    sync_folder,
    why,
    write_new,
)
from tui.text import plural, safe
from tui.vault.conflict_names import conflict_names
from tui.vault.copies import is_vault

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_PREFIX, _SUFFIX, _OLD = ".otp-tui-", ".tmp", ".old"
"""Parts of the names of temporary files."""
_TEMPORARY = re.compile(
    rf"{re.escape(_PREFIX)}[0-9a-f]{{16}}{re.escape(_SUFFIX)}({re.escape(_OLD)})?"
)
_NOTHING = "Nothing was exported"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, read back and compared."""

    path: Path
    format: Format
    plan: ExportPlan
    """What it contains, and what was left out."""

    @property
    def count(self) -> int:
        """Number of entries in the file."""
        return len(self.plan.backup.entries)

    @property
    def sentence(self) -> str:
        """One line for the user: `7 entries exported and verified, 2 left out, 1 changed`."""
        parts = [f"{plural(self.count, 'entry')} exported and verified"]
        if self.plan.left_out:
            parts.append(f"{len(self.plan.left_out)} left out")
        if changed := len({each.what for each in self.plan.changed}):
            parts.append(f"{changed} changed")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class EncodedExport:
    """The bytes of a file that was not written yet, read back as an import would, and compared."""

    format: Format
    plan: ExportPlan
    data: bytes = field(repr=False)

    def save(
        self, path: str | os.PathLike[str], *, vault: Path | None = None, force: bool = False
    ) -> Exported:
        """Write the file; return once it is on the disk and its bytes were read back.

        Raises:
            ExportExistsError, ExportError: as `export`.
        """
        place = check_place(path, vault, force=force)
        temporary = place.with_name(f"{_PREFIX}{os.urandom(8).hex()}{_SUFFIX}")
        try:
            with _tidied(place.parent):
                try:
                    write_new(temporary, self.data)
                    _verify(temporary, self.data)
                    if force:
                        replace_with(temporary, place)
                    else:
                        _create(temporary, place)
                finally:
                    remove(temporary)
        except OSError as error:
            raise ExportError(f"{_NOTHING}: can't write {_shown(place)}: {why(error)}.") from None
        return Exported(place, self.format, self.plan)


def check_place(
    path: str | os.PathLike[str], vault: Path | None = None, *, force: bool = False
) -> Path:
    """Check that an export to `path` is allowed, and return its real path; write nothing.

    `vault` is the path of the open vault: it, its lock file and its older copies are never
    overwritten. A symbolic link is neither followed nor replaced.

    Raises:
        ExportExistsError: the file exists, and `force` is not set.
        ExportError: an export can't have this path.
    """
    folder, name = os.path.split(os.fspath(path))
    if name in {"", ".", ".."}:
        raise ExportError(f"{safe(os.fspath(path), 200) or 'The path'} is not a valid file name.")
    try:
        place = Path(os.path.realpath(folder or "."), name)
        if not stat.S_ISDIR(place.parent.stat().st_mode):
            raise ExportError(f"{_shown(place.parent)} is not a folder.")
    except FileNotFoundError:
        raise ExportError(f"No such folder: {safe(folder, 200)}.", "Create it first.") from None
    except (OSError, ValueError) as error:
        raise ExportError(f"{_NOTHING}: {safe(os.fspath(path), 200)}: {why(error)}.") from None
    if vault is not None:
        _spare(place, vault)
    try:
        mode = place.lstat().st_mode
    except FileNotFoundError:
        return place
    except (OSError, ValueError) as error:
        raise ExportError(f"{_NOTHING}: {_shown(place)}: {why(error)}.") from None
    if stat.S_ISLNK(mode):
        raise ExportError(
            f"{_shown(place)} is a symbolic link.", "Use the path of the file itself."
        )
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "not a regular file"
        raise ExportError(f"{_shown(place)} is {kind}.")
    if not force:
        raise _exists(place)
    return place


def export(
    path: str | os.PathLike[str],
    target: Format,
    plan: ExportPlan,
    credentials: Credentials,
    *,
    vault: Path | None = None,
    force: bool = False,
) -> Exported:
    """Write the entries of `plan`; return once the file is on the disk and was verified.

    The file has mode 0600 whatever the umask. Without `force`, no file is ever replaced, not even
    one that another program creates meanwhile. Blocks for two key derivations.

    Raises:
        ExportExistsError: the file exists, and `force` is not set.
        ExportError: anything else; no file was changed and none was left behind.
    """
    check_place(path, vault, force=force)
    return encode(target, plan, credentials).save(path, vault=vault, force=force)


def encode(target: Format, plan: ExportPlan, credentials: Credentials) -> EncodedExport:
    """Return the bytes of an export, read back and compared with the plan; write no file.

    Blocks for two key derivations.

    Raises:
        ExportError: the format can't store the entries, or the credentials are not enough.
    """
    if target.write is None:
        raise ExportError(f"otp-tui can import {target.label}, but not export it.")
    if plan.left_out and not plan.backup.entries:
        raise ExportError(
            f"{_NOTHING}: {target.label} can't store any of the entries.",
            f"First problem: {plan.left_out[0].what}: {plan.left_out[0].reason}.",
        )
    try:
        data = target.write(plan.backup, credentials)
    except ExportError:
        raise
    except OtpTuiError as error:
        raise ExportError(f"{_NOTHING}: {error}", error.hint) from None
    if len(data) > LIMIT:
        raise ExportError(
            f"{_NOTHING}: the file would be larger than {LIMIT // 2**20} MiB.",
            "Export fewer entries or icons at a time.",
        )
    try:
        found = target.read(data, credentials)
    except OtpTuiError as error:
        raise ExportError(f"{_NOTHING}: the export can't be read back: {error}") from None
    mismatch = compare(target, plan.backup, found)
    if mismatch is not None:
        raise ExportError(f"{_NOTHING}: {mismatch.what} differs when read back ({mismatch.field}).")
    return EncodedExport(target, plan, data)


@contextlib.contextmanager
def _tidied(folder: Path) -> Iterator[None]:
    """Delete temporary files of exports that were killed, unless another export is running there.

    Raises:
        OSError: the folder can't be read.
    """
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for path in folder.iterdir():
                if _TEMPORARY.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode):
                    remove(path)
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        yield
    finally:
        close(descriptor)


def _verify(path: Path, data: bytes) -> None:
    """Check that the file has exactly these bytes, which were read back as an import would."""
    try:
        found = read_limited(path)
    except OtpTuiError as error:
        raise ExportError(f"{_NOTHING}: the written file can't be read back: {error}") from None
    if found != data:
        raise ExportError(f"{_NOTHING}: the written file differs when read back.")


def _create(temporary: Path, place: Path) -> None:
    """Rename the file to its final name, unless another file has it."""
    try:
        os.link(temporary, place, follow_symlinks=False)
    except FileExistsError:
        raise _exists(place) from None
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _reserve(place)
        linked = False
    else:
        linked = True
    try:
        if linked:
            sync_folder(place.parent)
        else:
            put_in_place(temporary, place)
    except BaseException:
        remove(place)
        raise


def _reserve(place: Path) -> None:
    """Create an empty file to reserve the name, on a file system without hard links."""
    try:
        os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, PRIVATE))
    except FileExistsError:
        raise _exists(place) from None


def _spare(place: Path, vault: Path) -> None:
    """Refuse the vault, its lock file, its conflict copies, and everything in the folder of older
    copies.

    Raises:
        ExportError: it is one of them, by any name.
    """
    lock, backups = vault.with_name(f"{vault.name}.lock"), vault.parent / "backups"
    if place in (vault, lock) or _same(place, vault) or _same(place, lock):
        raise ExportError(f"{_shown(place)} is the vault itself.", "Choose another name.")
    copies = (vault.with_name(name) for name in conflict_names(vault))
    if any(_same(place, copy) and is_vault(copy) for copy in copies):
        raise ExportError(
            f"{_shown(place)} is a conflict copy of the vault.", "Choose another name."
        )
    if any(_same(folder, backups) for folder in place.parents):
        raise ExportError(
            f"{_shown(place.parent)} contains older copies of the vault.",
            "Choose another folder.",
        )


def _same(one: Path, other: Path) -> bool:
    try:
        return one == other or one.samefile(other)
    except (OSError, ValueError):
        return False


def _exists(place: Path) -> ExportExistsError:
    return ExportExistsError(f"{_shown(place)} already exists.", "It was not changed.")


def _shown(path: Path) -> str:
    return safe(str(path), 200)
