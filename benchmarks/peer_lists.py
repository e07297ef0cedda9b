"""`make bench ARGS=lists`: the open list of otp-tui and of cotp, with nothing else to do."""

from __future__ import annotations

import statistics
import sys
from contextlib import ExitStack

from benchmarks.cotp import cotp
from benchmarks.program import READY, empty_app, programs
from benchmarks.terminal import Terminal

_SECONDS = 10.0
"""Seconds to watch an idle list."""


def table(runs: int) -> str:
    """Measure what is installed, and return the lines of the table."""
    lines = ["| list | memory | idle | processor | cursor key |", "|---|---|---|---|---|"]
    terminal = empty_app()
    terminal.wait_for(READY)
    lines.append(_row("an empty Textual app", terminal, 0))
    for count in (10, 1000, 10_000):
        with ExitStack() as stack:
            ours = stack.enter_context(programs(count))[count]
            lines.append(_row(f"otp-tui, {count:,} entries", ours.open(), runs))
            peer = stack.enter_context(cotp(count))
            if peer is None:
                sys.stderr.write("not installed: cotp\n")
            else:
                lines.append(_row(f"cotp, {count:,} entries", peer.open(), runs))
    return "\n".join([*lines, ""])


def _row(name: str, terminal: Terminal, runs: int) -> str:
    terminal.read_for(2)
    before = terminal.cpu_seconds
    idle = terminal.read_for(_SECONDS) / _SECONDS
    percent = (terminal.cpu_seconds - before) / _SECONDS * 100
    taken = [terminal.press(b"\x1b[A" if turn % 2 else b"\x1b[B") for turn in range(runs)]
    memory = terminal.resident_mib
    terminal.end()
    key = f"{statistics.median(taken) * 1000:.1f} ms" if taken else ""
    return f"| {name} | {memory:.0f} MiB | {idle:.0f} B/s | {percent:.1f} % | {key} |"
