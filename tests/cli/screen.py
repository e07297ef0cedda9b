"""The program with all its input and output on one pseudo-terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import termios
import time
from codecs import getincrementaldecoder

from tests.cli.program import Program

_PATIENCE = 20.0
_SEQUENCE = re.compile(r"\x1b\[([0-9;]*)([A-Za-z])")


class Screen:
    """Runs the program; `written` is all its output, control sequences included."""

    def __init__(self, program: Program, *args: str, size: tuple[int, int] = (80, 50)) -> None:
        """`size` is columns and lines."""
        self._master, slave = pty.openpty()
        termios.tcsetwinsize(slave, (size[1], size[0]))
        self._process = subprocess.Popen(
            [*program.command, *args],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**program.env, "TERM": "xterm-256color"},
            cwd=program.folder,
            start_new_session=True,
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509
        )
        os.close(slave)
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self.written = ""
        self._seen = 0
        program.cleanup.callback(os.close, self._master)
        program.cleanup.enter_context(self._process)
        program.cleanup.callback(self._process.kill)

    def wait_for(self, text: str) -> str:
        """Read until `text` was written; return all from the end of the last such text."""
        began, deadline = self._seen, time.monotonic() + _PATIENCE
        while (at := self.written.find(text, began)) < 0:
            assert time.monotonic() < deadline, self.written
            assert self._read(), self.written
        self._seen = at + len(text)
        return self.written[began : self._seen]

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        while self._read():
            pass
        return self._process.wait(_PATIENCE)

    def _read(self) -> bool:
        if not select.select([self._master], [], [], _PATIENCE)[0]:
            return False
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux: the other side is closed
            return False
        self.written += self._decoder.decode(data)
        return bool(data)


def black_on_white(written: str) -> list[str]:
    """Return the lines that are entirely black on white."""
    lines = []
    for line in written.replace("\r", "").split("\n"):
        sequences = [each.group(0) for each in _SEQUENCE.finditer(line)]
        if sequences == ["\x1b[38;5;16;48;5;231m", "\x1b[0m"]:
            lines.append(line.removeprefix(sequences[0]).removesuffix(sequences[1]))
    return lines
