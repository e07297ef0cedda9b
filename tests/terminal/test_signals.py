"""How the program exits: on a key, on a signal, and when its terminal goes away."""

from __future__ import annotations

import signal

import pytest

from tests.cli.program import Program
from tests.terminal.helpers import AppTerminal

SOON = 3.0
"""Seconds in which the program must exit."""


def reach(terminal: AppTerminal, where: str) -> None:
    if where == "unlocked":
        terminal.unlock()
    else:
        terminal.wait_for(" unlock ")


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (signal.SIGTERM, "locked"),
        (signal.SIGTERM, "unlocked"),
        (signal.SIGHUP, "unlocked"),
    ],
)
def test_a_signal_exits_and_restores_the_terminal(
    filled: Program, number: signal.Signals, where: str
) -> None:
    with AppTerminal.of(filled) as terminal:
        reach(terminal, where)
        terminal.signal(number)
        assert terminal.end(SOON) == 128 + number
        assert terminal.is_given_back
        assert "Traceback" not in terminal.seen
        assert "stopped on a mistake" not in terminal.seen


@pytest.mark.parametrize("controlling", [True, False], ids=["told", "not told"])
def test_it_exits_when_the_terminal_closes(filled: Program, controlling: bool) -> None:
    with AppTerminal.of(filled, controlling=controlling) as terminal:
        terminal.unlock()
        terminal.hang_up()
        assert terminal.end(5.0) != 0


@pytest.mark.parametrize(
    ("key", "where"), [("\x03", "unlocked"), ("\x11", "locked")], ids=["ctrl+c", "ctrl+q"]
)
def test_a_key_exits_and_restores_the_terminal(filled: Program, key: str, where: str) -> None:
    with AppTerminal.of(filled) as terminal:
        reach(terminal, where)
        terminal.type(key)
        assert terminal.end(SOON) == 0
        assert terminal.is_given_back


def test_invalid_utf8_does_not_crash_it(filled: Program) -> None:
    with AppTerminal.of(filled) as terminal:
        reach(terminal, "unlocked")
        terminal.write(b"/\xff\xfe\x80")
        terminal.wait_for("No matches")
        terminal.write(b"\x1b[200~\xe2\x82\x1b[201~")
        terminal.type("\x11")
        assert terminal.end(SOON) == 0
        assert terminal.is_given_back
