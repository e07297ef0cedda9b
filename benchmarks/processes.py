"""Goals 1, 2 and 7: whole processes, from the start."""

from __future__ import annotations

import sys
import time

from benchmarks.figures import Figure, medians
from benchmarks.program import (
    LIST,
    PASSWORD,
    READY,
    UNLOCK,
    Program,
    empty_app,
    programs,
    seconds,
    version,
)

_KDF = (
    "import argon2.low_level as a;"
    "a.hash_secret_raw(b'correct horse', b'0123456789abcdef', 3, 65536, 4, 32, a.Type.ID)"
)


def command_line(runs: int) -> list[Figure]:
    """Goal 1: `otp-tui code X` against Python and a cold Argon2id."""
    with programs(10, 1000, 10_000) as by_count:
        ten, thousand, most = by_count.values()
        floor = [sys.executable, "-c", _KDF]
        taken = medians(
            {
                "floor": lambda: seconds(floor),
                "10": ten.code,
                "1000": thousand.code,
                "10000": most.code,
            },
            runs,
        )
    return [
        Figure.of_times("1", f"`code`, {name} ÷ {base}", taken[ours], taken[against], limit)
        for name, ours, base, against, limit in (
            ("10 entries", "10", "Python + KDF", "floor", 1.3),
            ("1,000", "1000", "10 entries", "10", 1.1),
            ("10,000 entries", "10000", "Python + KDF", "floor", 1.93),
        )
    ]


def first_screens(runs: int) -> list[Figure]:
    """Goal 2: start to unlock screen and Enter to list, against an empty app."""
    with programs(1000, 10_000) as by_count:
        thousand, most = by_count.values()
        taken = medians(
            {
                "empty app": _empty_app,
                "unlock screen": lambda: _unlock_screen(thousand),
                "list of 1,000": lambda: _list(thousand),
                "list of 10,000": lambda: _list(most),
            },
            runs,
        )
    floor = taken["empty app"]
    return [
        Figure.of_times("2", f"{what} ÷ empty app", taken[name], floor, limit)
        for what, name, limit in (
            ("start to unlock screen", "unlock screen", 1.35),
            ("Enter to list of 1,000", "list of 1,000", 1.3),
            ("Enter to list of 10,000", "list of 10,000", 1.35),
        )
    ]


def print_version(runs: int) -> list[Figure]:
    """Goal 7: `otp-tui --version` against `python -c pass`."""
    empty = [sys.executable, "-c", "pass"]
    taken = medians({"ours": version, "floor": lambda: seconds(empty)}, runs)
    return [
        Figure.of_times("7", "`--version` ÷ `python -c pass`", taken["ours"], taken["floor"], 3.0)
    ]


def _empty_app() -> float:
    terminal = empty_app()
    shown = terminal.wait_for(READY)
    terminal.end()
    return shown - terminal.started


def _unlock_screen(program: Program) -> float:
    terminal = program.start()
    shown = terminal.wait_for(UNLOCK)
    terminal.end()
    return shown - terminal.started


def _list(program: Program) -> float:
    terminal = program.start()
    terminal.wait_for(UNLOCK)
    terminal.write(PASSWORD.encode())
    terminal.read_for(0.3)
    entered = time.perf_counter()
    terminal.write(b"\r")
    shown = terminal.wait_for(LIST)
    terminal.end()
    return shown - entered
