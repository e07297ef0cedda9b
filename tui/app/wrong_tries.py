"""Remembers wrong passwords, so that restarting the app doesn't end the wait after them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import NamedTuple

from tui.clock import Clock
from tui.errors import OtpTuiError
from tui.files import make_folders, read_limited, remove, replace_file
from tui.paths import state_folder

LONGEST_WAIT = 30.0
"""Maximum seconds between attempts."""
_FORGOTTEN = 3600
"""Seconds after which wrong passwords don't count any more."""
_LIMIT = 256
"""Maximum size of the file, in bytes."""
_MOST = 1000


def wait_after(tries: int) -> float:
    """Return the seconds to wait after `tries` wrong passwords in a row."""
    return 0.0 if tries < 2 else min(LONGEST_WAIT, 2.0 ** min(tries - 2, 8))


class Tries(NamedTuple):
    """Wrong passwords in a row, and the wait that is left."""

    number: int = 0
    left: float = 0.0
    """Seconds until the next attempt, at most `LONGEST_WAIT` whatever the clock says."""


class WrongTries:
    """The memory for one vault, a small file in the state folder.

    It contains no path and no password. Nothing here fails: without the folder, or with a damaged
    file, nothing is remembered.
    """

    def __init__(self, vault_path: Path, clock: Clock) -> None:
        folder, self._clock = state_folder(), clock
        name = hashlib.sha256(os.fsencode(vault_path)).hexdigest()[:32]
        self._file = None if folder is None else folder / "tries" / f"{name}.json"

    def last(self) -> Tries:
        """Return what is remembered."""
        if self._file is None:
            return Tries()
        try:
            found = json.loads(read_limited(self._file, _LIMIT))
            count, at = found["count"], found["at"]
        except (OtpTuiError, ValueError, LookupError, TypeError, RecursionError):
            return Tries()
        if type(count) is not int or type(at) is not int or not 0 < count <= _MOST:
            return Tries()
        past = self._clock.now() - at
        if past > _FORGOTTEN:
            return Tries()
        wait = wait_after(count)
        return Tries(count, min(wait, max(0.0, wait - past)))

    def remember(self, count: int) -> None:
        """Remember that `count` passwords in a row were wrong, the last one now."""
        if self._file is None:
            return
        data = json.dumps({"count": min(count, _MOST), "at": int(self._clock.now())})
        with contextlib.suppress(OSError):
            make_folders(self._file.parent)
            replace_file(self._file, data.encode())

    def forget(self) -> None:
        """Forget them: the right password was entered."""
        if self._file is not None:
            remove(self._file)
