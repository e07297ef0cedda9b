"""The files of an import, which are read and opened one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui.backup.model import Backup, Problem
from tui.backup.sources import OpenedBackup
from tui.errors import OtpTuiError
from tui.text import safe


class ImportFiles:
    """Which files are left, what was opened, and the passwords that opened it."""

    def __init__(self) -> None:
        self._waiting: list[Path] = []
        self._current = Path()
        self._count = 0
        self.opened: list[OpenedBackup] = []
        """The contents of the files so far; of one that can't be read, its problem."""
        self.passwords: list[str] = []
        """The passwords that opened files, also in earlier attempts."""

    def begin(self, paths: Sequence[Path]) -> None:
        """Begin with these files, and forget the contents of others."""
        self._waiting, self._count, self.opened = [*paths], len(paths), []

    def next(self) -> Path | None:
        """Return the path of the next file to read; None if there is none."""
        if not self._waiting:
            return None
        self._current = self._waiting.pop(0)
        return self._current

    @property
    def are_several(self) -> bool:
        """True if more than one file was chosen."""
        return self._count > 1

    @property
    def position(self) -> str:
        """Return `file 2 of 3`; empty if there is only one."""
        number = self._count - len(self._waiting)
        return f"file {number} of {self._count}" if self.are_several else ""

    def add(self, opened: OpenedBackup, password: str = "") -> None:
        """Add the contents of the current file, and remember the password that opened it."""
        self.opened.append(opened)
        if password and password not in self.passwords:
            self.passwords.append(password)

    def add_failed(self, error: OtpTuiError) -> None:
        """Add the current file as one that can't be read."""
        name = safe(self._current.name, 200)
        reason = error.sentence.removeprefix(f"{name}: ").rstrip(".")
        self.opened.append(OpenedBackup((name,), Backup(problems=(Problem(name, reason),))))

    def forget(self) -> None:
        """Forget everything, passwords included."""
        self.begin(())
        self.passwords = []
