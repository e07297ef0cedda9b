"""Older copies of the vault, in the folder `backups` next to it, and which of them to keep.

A copy is named `<vault>.<number>.<UTC time>`. The numbers only grow, so the order doesn't depend on
the clock. Nor does what is kept depend on the current time: a save with a wrong clock adds one copy
and deletes at most the oldest day.
"""

from __future__ import annotations

import errno
import os
import re
import stat
import time
from pathlib import Path

from tui.files import make_folder, remove, sync_folder, write_new

NEWEST = 10
"""Number of newest copies to keep."""
DAYS = 7
"""Number of days (UTC) with copies of which to keep the newest one."""


class Backups:
    """The older copies of one vault; those of others in the same folder are ignored."""

    def __init__(self, vault: Path) -> None:
        self._vault = vault
        self.folder = vault.parent / "backups"
        self._match = re.compile(
            re.escape(vault.name) + r"\.(\d{8,18})\.(\d{8})T\d{6}Z", re.ASCII
        ).fullmatch

    def kept(self) -> list[str]:
        """Return the names of the copies, newest first; none if there is no folder.

        Raises:
            OSError: the system refused.
        """
        if not self.folder.is_dir():
            return []
        return [name for _, _, name in sorted(self._all(), reverse=True)]

    def keep(self, current: bytes, moment: float, *, durable: bool = True) -> Path:
        """Keep a copy of the vault, whose bytes are `current`, and return its path.

        The copy is a hard link, or a new file if the file system has no links. If it is not
        `durable`, a power failure may lose it.

        Raises:
            OSError: the system refused; nothing was kept.
        """
        self._make_folder()
        number = max((number for number, _, _ in self._all()), default=0) + 1
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(moment))
        path = self.folder / f"{self._vault.name}.{number:08d}.{stamp}"
        try:
            path.hardlink_to(self._vault)
        except FileExistsError:
            raise
        except OSError:
            write_new(path, current)
        if durable:
            try:
                sync_folder(self.folder)
            except OSError:
                remove(path)
                raise
        return path

    def prune(self) -> None:
        """Delete all copies but the newest ones and the newest of each of the last days.

        A day is the date in the name of a copy, and the last days are those of the last copies.
        """
        try:
            backups = sorted(self._all(), reverse=True)
        except OSError:
            return
        days: set[str] = set()
        for place, (_, day, name) in enumerate(backups):
            if day not in days and len(days) < DAYS:
                days.add(day)
            elif place >= NEWEST:
                remove(self.folder / name)

    def _all(self) -> list[tuple[int, str, str]]:
        names = [path.name for path in self.folder.iterdir()]
        found = [match for name in names if (match := self._match(name))]
        return [(int(match[1]), match[2], match[0]) for match in found]

    def _make_folder(self) -> None:
        make_folder(self.folder)
        status = self.folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
            raise NotADirectoryError(
                errno.ENOTDIR, "the folder of older copies is not yours", str(self.folder)
            )
