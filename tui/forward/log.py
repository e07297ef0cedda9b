"""The log of requests for codes over SSH: who asked for what, without codes and secrets."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from tui.errors import FileError
from tui.files import OPEN_FLAGS, append, close, make_folders, why
from tui.paths import state_folder
from tui.text import safe

_LARGEST = 64 * 1024
"""Size in bytes at which the log is renamed and a new one begins."""
_MOST_NEWS = 8 * 1024

CODE, NAMES, NO_MATCH, REFUSED, LOCKED, LIMIT, FAILED = (
    "code", "names", "no-match", "refused", "locked", "limit", "failed"
)  # fmt: skip
"""What happened: a code or the names were sent, or why not."""


@dataclass(frozen=True, slots=True)
class Record:
    """One request."""

    moment: int
    """Its Unix time."""
    what: str
    """What happened, e.g. `CODE`."""
    origin: str
    """The fingerprint of the server's host key; empty if it is not known."""
    label: str
    """The entry, or the query if none matched; safe to show, may be empty."""

    @property
    def sentence(self) -> str:
        """What happened, for the user."""
        by = f" (host key {self.origin[:15]}…)" if self.origin else ""
        what = {
            CODE: f"Sent the code of {self.label} over SSH{by}.",
            NAMES: f"Sent the names of forwarded entries over SSH{by}.",
            NO_MATCH: f"A request over SSH for “{self.label}” matched no single forwarded entry.",
            REFUSED: f"Refused a code of {self.label} over SSH.",
            LOCKED: "Refused a request over SSH: the vault was locked.",
            LIMIT: "Refused requests over SSH: too many in a minute.",
        }
        return what.get(self.what, "A request over SSH failed.")


def log_path() -> Path | None:
    """Return the path of the log, which may not exist; None without a home folder."""
    folder = state_folder()
    return None if folder is None else folder / "forwarded.log"


def add(path: Path, record: Record) -> None:
    """Append a record.

    Raises:
        FileError: it can't be written.
    """
    words = (str(record.moment), record.what, record.origin, safe(record.label, 200))
    line = ("\t".join(words) + "\n").encode("utf-8", "replace")
    try:
        make_folders(path.parent)
        if path.is_file() and path.stat().st_size > _LARGEST:
            path.replace(path.with_name(f"{path.name}.1"))
        append(path, line)
    except OSError as error:
        raise FileError(f"Couldn't write the log of forwarded codes: {why(error)}.") from None


class News:
    """The records added since the last look. Looking takes microseconds if there are none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file, self._size = self._state()

    def look(self) -> list[Record]:
        """Return the new records, oldest first."""
        before, at = self._file, self._size
        self._file, self._size = self._state()
        if self._path is None or (self._file, self._size) == (before, at):
            return []
        start = at if self._file == before and self._size > at else 0
        start = max(start, self._size - _MOST_NEWS)
        try:
            descriptor = os.open(self._path, os.O_RDONLY | OPEN_FLAGS)
        except OSError:
            return []
        try:
            data = os.pread(descriptor, self._size - start, start)
        except OSError:
            return []
        finally:
            close(descriptor)
        lines = data.decode("utf-8", "replace").splitlines()
        return [record for line in lines if (record := _record(line)) is not None]

    def _state(self) -> tuple[int, int]:
        if self._path is None:
            return 0, 0
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_ino, status.st_size


def _record(line: str) -> Record | None:
    words = line.split("\t")
    if len(words) != 4 or not (words[0].isascii() and words[0].isdigit()):
        return None
    return Record(int(words[0][:12]), words[1], safe(words[2], 64), safe(words[3], 200))
