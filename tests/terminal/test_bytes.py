"""What is sent to a real terminal: each cell once, and only cells that changed."""

from __future__ import annotations

import re
import time

from tests.cli.program import Program
from tests.terminal.helpers import AppTerminal

CELLS = 80 * 24
_CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\a]*\a")


def test_each_cell_is_sent_once(filled: Program) -> None:
    with AppTerminal.of(filled) as terminal:
        terminal.unlock()
        for key, text in (("?", "Show all keys"), ("a", "Issuer"), (",", "otp-tui  settings")):
            terminal.type(key)
            terminal.wait_for(text)
            terminal.wait_for("Esc")
            assert len(_CONTROL.sub("", terminal.seen)) <= CELLS
            assert len(terminal.seen.encode()) < 3 * CELLS
            terminal.type("\x1b[27u")
            terminal.wait_for("2 codes")
        terminal.type("/")
        terminal.wait_for("Esc clear")
        terminal.type("b")
        terminal.wait_for("1 match")
        assert len(terminal.seen.encode()) <= 600
        assert "Library" in "\n".join(terminal.display)


def test_screens_between_keys_that_arrive_at_once_are_not_sent(filled: Program) -> None:
    with AppTerminal.of(filled) as terminal:
        terminal.unlock()
        terminal.type("?\x1b[27u,\x1b[27u" * 5 + "?")
        started = time.monotonic()
        while time.monotonic() < started + 1:  # as a line that takes all at once
            terminal.wait_for("")
        terminal.wait_for("Show all keys")
        assert "otp-tui  settings" not in terminal.seen
        assert len(_CONTROL.sub("", terminal.seen)) <= 2 * CELLS
