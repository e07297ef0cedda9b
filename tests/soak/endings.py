"""The app in terminals of all sizes and locales, ended by signals and closed terminals."""

from __future__ import annotations

import signal
import tempfile
from pathlib import Path

from tests.cli.program import Program
from tests.soak.day import SIZES, resize
from tests.soak.report import Result
from tests.terminal.helpers import AppTerminal, fill

SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGALRM, signal.SIGXCPU)
LOCALES = ("C", "C.UTF-8", "POSIX", "en_US.UTF-8", "de_DE.ISO-8859-1", "nonsense")
SOON = 2.0
"""Seconds in which the app must end."""


def endings() -> Result:
    """End the app in each size, with each signal, in each locale, and by closing the terminal."""
    ends = 0
    with tempfile.TemporaryDirectory() as folder:
        program = fill(Program(Path(folder)))
        with program.cleanup:
            for number, size in enumerate(SIZES * len(SIGNALS)):
                locale = LOCALES[number % len(LOCALES)]
                sent = SIGNALS[number % len(SIGNALS)]
                with AppTerminal.of(program, LANG=locale, LC_ALL=locale) as terminal:
                    terminal.unlock()
                    resize(terminal, size)
                    terminal.signal(sent)
                    code = terminal.end(SOON)
                    assert code == 128 + sent, f"{sent.name}, {size}, {locale}: {code}"
                    assert terminal.is_given_back, f"{sent.name}, {size}, {locale}"
                    ends += 1
            with AppTerminal.of(program) as terminal:
                terminal.unlock()
                terminal.hang_up()
                terminal.end(SOON)
                ends += 1
    return Result(
        f"{ends} runs with {len(SIGNALS)} signals, {len(SIZES)} sizes from 1×1 to 500×200 and "
        f"{len(LOCALES)} locales",
        f"all ended within {SOON:.0f} s; the terminal restored",
    )
