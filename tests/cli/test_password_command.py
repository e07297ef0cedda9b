"""password_command in the settings: which commands use it, and how its failures are reported."""

from __future__ import annotations

import pytest

from tests.cli.program import CONFIG, PASSWORD, Program
from tests.cli.terminal import Terminal

CODE = ("code", "GitHub", "--at", "59")


def with_command(program: Program, script: str) -> Program:
    """Set a password command that also creates the file it-ran."""
    path = program.folder / "give"
    path.write_text(f"#!/bin/sh\ntouch {program.folder}/it-ran\n{script}\n")
    path.chmod(0o700)
    setting = f'password_command = ["{path}"]\n'
    (program.folder / "config.toml").write_text(setting + CONFIG)
    return program


def it_ran(program: Program) -> bool:
    return (program.folder / "it-ran").exists()


def test_it_supplies_the_password(filled: Program) -> None:
    done = with_command(filled, f"echo '{PASSWORD}'; echo second line").spawn(*CODE)
    assert (done.code, done.out, done.err) == (0, "94287082\n", "")


def test_an_option_takes_precedence(filled: Program) -> None:
    with_command(filled, "echo wrong")
    assert filled.open(*CODE).out == "94287082\n"
    file = filled.folder / "password"
    file.write_text(PASSWORD)
    file.chmod(0o600)
    assert filled.run(*CODE, "--password-file", file).out == "94287082\n"
    assert not it_ran(filled)


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ("echo hunter2; exit 7", 1, "failed with exit code 7"),
        ("true", 1, "printed no password"),
        ("echo hunter2", 3, "password_command"),
    ],
)
def test_a_failure_does_not_ask_for_the_password(
    filled: Program, script: str, code: int, says: str
) -> None:
    """Not even on a terminal: scripts behave the same everywhere."""
    terminal = Terminal(with_command(filled, script), *CODE)
    assert terminal.end() == (code, "")
    assert says in terminal.seen
    assert terminal.seen.startswith("otp-tui: ")
    assert terminal.seen.count("\n") == 1
    assert "hunter2" not in terminal.seen


def test_it_may_ask_on_the_terminal(filled: Program) -> None:
    ask = f"printf 'PIN? ' >&2; stty -echo; read pin; test \"$pin\" = 42 && echo '{PASSWORD}'"
    terminal = Terminal(with_command(filled, ask), *CODE)
    terminal.wait_for("PIN? ")
    terminal.type("42\n")
    assert terminal.end() == (0, "94287082\n")


def test_ctrl_c_while_it_asks(filled: Program) -> None:
    terminal = Terminal(with_command(filled, "printf 'PIN? ' >&2; read pin"), *CODE)
    terminal.wait_for("PIN? ", hidden=False)
    terminal.type("\x03")
    assert terminal.end() == (130, "")
    assert "Traceback" not in terminal.seen


def test_it_never_supplies_a_new_password(program: Program, empty_bytes: bytes) -> None:
    with_command(program, f"cat > /dev/null; echo '{PASSWORD}'")
    assert program.spawn("init").code == 2
    assert not it_ran(program)
    assert not program.vault.exists()
    program.vault.parent.mkdir(mode=0o700)
    program.vault.write_bytes(empty_bytes)
    done = program.spawn("passwd", "--new-password-stdin", stdin="another password\n")
    assert done.code == 0, "standard input is not for the command"
    assert it_ran(program), "it gives the former one"
    assert program.run("list").code == 3, "and goes on giving that"


def test_it_does_not_run_without_a_vault(program: Program) -> None:
    assert with_command(program, "echo x").run("list").code == 1
    assert not it_ran(program)
