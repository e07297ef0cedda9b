"""An unlocked vault in the real app, and `otp-tui lock`."""

from __future__ import annotations

import time

from tests.cli.program import Program
from tests.terminal.helpers import AppTerminal


def test_the_app_opens_without_asking_until_the_vault_is_locked(filled: Program) -> None:
    assert filled.open("unlock").code == 0
    with AppTerminal.of(filled) as terminal:
        terminal.wait_for("Registrar")
        assert "Password" not in terminal.all
        assert filled.run("lock").code == 0
        began = time.monotonic()
        terminal.wait_for("Locked by another program.")
        assert time.monotonic() - began < 2.5
    with AppTerminal.of(filled) as terminal:
        terminal.wait_for(" unlock ")


def test_no_unlock_asks(filled: Program) -> None:
    assert filled.open("unlock").code == 0
    argv = [*filled.command, "--no-unlock"]
    with AppTerminal(argv, filled.env, filled.folder) as terminal:
        terminal.wait_for(" unlock ")
