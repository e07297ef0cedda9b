"""The whole program in tmux, from the first run back to the shell's prompt."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import interop
from tests.cli.program import PASSWORD, Program
from tests.programs import need
from tests.terminal.helpers import SECRET, codes_around, entries, fill, grouped, wait_until
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name


class Tmux:
    """A shell in its own tmux server, 80 by 24."""

    def __init__(self, folder: str, program: Program) -> None:
        self._start = ["tmux", "-S", f"{folder}/s", "-f", "/dev/null"]
        self._env = {**program.env, "TERM": "xterm-256color"}
        self._program = program
        size = ("-x", "80", "-y", "24")
        self.run("new-session", "-d", *size, "-c", str(program.folder), "/bin/sh")

    def run(self, *arguments: str) -> str:
        """Run a tmux command and return its output."""
        return subprocess.run(
            [*self._start, *arguments], env=self._env, capture_output=True, text=True, check=True
        ).stdout

    def screen(self) -> str:
        """Return what is on the screen."""
        return self.run("capture-pane", "-p")

    def wait_for(self, *texts: str) -> None:
        """Wait until one of these is on the screen."""
        wait_until(lambda: any(text in self.screen() for text in texts), self.screen)

    def wait_for_field(self, name: str) -> None:
        """Wait until the cursor is in the field with this placeholder."""
        wait_until(lambda: name in self.screen().splitlines()[self._cursor_line()], self.screen)

    def _cursor_line(self) -> int:
        return int(self.run("display-message", "-p", "#{cursor_y}"))

    def type(self, text: str, *keys: str) -> None:
        """Type a text, then press keys by tmux's names for them."""
        if text:
            self.run("send-keys", "-l", text)
        if keys:
            self.run("send-keys", *keys)

    def start_app(self) -> None:
        """Start the program as a user does."""
        self.type(shlex.join(self._program.command), "Enter")

    def import_file(self, path: Path, password: str) -> None:
        """Import an encrypted backup, from the import screen on."""
        self.wait_for("pick a file below")
        self.type(str(path), "Enter")
        self.wait_for("Password")
        self.type(password, "Enter")
        self.wait_for("Enter imports")
        self.type("", "Enter")
        self.wait_for("imported")

    def sees_code(self, secret: str) -> None:
        """Wait until the code of a secret is on the screen."""
        wait_until(
            lambda: any(
                grouped(code) in self.screen() for code in codes_around(secret, time.time() - 1)
            ),
            self.screen,
        )

    def quit(self) -> None:
        """Press q; check that the terminal is restored and the shell works."""
        assert self.run("display-message", "-p", "#{alternate_on}").strip() == "1"
        self.type("q")
        wait_until(
            lambda: self.run("display-message", "-p", "#{alternate_on}").strip() == "0", self.screen
        )
        self.type("echo a$((6 * 7))b $?", "Enter")
        self.wait_for("a42b 0")


@pytest.fixture
def tmux(program: Program) -> Iterator[Tmux]:
    need("tmux")
    with tempfile.TemporaryDirectory() as folder:  # a socket's path has at most 107 bytes
        server = Tmux(folder, program)
        yield server
        server.run("kill-server")


def strong_backup(folder: Path, password: str) -> Path:
    write = by_name("authenticator-pro").write
    assert write is not None
    path = folder / "backup.authpro"
    path.write_bytes(write(Backup(entries()), Credentials(password)))
    return path


def test_from_the_first_run_to_a_copied_code_and_back(program: Program, tmux: Tmux) -> None:
    backup = strong_backup(program.folder, "backup word")
    tmux.start_app()
    tmux.wait_for("Welcome to otp-tui")
    tmux.type(PASSWORD, "Enter")
    tmux.wait_for_field("Repeat password")
    tmux.type(PASSWORD, "Enter")
    tmux.wait_for("Vault created.")
    tmux.type("i")
    tmux.import_file(backup, "backup word")
    assert "2 entries imported" in tmux.screen()
    tmux.sees_code(SECRET)

    began = time.time()
    tmux.type("", "Enter")
    tmux.wait_for("Copied to tmux: Registrar")
    tmux.wait_for("The tmux buffer")
    assert tmux.run("show-buffer") in codes_around(SECRET, began)

    tmux.type("l")
    tmux.wait_for(" unlock ")
    wait_until(lambda: not tmux.run("list-buffers"), lambda: tmux.run("list-buffers"))
    assert "Registrar" not in tmux.screen()
    tmux.type(PASSWORD, "Enter")
    tmux.sees_code(SECRET)
    tmux.quit()


def test_a_backup_of_the_real_app_shows_its_codes(program: Program, tmux: Tmux) -> None:
    name = "authpro/aegis-stratum_encrypted.bin"
    rows = [row for row in interop.samples("authpro") if row["file"] == name]
    row: dict[str, Any] = rows[0]
    fill(program)
    tmux.start_app()
    tmux.wait_for(" unlock ")
    tmux.type(PASSWORD, "Enter")
    tmux.sees_code(SECRET)
    tmux.type("i")
    tmux.import_file(interop.ROOT / name, row["password"])
    assert f"{row['expected']['count']} entries imported" in tmux.screen()
    entry = row["expected"]["entries"][0]
    assert (entry["type"], entry["digits"], entry["period"]) == ("totp", 6, 30)
    tmux.type(f"/{entry['issuer']}")
    tmux.wait_for(f"1 of {row['expected']['count'] + 2} codes")
    tmux.sees_code(entry["secret"])
    tmux.type("", "Escape")
    tmux.wait_for(f"  {row['expected']['count'] + 2} codes")
    tmux.quit()
