"""Files that somebody else may have made: read whole, bounded, and never waited for."""

from __future__ import annotations

import contextlib
import errno
import os
import stat

from tui.errors import FileError
from tui.text import safe

LIMIT = 16 * 1024 * 1024
"""Most bytes that are read of a vault or a backup (spec: hostile-input.md)."""


def read_limited(path: str | os.PathLike[str], limit: int = LIMIT) -> bytes:
    """Return the bytes of a regular file, at most `limit`; a link to one is followed.

    Raises:
        FileError: it is missing, not readable, not a regular file (a folder, a pipe, a
            device), larger than `limit`, or it changed meanwhile.
    """
    name = safe(os.fspath(path), 200)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except FileNotFoundError:
        raise FileError(f"There is no file {name}.") from None
    except (OSError, ValueError) as error:
        raise FileError(f"{name} cannot be read: {why(error)}.") from None
    try:
        size = regular_size(descriptor, name, limit)
        return read_whole(descriptor, name, size)
    except OSError as error:
        raise FileError(f"{name} cannot be read: {why(error)}.") from None
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
    """Return the `size` bytes that an open file has.

    Raises:
        FileError: it turned out shorter or longer.
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


def close(descriptor: int) -> None:
    """Close what was only read or held: if that fails, nothing is lost."""
    with contextlib.suppress(OSError):
        os.close(descriptor)


def why(error: OSError | ValueError) -> str:
    """Return the system's reason, without the path that Python adds."""
    if isinstance(error, OSError) and error.errno is not None:
        return "it is a symbolic link" if error.errno == errno.ELOOP else os.strerror(error.errno)
    return "the name is not one that a file can have"
