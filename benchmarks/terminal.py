"""Runs programs in a pseudo-terminal, of 120 × 40 by default, and measures their output."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROWS, COLUMNS = 40, 120


class Terminal:
    """Runs a command and reads what it writes."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        size: tuple[int, int] = (COLUMNS, ROWS),
    ) -> None:
        self.started = time.perf_counter()
        """The moment before the program started."""
        self.pid, self.fd = pty.fork()
        if not self.pid:
            os.execve(command[0], list(command), dict(environment))  # noqa: S606
        columns, rows = size
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def wait_for(self, marker: bytes, seconds: float = 30.0) -> float:
        """Read until `marker` arrives; return that moment.

        Raises:
            TimeoutError: it doesn't arrive.
        """
        end = time.perf_counter() + seconds
        read = b""
        while marker not in read:
            if time.perf_counter() > end:
                raise TimeoutError(f"{marker!r} did not appear")
            read += self.read(0.05)
        return time.perf_counter()

    def wait_until_hidden(self) -> None:
        """Wait until typed text is not shown; programs drop what is typed before."""
        while termios.tcgetattr(self.fd)[3] & termios.ECHO:
            time.sleep(0.0005)

    def read(self, seconds: float) -> bytes:
        """Return what arrives within `seconds`, as soon as anything does."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(self.fd, 1 << 20)
        except OSError:
            return b""

    def read_for(self, seconds: float) -> int:
        """Read for that long; return the number of bytes."""
        return len(self.collect(seconds))

    def collect(self, seconds: float) -> bytes:
        """Return what arrives in that time."""
        end, parts = time.perf_counter() + seconds, []
        while (left := end - time.perf_counter()) > 0:
            parts.append(self.read(left))
        return b"".join(parts)

    def write(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.fd, keys)

    def press(self, key: bytes) -> float:
        """Press a key; return the seconds until the screen is painted for it."""
        while self.read(0.03):
            pass
        start = time.perf_counter()
        self.write(key)
        while not self.read(2.0):
            pass
        return time.perf_counter() - start

    @property
    def cpu_seconds(self) -> float:
        """Processor time of the program so far, with nanosecond resolution."""
        tasks = Path(f"/proc/{self.pid}/task").iterdir()
        return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9

    @property
    def resident_mib(self) -> float:
        """Memory of the program that is in RAM, in MiB."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        (size,) = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
        return int(size) / 1024

    def end(self) -> None:
        """Press Ctrl+Q, then kill the program to make sure."""
        try:
            self.write(b"\x11")
            self.read_for(0.3)
            os.kill(self.pid, 9)
        except OSError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.fd)
