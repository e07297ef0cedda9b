"""Shared by the tests of several clipboards: waiting, missing programs, a terminal to read."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

CODE = "492039"
ROOT = Path(__file__).parents[2]


def until(what: Callable[[], bool], seconds: float = 3.0) -> bool:
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@contextmanager
def screens_of(folder: Path) -> Iterator[Path]:
    """Create a folder for the sockets of GNU screen; end those that listen there at the end."""
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        for path in folder.iterdir():  # a name begins with the process
            with suppress(ProcessLookupError):
                os.kill(int(path.name.partition(".")[0]), signal.SIGTERM)
        assert until(lambda: not any(folder.iterdir())), "screen goes on"


class Terminal:
    """A program in a pseudo-terminal, with all its output."""

    def __init__(self, argv: list[str], environ: Mapping[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (24, 80))
        self._process = subprocess.Popen(
            argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environ, start_new_session=True
        )
        os.close(theirs)
        self._seen = b""

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._ours)

    def shows(self, sequence: str) -> bool:
        """Wait until `sequence` was sent; return True if it was."""
        return until(lambda: sequence in self.seen())

    def seen(self) -> str:
        """Return all that was sent so far."""
        while select.select([self._ours], [], [], 0)[0]:
            try:
                some = os.read(self._ours, 65536)
            except OSError:  # how Linux reports that nobody has it open
                break
            self._seen += some
        return self._seen.decode(errors="replace")
