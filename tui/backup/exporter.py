"""Exporting to a file: written beside, read back, compared, and only then put in its place."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from tui.backup.export_plan import compare
from tui.backup.model import Credentials, ExportPlan, Format
from tui.errors import ExportError, ExportExistsError, OtpTuiError
from tui.files import (
    LIMIT,
    OPEN_FLAGS,
    PRIVATE,
    read_limited,
    remove,
    sync_folder,
    why,
    write_new,
)
from tui.text import plural, safe

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NOTHING = "Nothing was exported"


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, read back and found to hold what it should."""

    path: Path
    """Where it is."""
    target: Format
    """What it is."""
    plan: ExportPlan
    """What is in it, and what is not."""

    @property
    def count(self) -> int:
        """How many entries it holds."""
        return len(self.plan.backup.entries)

    @property
    def sentence(self) -> str:
        """One line for the user: `7 entries exported and read back, 2 left out, 1 changed`."""
        told = [f"{plural(self.count, 'entry')} exported and read back"]
        if self.plan.left_out:
            told.append(f"{len(self.plan.left_out)} left out")
        if changed := len({each.what for each in self.plan.changed}):
            told.append(f"{changed} not as in the vault")
        return ", ".join(told)


def check_place(
    path: str | os.PathLike[str], vault: Path | None = None, *, force: bool = False
) -> Path:
    """Return where an export to `path` would be, if it may be there; nothing is written.

    `vault` is the path of the open vault: it, its lock and its backups are never written
    over. A link is not followed and not replaced.

    Raises:
        ExportExistsError: there is a file, and `force` is not set.
        ExportError: the path is not one that an export may have.
    """
    folder, name = os.path.split(os.fspath(path))
    if name in {"", ".", ".."}:
        raise ExportError(f"{safe(os.fspath(path), 200) or 'The path'} names no file.")
    try:
        place = Path(os.path.realpath(folder or "."), name)
        if not stat.S_ISDIR(place.parent.stat().st_mode):
            raise ExportError(f"{_shown(place.parent)} is not a folder.")
    except FileNotFoundError:
        raise ExportError(f"There is no folder {safe(folder, 200)}.", "Make it first.") from None
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
        raise ExportError(f"{_shown(place)} is a symbolic link.", "Name the file itself.")
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
    """Write what `plan_export` found to fit, and return when it is on the disk and was read back.

    The file is 0600 whatever the umask. Without `force` no file is ever replaced, not even
    one that another program puts there meanwhile. Blocks while a key is derived, twice.

    Raises:
        ExportExistsError: there is a file, and `force` is not set.
        ExportError: anything else; no file was changed and none was left behind.
    """
    place = check_place(path, vault, force=force)
    if target.write is None:
        raise ExportError(f"{target.label} can only be imported.")
    if plan.left_out and not plan.backup.entries:
        raise ExportError(
            f"{_NOTHING}: {target.label} can hold none of the entries.",
            f"The first, {plan.left_out[0].what}: {plan.left_out[0].reason}.",
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
    temporary = place.with_name(f".otp-tui-{os.urandom(8).hex()}.tmp")
    try:
        write_new(temporary, data)
        try:
            _prove(temporary, target, plan, credentials)
            if force:
                _replace(temporary, place)
            else:
                _put(temporary, place)
        finally:
            remove(temporary)
    except OSError as error:
        raise ExportError(f"{_NOTHING}: {_shown(place)} cannot be written: {why(error)}.") from None
    return Exported(place, target, plan)


def _prove(path: Path, target: Format, plan: ExportPlan, credentials: Credentials) -> None:
    """Read the file as an import would, and compare it with what was to be written."""
    try:
        found = target.read(read_limited(path), credentials)
    except OtpTuiError as error:
        raise ExportError(f"{_NOTHING}: what was written cannot be read again: {error}") from None
    difference = compare(target, plan.backup, found)
    if difference is not None:
        raise ExportError(
            f"{_NOTHING}: {difference.what} did not come back as it was written"
            f" ({difference.field})."
        )


def _put(temporary: Path, place: Path) -> None:
    """Give the file its name, which nobody else may have by now."""
    try:
        try:
            os.link(temporary, place, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _reserve(place)
            _rename_over(temporary, place)
    except FileExistsError:
        raise _exists(place) from None
    try:
        sync_folder(place.parent)
    except BaseException:
        remove(place)
        raise


def _reserve(place: Path) -> None:
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, PRIVATE))


def _rename_over(temporary: Path, reserved: Path) -> None:
    try:
        temporary.replace(reserved)
    except BaseException:
        remove(reserved)
        raise


def _replace(temporary: Path, place: Path) -> None:
    """Put the file in the place of another, which comes back if that cannot be made durable."""
    old = place.with_name(f"{temporary.name}.old")
    with contextlib.suppress(OSError):
        os.link(place, old, follow_symlinks=False)
    try:
        temporary.replace(place)
        try:
            sync_folder(place.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                if os.path.lexists(old):
                    old.replace(place)
                else:
                    place.unlink()
            raise
    finally:
        remove(old)


def _spare(place: Path, vault: Path) -> None:
    """Refuse the vault, its lock, and all that is in its folder of backups.

    Raises:
        ExportError: it is one of them, by whatever name.
    """
    lock, backups = vault.with_name(f"{vault.name}.lock"), vault.parent / "backups"
    if place in (vault, lock) or _same(place, vault) or _same(place, lock):
        raise ExportError(f"{_shown(place)} is the vault itself.", "Choose another name.")
    if any(_same(folder, backups) for folder in place.parents):
        raise ExportError(
            f"{_shown(place.parent)} is where the vault's older versions are.",
            "Choose another folder.",
        )


def _same(one: Path, other: Path) -> bool:
    try:
        return one == other or one.samefile(other)
    except (OSError, ValueError):
        return False


def _exists(place: Path) -> ExportExistsError:
    return ExportExistsError(f"There is a file {_shown(place)} already.", "It was left alone.")


def _shown(path: Path) -> str:
    return safe(str(path), 200)
