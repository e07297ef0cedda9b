"""Safe file access: bounded reads, private new files, atomic replacement.

Reads never open pipes or devices and never block. Writes are complete and durable when the function
returns.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path

from tui import limits
from tui.errors import FileError
from tui.text import safe

LIMIT = limits.FILE
"""Maximum size of a vault or a backup, in bytes (spec: hostile-input.md)."""
_START = 64
"""Number of bytes that may raise the limit of a file."""
PRIVATE = 0o600
"""Mode of a file that only its owner can read and write."""
PRIVATE_FOLDER = 0o700
OPEN_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY | os.O_NONBLOCK
"""Follow no links, wait for no pipes, let no child inherit the descriptor."""

_URIS = {"otpauth:", "otpauth-migration:", "motp:"}
"""How URIs begin that were typed as a path: no message shows them, as they have secrets."""
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


# --- reading ---------------------------------------------------------------------------------


def read_limited(
    path: str | os.PathLike[str],
    limit: int = LIMIT,
    limit_for: Callable[[bytes], int] | None = None,
) -> bytes:
    """Return the bytes of a regular file, at most `limit`; links are followed.

    `limit_for`, if given, returns the limit of a file that starts with these bytes.

    Raises:
        FileError: it is missing, not readable, not a regular file (a folder, a pipe, a device),
            larger than the limit, or changed while it was read.
    """
    name = safe(os.fspath(path), 200)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        if any(part.lower() in _URIS for part in Path(path).parts):
            raise FileError("That is a URI, not a file.", "Use “add” for URIs.") from None
        if isinstance(error, FileNotFoundError):
            raise FileError(f"No such file: {name}.") from None
        raise FileError(f"Can't read {name}: {why(error)}.") from None
    try:
        if limit_for is not None:
            with contextlib.suppress(OSError):
                limit = limit_for(os.pread(descriptor, _START, 0))
        size = regular_size(descriptor, name, limit)
        return read_whole(descriptor, name, size)
    except OSError as error:
        raise FileError(f"Can't read {name}: {why(error)}.") from None
    finally:
        close(descriptor)


def regular_size(descriptor: int, name: str, limit: int = LIMIT) -> int:
    """Return the size in bytes of an open regular file.

    Raises:
        FileError: not a regular file, or larger than `limit`.
        OSError: the system refused.
    """
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise FileError(f"{name} is {kind}.")
    if status.st_size > limit:
        raise FileError(f"{name} is larger than {limit // 1024 // 1024} MiB.")
    return status.st_size


def read_whole(descriptor: int, name: str, size: int) -> bytes:
    """Return the `size` bytes of an open file.

    Raises:
        FileError: it is shorter or longer than `size`.
        OSError: the system refused.
    """
    parts: list[bytes] = []
    left = size + 1
    while left and (part := os.read(descriptor, left)):
        parts.append(part)
        left -= len(part)
    if left != 1:
        raise FileError(f"{name} changed while it was read.", "Try again.")
    return parts[0] if len(parts) == 1 else b"".join(parts)


# --- writing ---------------------------------------------------------------------------------


def set_mode(descriptor: int, mode: int) -> None:
    """Set the mode of our own file, unless its file system has no modes (FAT, Windows folders)."""
    with contextlib.suppress(PermissionError):
        os.fchmod(descriptor, mode)


def sync(descriptor: int) -> None:
    """Wait until a file is on the disk; on macOS, fsync alone leaves it in the disk's cache.

    Raises:
        OSError: the system refused.
    """
    whole: int | None = getattr(fcntl, "F_FULLFSYNC", None)
    if whole is not None:
        with contextlib.suppress(OSError):  # not every file system has it
            fcntl.fcntl(descriptor, whole)
            return
    os.fsync(descriptor)


def write_new(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Create a file with `data` and exactly `mode`, whatever the umask.

    Raises:
        OSError: the system refused, or the file exists; nothing is left behind.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN_FLAGS, PRIVATE)
    try:
        try:
            set_mode(descriptor, mode)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            sync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        remove(path)
        raise


def put_in_place(temporary: Path, path: Path, old: Path | None = None) -> None:
    """Rename `temporary` to `path`, replacing any file there.

    If that can't be made durable, `old`, a link to or a copy of the previous file, is renamed to
    `path`. Pass None if there was no file. If `old` doesn't exist, because the file system has no
    links, the new file stays.

    Raises:
        OSError: the system refused; `path` is unchanged, `temporary` is deleted.
    """
    try:
        temporary.replace(path)
    except BaseException:
        remove(temporary)
        raise
    try:
        sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            if old is None:
                path.unlink()
            else:
                old.replace(path)
        raise


def replace_with(temporary: Path, path: Path) -> None:
    """Rename a file to `path`; restore what was there if the new file can't be made durable.

    Raises:
        OSError: as `put_in_place`.
    """
    old = temporary.with_name(f"{temporary.name}.old") if os.path.lexists(path) else None
    try:
        if old is not None:
            with contextlib.suppress(OSError):
                os.link(path, old, follow_symlinks=False)
        put_in_place(temporary, path, old)
    finally:
        if old is not None:
            remove(old)


def replace_file(path: Path, data: bytes, mode: int = PRIVATE) -> None:
    """Write `data` to `path`, replacing any file there; all of it or nothing.

    A link is replaced, not followed.

    Raises:
        OSError: the system refused; nothing is left behind.
    """
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}.tmp")
    write_new(temporary, data, mode)
    replace_with(temporary, path)


def append(path: Path, data: bytes) -> None:
    """Append to a private file, which may not exist.

    Raises:
        OSError: the system refused.
    """
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | OPEN_FLAGS
    descriptor = os.open(path, flags, PRIVATE)
    try:
        os.write(descriptor, data)
    finally:
        close(descriptor)


def make_folder(path: Path) -> None:
    """Create a folder with mode 0700, whatever the umask; leave an existing one unchanged.

    A new folder is on the disk when this returns.

    Raises:
        OSError: the system refused.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir(PRIVATE_FOLDER)
        with contextlib.suppress(PermissionError):  # a file system without modes
            path.chmod(PRIVATE_FOLDER)
        sync_folder(path.parent)


def make_folders(path: Path) -> None:
    """Create a folder and its missing parents as `make_folder` does.

    Raises:
        OSError: the system refused.
    """
    missing = [folder for folder in (path, *path.parents) if not os.path.lexists(folder)]
    for folder in reversed(missing):
        make_folder(folder)


def remove(path: Path) -> None:
    """Delete a file; ignore failures, which nothing can be done about."""
    with contextlib.suppress(OSError):
        path.unlink()


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk, if the file system supports that.

    Raises:
        OSError: the system refused.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        sync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        close(descriptor)


# --- both ------------------------------------------------------------------------------------


def close(descriptor: int) -> None:
    """Close a descriptor that was only read or locked; ignore failures, which lose nothing."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


def why(error: OSError | ValueError) -> str:
    """Return the system's reason, without the path that Python adds."""
    if isinstance(error, OSError) and error.errno is not None:
        return "it is a symbolic link" if error.errno == errno.ELOOP else os.strerror(error.errno)
    return "not a valid file name"


def remedy(error: OSError) -> str:
    """Return what to do after a write failed, as a sentence."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "Free some space, then try again."
    if error.errno == errno.EROFS:
        return "Make the file system writable, then try again."
    if error.errno in (errno.EACCES, errno.EPERM):
        return "Check the permissions, then try again."
    return "Try again."
