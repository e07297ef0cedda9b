"""A terminal that nobody reads: the app goes on, locks and exits."""

from __future__ import annotations

import re
import signal

from tests.cli.program import Program
from tests.terminal.helpers import AppTerminal, python, wait_until

SOON = 8.0
"""Seconds in which the program must exit: it takes one, also on a busy machine; hanging takes
minutes."""
_CODE = re.compile(r"\b\d{3} \d{3}\b")
_BURST = "?\x1b[27u" * 40
"""Keys that paint more than any buffer takes: the help, and the list again."""
_LATER = """
import sys
from pathlib import Path
from tui.__main__ import main
from tui.app import app
class Clock(app.SystemClock):
    def steady(self):
        return super().steady() + 3600 * Path("hours").stat().st_size
app.SystemClock = Clock
close = app.close_vault
def closed(vault):
    Path("closed").touch()
    return close(vault)
app.close_vault = closed
sys.exit(main([]))
"""
"""The app, with a clock that is ahead by the bytes in a file; another file says that it locked."""


def test_it_locks_and_exits_while_nobody_reads(filled: Program) -> None:
    copied, closed, hours = (filled.folder / name for name in ("copied", "closed", "hours"))
    hours.touch()
    config = filled.folder / "config.toml"
    command = f'clipboard = "command"\nclipboard_command = ["sh", "-c", "cat > {copied}"]\n'
    config.write_text(command + config.read_text())

    def locked_and_cleared() -> bool:
        with hours.open("a") as file:
            file.write("+")
        return closed.exists() and not copied.read_text()

    with AppTerminal(python(_LATER), filled.env, filled.folder) as terminal:
        terminal.unlock()
        terminal.type("\r")
        terminal.wait_for("Sent to your clipboard command")
        with terminal.paused():
            terminal.type(_BURST)
            wait_until(locked_and_cleared, copied.read_text)
        terminal.wait_for(" unlock ")
        assert not any(_CODE.search(line) for line in terminal.display)
        with terminal.paused():
            terminal.type("x\x7f" * 200)
            terminal.signal(signal.SIGTERM)
            assert terminal.end(SOON) == 128 + signal.SIGTERM
