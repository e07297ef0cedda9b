"""The password command on a real terminal: it can ask there, and the screen comes back."""

from __future__ import annotations

from tests.cli.program import CONFIG, PASSWORD, Program
from tests.terminal.helpers import AppTerminal

ASK = f"""#!/bin/sh
printf 'PIN? ' > /dev/tty && read pin && test "$pin" = 42 && echo '{PASSWORD}'
"""


def asking(program: Program) -> Program:
    path = program.folder / "ask"
    path.write_text(ASK)
    path.chmod(0o700)
    (program.folder / "config.toml").write_text(f'password_command = ["{path}"]\n{CONFIG}')
    return program


def test_enter_lets_the_command_ask_on_the_terminal(filled: Program) -> None:
    with AppTerminal.of(asking(filled)) as terminal:
        terminal.wait_for("failed with exit code")
        assert "PIN? " not in terminal.all, "beside the screen there is no terminal for it"
        terminal.type("\r")
        terminal.wait_for("PIN? ")
        terminal.type("42\n")
        terminal.wait_for("Registrar")
        terminal.type("q")
        assert terminal.end() == 0
        assert terminal.is_given_back


def test_ctrl_c_stops_the_command_and_not_the_app(filled: Program) -> None:
    with AppTerminal.of(asking(filled)) as terminal:
        terminal.wait_for("failed with exit code")
        terminal.type("\r")
        terminal.wait_for("PIN? ")
        terminal.type("\x03")
        terminal.wait_for("signal 2")
        terminal.type(PASSWORD + "\r")
        terminal.wait_for("Registrar")
