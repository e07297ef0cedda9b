"""cotp with a database of its own, where it is installed: `cargo install cotp --locked`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from benchmarks.entries import document
from benchmarks.program import PASSWORD, environment
from benchmarks.terminal import Terminal


class Cotp:
    """cotp with `count` entries."""

    def __init__(self, program: str, folder: Path, count: int) -> None:
        self._command = [program, "-d", str(folder / "db.cotp")]
        _fill(self._command, folder / "uris.json", count)

    def code(self) -> float:
        """Return the seconds for one code, from start to exit."""
        start = time.perf_counter()
        subprocess.run(
            [*self._command, "--password-stdin", "extract", "-s", "Service 00003"],
            input=f"{PASSWORD}\n".encode(),
            env=environment(),
            check=True,
            stdout=subprocess.DEVNULL,
        )
        return time.perf_counter() - start

    def open(self) -> Terminal:
        """Start the app and enter the password."""
        terminal = Terminal(self._command, environment())
        terminal.wait_for(b"Password")
        terminal.wait_until_hidden()
        terminal.write(f"{PASSWORD}\r".encode())
        terminal.wait_for(b"Service")
        return terminal


@contextmanager
def cotp(count: int) -> Iterator[Cotp | None]:
    """Yield cotp with `count` entries, or None if it is not installed."""
    program = shutil.which("cotp") or shutil.which("cotp", path=str(Path.home() / ".cargo/bin"))
    if program is None:
        yield None
        return
    with TemporaryDirectory() as folder:
        yield Cotp(program, Path(folder), count)


def _fill(command: list[str], uris: Path, count: int) -> None:
    """Import the entries; cotp asks for the password of a new database on the terminal."""
    items = [
        f"otpauth://totp/{quote(entry.issuer)}:{entry.account}"
        f"?secret={entry.secret.normal}&issuer={quote(entry.issuer)}"
        for entry in document(count).entries
    ]
    uris.write_text(json.dumps({"items": items}))
    terminal = Terminal([*command, "import", "-o", "-p", str(uris)], environment())
    for prompt in (b"Choose a password", b"Retype"):
        terminal.wait_for(prompt)
        terminal.write(f"{PASSWORD}\r".encode())
    terminal.read_for(0.1)
    os.waitpid(terminal.pid, 0)
    os.close(terminal.fd)
