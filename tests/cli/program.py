"""The real program, with its own vault and settings."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tui.__main__ import main
from tui.session import choose
from tui.session.agent import SOCKET_NAME

PASSWORD = "a good password"
CONFIG = "[kdf]\nmemory_mib = 19\ntime_cost = 2\nparallelism = 1\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one run."""

    code: int
    """The exit code."""
    out: str
    """Standard output."""
    err: str
    """Standard error."""

    @property
    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.out)


class Program:
    """otp-tui in its own folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cleanup = contextlib.ExitStack()
        """Ends the programs that a test left running on a terminal, and the agent."""
        self.cleanup.callback(self._end_agent)
        self.vault = folder / "data" / "vault.json"
        config = folder / "config.toml"
        config.write_text(CONFIG)
        self.env = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}},
            "HOME": str(folder),
            "OTP_TUI_VAULT": str(self.vault),
            "OTP_TUI_CONFIG": str(config),
            "XDG_DATA_HOME": str(folder / "xdg-data"),
            "XDG_CONFIG_HOME": str(folder / "xdg-config"),
            "XDG_STATE_HOME": str(folder / "xdg-state"),
            "XDG_RUNTIME_DIR": str(folder),
            "OTP_TUI_SESSION": "agent",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }

    def _end_agent(self) -> None:
        if self.folder.joinpath("otp-tui", SOCKET_NAME).exists():
            choose({**self.env, "OTP_TUI_SESSION": "agent"}).drop_all()

    @property
    def command(self) -> list[str]:
        """The command line of the program."""
        return [sys.executable, "-m", "tui"]

    def spawn(self, *args: str | Path, stdin: str | bytes = "", **env: str) -> Outcome:
        """Run the real program without a terminal until it exits."""
        done = subprocess.run(
            [*self.command, *map(str, args)],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**self.env, **env},
            cwd=self.folder,
            start_new_session=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode())

    def run(self, *args: str | Path, stdin: str | bytes = "") -> Outcome:
        """Run it in this process, which is faster; prompts would use our terminal."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        streams = [io.TextIOWrapper(io.BytesIO(data), "utf-8") for data in (given, b"", b"")]
        with (
            patch.dict(os.environ, self.env, clear=True),
            patch.multiple(sys, stdin=streams[0], stdout=streams[1], stderr=streams[2]),
            contextlib.chdir(self.folder),
        ):
            code = main([str(arg) for arg in args])
        out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])
        return Outcome(code, out, err)

    def open(self, *args: str | Path, stdin: str = "") -> Outcome:
        """Run a command that needs the vault, with its password on standard input."""
        command, *rest = args
        return self.run(command, "--password-stdin", *rest, stdin=f"{PASSWORD}\n{stdin}")

    def open_real(self, *args: str | Path) -> Outcome:
        """Do the same in a process of its own."""
        command, *rest = args
        return self.spawn(command, "--password-stdin", *rest, stdin=f"{PASSWORD}\n")
