"""Goals 1, 2 and 7: whole processes, from the start."""

from __future__ import annotations

import sys
import time

from benchmarks.cotp import cotp
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
    "from _argon2_cffi_bindings import ffi, lib;"
    "key = ffi.new('uint8_t[]', 32);"
    "password, salt = (ffi.new('uint8_t[]', text) for text in (b'correct horse', b'0' * 16));"
    "lib.argon2_hash(3, 65536, 4, password, 13, salt, 16, key, 32, ffi.NULL, 0, lib.Argon2_id, 19)"
)
"""One key, without the package argon2, which takes 25 ms to import."""
_EMPTY = [sys.executable, "-c", "pass"]


def command_line(runs: int) -> list[Figure]:
    """Goal 1: `otp-tui code X` against Python and a cold Argon2id, and unlocked against Python."""
    with programs(10, 1000, 10_000) as by_count, cotp(10_000) as peer:
        for program in by_count.values():
            program.unlock()
        cases = {"KDF": lambda: seconds([sys.executable, "-c", _KDF]), "pass": _empty}
        for count, program in by_count.items():
            cases |= {str(count): program.code, f"unlocked {count}": program.unlocked_code}
        if peer is not None:
            cases["cotp"] = peer.code
        taken = medians(cases, runs)
    rows = [
        ("`code`, 10 entries ÷ Python + KDF", "10", "KDF", 1.3),
        ("`code`, 1,000 ÷ 10 entries", "1000", "10", 1.1),
        ("`code`, 10,000 entries ÷ Python + KDF", "10000", "KDF", 1.93),
        ("`code`, 10,000 entries ÷ cotp with 10,000", "10000", "cotp", 1.0),
        ("unlocked `code`, 10 entries ÷ `python -c pass`", "unlocked 10", "pass", 3.0),
        ("unlocked `code`, 1,000 entries ÷ `python -c pass`", "unlocked 1000", "pass", 3.0),
    ]
    return [
        Figure.of_times("1", what, taken[ours], taken[floor], limit)
        for what, ours, floor, limit in rows
        if floor in taken
    ]


def _empty() -> float:
    return seconds(_EMPTY)


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
    taken = medians({"ours": version, "floor": _empty}, runs)
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
