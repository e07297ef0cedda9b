"""The few things done to files that must be done right: new, private, complete, durable."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

from tui.files import close

PRIVATE = 0o600
PRIVATE_FOLDER = 0o700
OPEN = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY | os.O_NONBLOCK
"""No link is followed, no pipe waited for, no descriptor inherited."""

_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}


def write_new(path: Path, data: bytes) -> None:
    """Make a file, 0600 whatever the umask, with `data`; when this returns it is on the disk.

    Raises:
        OSError: the system refused, or there is such a file; none of ours is left.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN, PRIVATE)
    try:
        try:
            os.fchmod(descriptor, PRIVATE)
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except BaseException:
        remove(path)
        raise


def make_folder(path: Path) -> None:
    """Make a folder, 0700 whatever the umask; one that is there is left alone.

    Raises:
        OSError: the system refused.
    """
    with contextlib.suppress(FileExistsError):
        path.mkdir(PRIVATE_FOLDER)
        path.chmod(PRIVATE_FOLDER)


def remove(path: Path) -> None:
    """Remove a file; where that fails there is nothing better to do."""
    with contextlib.suppress(OSError):
        path.unlink()


def sync_folder(path: Path) -> None:
    """Wait until the names in a folder are on the disk, where the file system can tell.

    Raises:
        OSError: the system refused.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        close(descriptor)
