"""How `otp-tui lock` reaches the programs that have a vault open: it replaces a file.

The state folder has one for each vault that was ever locked so, and one for all vaults.
"""

from __future__ import annotations

import os
from pathlib import Path

from tui.files import PRIVATE, make_folders, remove
from tui.paths import state_folder

_ALL = "all"


def send(vault_id: str | None) -> None:
    """Have all programs of the user lock this vault, or every vault for None.

    Raises:
        OSError: the signal can't be written.
    """
    folder = _folder()
    if folder is None:
        return
    make_folders(folder)
    path = folder / (vault_id or _ALL)
    temporary = path.with_name(f".{os.urandom(8).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    os.close(os.open(temporary, flags, PRIVATE))
    try:
        temporary.replace(path)  # a new file differs even where the clock is coarse
    except OSError:
        remove(temporary)
        raise


class LockSignal:
    """Waits for the signal to lock one vault."""

    def __init__(self, vault_id: str) -> None:
        folder = _folder()
        self._files = () if folder is None else (folder / vault_id, folder / _ALL)
        self._seen = self._state()

    def sent(self) -> bool:
        """Return True once after the signal was sent. Takes microseconds: two system calls."""
        before, self._seen = self._seen, self._state()
        pairs = zip(before, self._seen, strict=True)
        return any(now is not None and now != seen for seen, now in pairs)

    def _state(self) -> list[tuple[int, int] | None]:
        return [_file_state(path) for path in self._files]


def _file_state(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def _folder() -> Path | None:
    folder = state_folder()
    return None if folder is None else folder / "locked"
