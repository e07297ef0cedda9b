"""Where passwords come from, in which order, and which are refused."""

from __future__ import annotations

import os
import pty
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tui.cli.given_secrets import line_of_stdin
from tui.cli.terminal import line_of
from tui.errors import UsageError


def password_file(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    """Write a password file."""
    path = folder / "password"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_password_from_a_file(filled: Program) -> None:
    for start, end in (("", ""), ("", "\n"), ("", "\r\n"), ("\ufeff", "\n")):
        path = password_file(filled.folder, f"{start}{PASSWORD}{end}".encode())
        assert filled.run("list", "--password-file", path).code == 0


def test_a_password_from_a_pipe_of_the_shell(filled: Program) -> None:
    reading, writing = os.pipe()
    os.write(writing, f"{PASSWORD}\n".encode())
    os.close(writing)
    os.fchmod(reading, 0o660)  # as pipes have on macOS
    filled.cleanup.callback(os.close, reading)
    assert filled.run("list", "--password-file", f"/dev/fd/{reading}").code == 0


def test_only_one_line_break_is_dropped(filled: Program) -> None:
    path = password_file(filled.folder, f"{PASSWORD}\n\n".encode())
    assert filled.run("list", "--password-file", path).code == 3


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_file_that_others_can_read_is_refused(filled: Program, mode: int) -> None:
    path = password_file(filled.folder, PASSWORD.encode(), mode)
    done = filled.run("list", "--password-file", path)
    assert (done.code, done.out) == (1, "")
    assert "chmod 600" in done.err


def test_invalid_password_files_are_refused(filled: Program) -> None:
    fifo = filled.folder / "fifo"
    os.mkfifo(fifo, 0o600)
    cases: list[str | Path] = [filled.folder, fifo, "/dev/zero", filled.folder / "missing"]
    cases.append(password_file(filled.folder, b"\xff\xfe"))
    for path in cases:
        done = filled.spawn("list", "--password-file", path)
        assert (done.code, done.out) == (1, ""), path
        assert done.err.count("\n") == 1


def test_an_endless_password_is_refused(filled: Program) -> None:
    path = password_file(filled.folder, b"x" * 1_000_000)
    assert filled.run("list", "--password-file", path).code == 1
    assert filled.run("list", "--password-stdin", stdin="x" * 1_000_000).code == 1


def test_a_wrong_password(filled: Program) -> None:
    before = filled.vault.read_bytes()
    done = filled.run("list", "--password-stdin", stdin="not the password\n")
    assert (done.code, done.out) == (3, "")
    assert done.err.count("\n") == 1
    assert "not the password" not in done.err
    assert filled.vault.read_bytes() == before


@pytest.mark.parametrize("stdin", ["\n", "\udcff".encode("utf-8", "surrogateescape") + b"\n"])
def test_an_empty_or_undecodable_password(filled: Program, stdin: str | bytes) -> None:
    done = filled.run("list", "--password-stdin", stdin=stdin)
    assert done.code in {1, 3}
    assert done.err.count("\n") == 1


def test_input_that_ends_before_the_password(filled: Program) -> None:
    done = filled.run("list", "--password-stdin", stdin="")
    assert (done.code, done.out) == (2, "")
    assert "ended" in done.err


def test_no_terminal_and_no_option(filled: Program) -> None:
    done = filled.spawn("list")
    assert (done.code, done.out) == (2, "")
    assert "--password-stdin" in done.err


def test_the_password_is_typed_without_echo(filled: Program) -> None:
    terminal = Terminal(filled, "code", "GitHub", "--at", "59")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\n")
    assert terminal.end() == (0, "94287082\n")
    assert PASSWORD not in terminal.seen


@pytest.mark.parametrize(("last", "code"), [(PASSWORD, 0), ("still wrong", 3)])
def test_the_terminal_asks_for_a_wrong_password_up_to_three_times(
    filled: Program, last: str, code: int
) -> None:
    terminal = Terminal(filled, "code", "GitHub", "--at", "59")
    terminal.wait_for("assword")
    terminal.type(f"wrong wrong\nwrong again\n{last}\n")
    assert terminal.end() == (code, "" if code else "94287082\n")
    assert terminal.seen.count("Wrong password. Try again.") == 2
    assert ("may be damaged" in terminal.seen) is bool(code)


@pytest.fixture
def full_terminal() -> Iterator[int]:
    """A terminal that dropped what was typed after 4,095 bytes of a line, and said nothing."""
    master, slave = pty.openpty()
    os.write(master, b"%b\n" % (b"x" * 5200))
    yield slave
    os.close(master)


def test_a_password_that_the_terminal_cuts_is_refused(
    filled: Program, full_terminal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.cli.terminal.open_tty", lambda: full_terminal)
    done = filled.open("passwd")
    assert done.code == 2
    assert "That is too long to type or paste. Use --new-password-" in done.err
    assert filled.open("list").code == 0


def test_a_line_of_standard_input_that_the_terminal_cuts_is_refused(
    full_terminal: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(full_terminal) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        with pytest.raises(UsageError, match="too long to type or paste"):
            line_of_stdin("new-password")


def test_ctrl_c_at_the_prompt(filled: Program) -> None:
    terminal = Terminal(filled, "list")
    terminal.wait_for("assword")
    terminal.type("\x03")
    assert terminal.end() == (130, "")
    assert "Traceback" not in terminal.seen


def test_ctrl_d_at_the_prompt(filled: Program) -> None:
    terminal = Terminal(filled, "list")
    terminal.wait_for("assword")
    terminal.type("\x04")
    assert terminal.end() == (2, "")


def test_init_asks_twice(program: Program) -> None:
    terminal = Terminal(program, "init")
    terminal.wait_for("new vault")
    terminal.type(f"{PASSWORD}\n")
    terminal.wait_for("Repeat")
    terminal.type(f"{PASSWORD}\n")
    assert terminal.end()[0] == 0
    assert program.open("list").code == 0
    assert PASSWORD not in terminal.seen


def test_a_new_password_is_asked_for_until_it_is_accepted(program: Program) -> None:
    """The answers: too short; not repeated; weak, and then another one chosen."""
    terminal = Terminal(program, "init")
    weak = "christopher"
    terminal.type(
        "\n".join(("seven77", PASSWORD, f"{PASSWORD}!", weak, "", PASSWORD, PASSWORD, ""))
    )
    assert terminal.end()[0] == 0
    assert program.open("list").code == 0
    said = ("at least 8", "don't match. Try again.", "Warning: Very weak password. Names are easy")
    places = [terminal.seen.find(words) for words in said]
    assert places == sorted(places)
    assert -1 not in places


def test_a_weak_password_from_an_option_causes_a_warning(program: Program) -> None:
    done = program.run("init", "--password-stdin", stdin="christopher\n")
    assert done.code == 0
    assert "Warning: Very weak password. Names are easy to guess." in done.err


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_at_the_prompt_restores_the_echo(filled: Program, number: int) -> None:
    terminal = Terminal(filled, "list")
    terminal.wait_for("assword")
    terminal.process.send_signal(number)
    terminal.wait_for_echo()
    assert terminal.end() == (128 + number, "")


def test_passwords_typed_ahead_are_read(program: Program) -> None:
    """Both lines are typed before the first prompt appears."""
    terminal = Terminal(program, "init")
    terminal.type(f"{PASSWORD}\n{PASSWORD}\n")
    assert terminal.end()[0] == 0
    assert program.open("list").code == 0


def test_input_after_the_password_is_not_part_of_it(filled: Program) -> None:
    terminal = Terminal(filled, "code", "GitHub", "--at", "59")
    terminal.wait_for("assword")
    terminal.type(f"{PASSWORD}\nnext command\n")
    assert terminal.end() == (0, "94287082\n")


def test_nothing_is_echoed_between_the_two_prompts(program: Program) -> None:
    terminal = Terminal(program, "init")
    terminal.wait_for("new vault")
    terminal.type(f"{PASSWORD}\n{PASSWORD}\n")
    assert terminal.end()[0] == 0
    assert PASSWORD not in terminal.seen


def test_a_signal_that_does_not_interrupt_the_read_is_handled() -> None:
    """As one just before a read that blocks; here, another thread gets it."""
    master, slave = pty.openpty()

    def left(_number: int, _frame: object) -> None:
        raise InterruptedError

    before = signal.signal(signal.SIGUSR2, left)
    sent = threading.Timer(0.1, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGUSR2))
    typed = threading.Timer(5, lambda: os.write(master, b"typed\n"))
    sent.start()
    typed.start()
    try:
        with os.fdopen(slave, "r+b", buffering=0) as file, pytest.raises(InterruptedError):
            line_of(file)
        assert typed.is_alive()
    finally:
        typed.cancel()
        signal.signal(signal.SIGUSR2, before)
        os.close(master)
