"""Resizing the terminal of the real program."""

from __future__ import annotations

import os
import termios

from tests.cli.program import Program
from tests.terminal.helpers import AppTerminal, python, wait_until

_TWICE = """
import signal, sys, termios
from textual.drivers.linux_driver import LinuxDriver
read = LinuxDriver._get_terminal_size
def then_smaller(self):
    size = read(self)
    if size[0] == 70:
        termios.tcsetwinsize(1, (24, 60))
        signal.raise_signal(signal.SIGWINCH)
    return size
LinuxDriver._get_terminal_size = then_smaller
from tui.__main__ import main
sys.exit(main([]))
"""
"""The app, whose terminal gets smaller again just as its size is read."""


def test_the_last_of_two_sizes_counts(filled: Program) -> None:
    with AppTerminal(python(_TWICE), filled.env, filled.folder) as terminal:
        terminal.unlock()
        name = os.open(terminal._name, os.O_RDWR | os.O_NOCTTY)
        termios.tcsetwinsize(name, (24, 70))
        os.close(name)
        wait_until(
            lambda: terminal.display[0][:60].rstrip().endswith("codes"),
            lambda: "\n".join(terminal.display),
        )
