"""Ctrl+Z while the command line asks for a password: nothing typed later is shown."""

from __future__ import annotations

import shlex

import pytest

from tests.cli.program import PASSWORD, Program
from tests.programs import need
from tests.terminal.helpers import AppTerminal, wait_until

SHELLS = {"bash": ["bash", "--norc", "--noediting", "-i"], "dash": ["dash", "-i"]}


def wait_for_question(terminal: AppTerminal) -> None:
    """Wait until the program asks again."""
    wait_until(
        lambda: bool(terminal.display) and "Password for" in terminal.seen, lambda: terminal.all
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_a_password_is_not_shown_after_ctrl_z(filled: Program, shell: str) -> None:
    need(shell)
    with AppTerminal(SHELLS[shell], {**filled.env, "PS1": "$ "}, filled.folder) as terminal:
        terminal.wait_for("$ ")
        terminal.type(f"{shlex.join(filled.command)} list\n")
        terminal.wait_for("Password for")
        terminal.type("\x1a")
        terminal.wait_for("Stopped")
        terminal.type("fg; echo ended: $?\n")
        wait_for_question(terminal)
        assert "fg; echo" in terminal.seen, "the shell is left without echo"
        terminal.type(f"{PASSWORD}\n")
        terminal.wait_for("ended: 0")
        assert PASSWORD not in terminal.all
        assert "Registrar" in terminal.all


def test_a_password_is_not_shown_after_ctrl_z_without_a_shell(filled: Program) -> None:
    """As in `ssh -t host otp-tui list`: nobody could make it go on, so it isn't stopped."""
    command = [*filled.command, "list"]
    with AppTerminal(command, filled.env, filled.folder) as terminal:
        terminal.wait_for("Password for")
        terminal.type("\x1a")
        wait_for_question(terminal)
        terminal.type(f"{PASSWORD}\n")
        assert terminal.end() == 0
        assert PASSWORD not in terminal.all


def test_a_command_in_the_background_asks_in_the_foreground(filled: Program) -> None:
    with AppTerminal(SHELLS["bash"], {**filled.env, "PS1": "$ "}, filled.folder) as terminal:
        terminal.wait_for("$ ")
        terminal.type(f"{shlex.join(filled.command)} list &\n")
        terminal.wait_for("[1]")
        terminal.type("wait\n")
        terminal.wait_for("Stopped")
        terminal.type("fg; echo ended: $?\n")
        wait_for_question(terminal)
        terminal.type(f"{PASSWORD}\n")
        terminal.wait_for("ended: 0")
        assert PASSWORD not in terminal.all
