"""The real program with a large vault, and the empty app that it is compared with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.entries import document
from benchmarks.terminal import COLUMNS, ROWS, Terminal
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.session import choose
from tui.vault.vault import Vault

PASSWORD = "correct horse"  # noqa: S105
UNLOCK, LIST, READY = b"unlock", b"Service 00000", b"eady"
"""Text on the screen once it shows: the unlock screen, the list, the empty app, whose cursor is on
its first letter."""
_EMPTY_APP = """
from textual.app import App
from textual.widgets import Input
class Empty(App):
    def compose(self):
        field = Input(placeholder="ready")
        field.cursor_blink = False
        yield field
Empty().run()
"""
_CONFIG = 'clipboard = "off"\nlock_after = 0\ncountdown = "{countdown}"\n'


class Program:
    """otp-tui with its own vault and the default key derivation."""

    def __init__(self, folder: Path, count: int, countdown: str = "shared") -> None:
        """`count` is the number of entries; `countdown` is the setting."""
        folder.mkdir()
        self._folder = folder
        self._vault = folder / "vault.json"
        (folder / "config.toml").write_text(_CONFIG.format(countdown=countdown))
        (folder / "password").write_text(PASSWORD)
        (folder / "password").chmod(0o600)
        vault = Vault.create(self._vault, PASSWORD, Argon2Params(3, 65536, 4), SystemClock())
        full = document(count)
        vault.change(lambda _empty: full)
        self._vault_id, self._key = vault.vault_id, vault.key
        vault.close()

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a user with a separate home folder."""
        return {
            **environment(),
            "HOME": str(self._folder),
            "OTP_TUI_VAULT": str(self._vault),
            "OTP_TUI_CONFIG": str(self._folder / "config.toml"),
        }

    def code(self) -> float:
        """Return the seconds that `otp-tui code` takes, from start to exit."""
        return self._code("--password-file", str(self._folder / "password"))

    def unlocked_code(self) -> float:
        """Return the seconds that it takes while the vault is unlocked."""
        return self._code()

    def unlock(self) -> None:
        """Keep the vault unlocked for an hour, as `otp-tui unlock` does."""
        choose(self.environment).keep(self._vault_id, self._key, str(self._vault), 3600)

    def lock(self) -> None:
        """Forget the vault's key."""
        choose(self.environment).drop(self._vault_id)

    def _code(self, *options: str) -> float:
        return seconds([*_command(), "code", "service 00003", *options], self.environment)

    def start(self, size: tuple[int, int] = (COLUMNS, ROWS)) -> Terminal:
        """Start the app in a terminal of that many columns and lines."""
        return Terminal(_command(), self.environment, size)

    def open(self, size: tuple[int, int] = (COLUMNS, ROWS)) -> Terminal:
        """Start the app and unlock the vault."""
        terminal = self.start(size)
        terminal.wait_for(UNLOCK)
        terminal.write(f"{PASSWORD}\r".encode())
        terminal.wait_for(LIST)
        return terminal


@contextmanager
def programs(*counts: int, countdown: str = "shared") -> Iterator[dict[int, Program]]:
    """Yield programs by number of entries."""
    with TemporaryDirectory() as name:
        made = {count: Program(Path(name) / str(count), count, countdown) for count in counts}
        try:
            yield made
        finally:
            for program in made.values():
                program.lock()


def empty_app() -> Terminal:
    """Start a Textual app with one Input."""
    return Terminal([sys.executable, "-c", _EMPTY_APP], environment())


def environment() -> dict[str, str]:
    """Return the environment of programs: a terminal with many colors, and compiled files."""
    removed = {"SSH_CONNECTION", "SSH_TTY", "TMUX", "NO_COLOR", "PYTHONDONTWRITEBYTECODE"}
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    root = str(Path(__file__).parents[1])
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": root}


def seconds(command: list[str], environ: dict[str, str] | None = None) -> float:
    """Return the seconds that a command takes, from start to exit."""
    start = time.perf_counter()
    subprocess.run(command, env=environ or environment(), check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def version() -> float:
    """Return the seconds that `otp-tui --version` takes, from start to exit."""
    return seconds([*_command(), "--version"])


def _command() -> list[str]:
    """Return the command of the installed program."""
    return [sys.executable, str(Path(__file__).parents[1] / "scripts" / "otp-tui")]
