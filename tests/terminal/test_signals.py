"""How the program exits: on a key, on a signal, and when its terminal goes away."""

from __future__ import annotations

import fcntl
import signal
import time
from typing import IO

import pytest

from tests.cli.program import Program
from tests.conftest import STRESS
from tests.terminal.helpers import AppTerminal, python
from tui.app.ending import SIGNALS

SOON = 8.0
"""Seconds in which the program must exit: it takes two, also on a busy machine; hanging takes
minutes."""
_BUSY = """
import asyncio, sys, time
from tui.__main__ import main
from tui.app.app import OtpApp
ready = OtpApp.on_ready
def busy(app):
    app.thread = asyncio.ensure_future(asyncio.to_thread(time.sleep, 600))
    ready(app)
OtpApp.on_ready = busy
sys.exit(main([]))
"""
"""The app, with a thread that runs for long."""

_MANY_CALLS = """
import asyncio, os, signal, sys
from tui.__main__ import main
from tui.app.app import OtpApp
def flood():
    for _ in range(2000):
        asyncio.get_running_loop().call_soon_threadsafe(int)
    os.kill(os.getpid(), signal.SIGTERM)
ready = OtpApp.on_ready
def busy(app):
    ready(app)
    asyncio.get_running_loop().call_later(0.1, flood)
OtpApp.on_ready = busy
sys.exit(main([]))
"""
"""The app, which gets a signal while more calls wait than its event loop can be woken for."""

_SHORT = """
import sys
from tui.__main__ import main
from tui.app import ending, ending_app
ending_app.SAVING = ending.SAVING = 0.1
sys.exit(main([]))
"""
"""The app, which gives the last save a tenth of a second."""


def reach(terminal: AppTerminal, where: str) -> None:
    if where == "unlocked":
        terminal.unlock()
    else:
        terminal.wait_for(" unlock ")


@pytest.mark.parametrize(
    ("number", "where"),
    [
        (signal.SIGTERM, "unlocked"),
        (signal.SIGHUP, "unlocked"),
        (signal.SIGXCPU, "locked"),
        *((number, "locked") for number in SIGNALS if STRESS),
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


def test_a_signal_is_not_lost_while_much_waits(filled: Program) -> None:
    with AppTerminal(python(_MANY_CALLS), filled.env, filled.folder) as terminal:
        assert terminal.end(SOON) == 128 + signal.SIGTERM


@pytest.mark.parametrize("second", [signal.SIGHUP, *([signal.SIGINT] if STRESS else [])])
def test_a_second_signal_does_not_cut_the_last_save_short(
    filled: Program, second: signal.Signals
) -> None:
    with AppTerminal.of(filled) as terminal:
        terminal.unlock()
        with filled.vault.with_name(f"{filled.vault.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            terminal.type("p")
            terminal.wait_for("Waiting for another program")
            for number in (signal.SIGTERM, second):
                terminal.signal(number)
                time.sleep(0.1)
        assert terminal.end(SOON) == 128 + signal.SIGTERM
        assert "crashed" not in terminal.all
    assert any(entry["pinned"] for entry in filled.open("list", "--json").json)


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


@pytest.mark.parametrize("how", ["key", "signal"])
def test_no_end_waits_for_a_thread(filled: Program, how: str) -> None:
    with AppTerminal(python(_BUSY), filled.env, filled.folder) as terminal:
        reach(terminal, "locked")
        if how == "key":
            terminal.type("\x11")
        else:
            terminal.signal(signal.SIGTERM)
        assert terminal.end(SOON) == (0 if how == "key" else 128 + signal.SIGTERM)
        assert terminal.is_given_back


def test_an_end_does_not_wait_long_for_a_save(filled: Program) -> None:
    app = AppTerminal(python(_SHORT), filled.env, filled.folder)
    with app as terminal, open_lock(filled) as lock:
        terminal.unlock()
        fcntl.flock(lock, fcntl.LOCK_EX)
        terminal.type("p")
        terminal.type("\x11")
        terminal.wait_for("Quit anyway?")
        terminal.signal(signal.SIGTERM)
        assert terminal.end(SOON) == 128 + signal.SIGTERM
        assert terminal.is_given_back
        assert "NOT SAVED" in terminal.after_the_app


def open_lock(program: Program) -> IO[str]:
    """Open the lock file of the vault."""
    return program.vault.with_name(f"{program.vault.name}.lock").open("a")
