"""A shell in tmux."""

from __future__ import annotations

import shlex
import subprocess
import time
from pathlib import Path

from tests.cli.program import Program
from tests.terminal.helpers import codes_around, grouped, wait_until


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
