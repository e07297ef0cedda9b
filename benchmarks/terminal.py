"""A program in a pseudo-terminal of 120 × 40, with what it writes and when."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
from collections.abc import Sequence
from pathlib import Path

ROWS, COLUMNS = 40, 120
START = b"\x1b_start\x1b\\"
"""What a child writes when its clock starts."""


class Terminal:
    """Runs `python -m benchmarks.child …` and reads what it writes."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.pid, self.fd = pty.fork()
        if not self.pid:
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            for name in ("SSH_CONNECTION", "SSH_TTY", "TMUX", "NO_COLOR"):
                environment.pop(name, None)
            command = [sys.executable, "-m", "benchmarks.child", *arguments]
            os.execve(sys.executable, command, environment)  # noqa: S606
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def wait_for(self, marker: bytes, seconds: float = 30.0) -> tuple[float, bytes]:
        """Read until `marker` came; return that moment and all that was read."""
        end = time.perf_counter() + seconds
        read = b""
        while marker not in read:
            if time.perf_counter() > end:
                raise TimeoutError(f"{marker!r} never came")
            read += self.read(0.05)
        return time.perf_counter(), read

    def read(self, seconds: float) -> bytes:
        """Return what comes within `seconds`, as soon as anything does."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(self.fd, 1 << 20)
        except OSError:
            return b""

    def read_for(self, seconds: float) -> int:
        """Read for that long; return how many bytes came."""
        end, count = time.perf_counter() + seconds, 0
        while (left := end - time.perf_counter()) > 0:
            count += len(self.read(left))
        return count

    def press(self, key: bytes) -> float:
        """Press a key; return the milliseconds until the screen was painted for it."""
        while self.read(0.03):
            pass
        start = time.perf_counter()
        os.write(self.fd, key)
        while not self.read(2.0):
            pass
        return (time.perf_counter() - start) * 1000

    @property
    def cpu_seconds(self) -> float:
        """Processor time the program has taken so far, to the nanosecond."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    def end(self) -> None:
        """Press q, then make sure."""
        try:
            os.write(self.fd, b"\x11")
            self.read_for(0.3)
            os.kill(self.pid, 9)
        except OSError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)
