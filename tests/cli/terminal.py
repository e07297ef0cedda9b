"""A pseudo-terminal to run the program on, which reports if it echoes."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import termios
import time

from tests.cli.program import Program

_PATIENCE = 20.0


class Terminal:
    """A program on its own pseudo-terminal, with standard output in a pipe."""

    def __init__(self, program: Program, *args: str) -> None:
        self._master, self._slave = pty.openpty()
        termios.tcsetwinsize(self._slave, (24, 80))
        self.process = subprocess.Popen(
            [*program.command, *args],
            stdin=self._slave,
            stdout=subprocess.PIPE,
            stderr=self._slave,
            env={"TERM": "xterm-256color", **program.env},
            cwd=program.folder,
            start_new_session=True,
            # The first terminal that a session leader opens becomes its /dev/tty.
            preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),  # noqa: PLW1509
        )
        self.seen = ""
        program.cleanup.callback(os.close, self._master)
        program.cleanup.callback(os.close, self._slave)
        program.cleanup.enter_context(self.process)
        program.cleanup.callback(self.process.kill)

    def wait_for(self, text: str, hidden: bool = True) -> None:
        """Read until the terminal shows `text` and, if `hidden`, does not echo."""
        deadline = time.monotonic() + _PATIENCE
        while text not in self.seen or (
            hidden and termios.tcgetattr(self._slave)[3] & termios.ECHO
        ):
            assert time.monotonic() < deadline, self.seen
            self._read(0.02)

    def wait_for_echo(self) -> None:
        """Read until the terminal echoes."""
        deadline = time.monotonic() + _PATIENCE
        while not termios.tcgetattr(self._slave)[3] & termios.ECHO:
            assert time.monotonic() < deadline, self.seen
            self._read(0.02)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def end(self) -> tuple[int, str]:
        """Wait for the end; return the exit code and standard output."""
        deadline = time.monotonic() + _PATIENCE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.seen
            self._read(0.02)
        while self._read(0.02):
            pass
        out, _ = self.process.communicate()
        return self.process.returncode, out.decode()

    def _read(self, seconds: float) -> bool:
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        self.seen += os.read(self._master, 65536).decode(errors="replace")
        return True
