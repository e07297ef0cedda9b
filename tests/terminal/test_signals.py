"""How the program ends: by a key, by a signal, and when its terminal goes away."""

from __future__ import annotations

import signal

import pytest

from tests.cli.program import Program
from tests.terminal.helpers import AppTerminal

SOON = 3.0
"""Seconds in which a program that was told to end has to be gone."""


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
def test_a_signal_ends_it_and_the_terminal_is_given_back(
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
def test_it_ends_when_its_terminal_goes_away(filled: Program, controlling: bool) -> None:
    with AppTerminal.of(filled, controlling=controlling) as terminal:
        terminal.unlock()
        terminal.hang_up()
        assert terminal.end(5.0) != 0


@pytest.mark.parametrize(
    ("key", "where"), [("\x03", "unlocked"), ("\x11", "locked")], ids=["ctrl+c", "ctrl+q"]
)
def test_a_key_ends_it_and_the_terminal_is_given_back(
    filled: Program, key: str, where: str
) -> None:
    with AppTerminal.of(filled) as terminal:
        reach(terminal, where)
        terminal.type(key)
        assert terminal.end(SOON) == 0
        assert terminal.is_given_back


def test_what_is_no_text_at_all_does_not_end_it(filled: Program) -> None:
    with AppTerminal.of(filled) as terminal:
        reach(terminal, "unlocked")
        terminal.write(b"/\xff\xfe\x80")
        terminal.wait_for("Nothing matches")
        terminal.write(b"\x1b[200~\xe2\x82\x1b[201~")
        terminal.type("\x11")
        assert terminal.end(SOON) == 0
        assert terminal.is_given_back
