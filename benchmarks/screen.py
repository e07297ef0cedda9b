"""Goals 3 to 5: the open list while idle, at a key press, and its memory."""

from __future__ import annotations

import re
import statistics
import time

from benchmarks.figures import Figure
from benchmarks.program import READY, empty_app, programs
from benchmarks.terminal import COLUMNS, ROWS, Terminal

_OPENING = {"open the help": b"?", "open the form": b"a", "open the settings": b","}
_ESCAPE, _HOME = b"\x1b", b"\x1b[H"
_ALL = ROWS * COLUMNS
_control = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\a]*\a")
_SMALL = (80, 24)
_LETTERS = b"123456789"
"""Each of them shows another entry first, with other large digits."""
_SECONDS = 60.0
"""Seconds to watch the idle app: two ends of a period."""


def idle(_runs: int) -> list[Figure]:
    """Goal 3: a minute without a key, the bytes of a search letter, the cells of a new screen."""
    with programs(10, 1000) as shared, programs(1000, countdown="each") as each:
        terminal = shared[10].open()
        opened = {name: _cells(terminal, key) for name, key in _OPENING.items()}
        letters = {"10 entries": _letters(terminal)}
        terminal.end()
        terminal = shared[1000].open()
        one = _idle(terminal)
        letters["1,000 entries"] = _letters(terminal)
        terminal.end()
        for count, name in ((10, "10 entries"), (1000, "1,000 entries")):
            terminal = shared[count].open(_SMALL)
            letters[f"{name} at 80 × 24"] = _letters(terminal)
            terminal.end()
        terminal = each[1000].open()
        many = _idle(terminal)
        terminal.end()
    terminal = empty_app()
    terminal.wait_for(READY)
    floor = max(_idle(terminal)[1], 0.01)
    terminal.end()
    return [
        Figure("3", "idle, shared countdown: bytes/s", f"{one[0]:.0f} B/s", "200 B/s",
               one[0] / 200, 1.0),
        Figure("3", "idle, countdown on each row: bytes/s", f"{many[0]:.0f} B/s", "2000 B/s",
               many[0] / 2000, 1.0),
        Figure("3", "idle, shared countdown: CPU ÷ empty app", f"{one[1]:.2f} %",
               f"{floor:.2f} %", one[1] / floor, 3.5),
        *(Figure("3", f"search letter, {name}: bytes (most)", f"{count} B ({most} B)", "600 B",
                 count / 600, 1.0) for name, (count, most) in letters.items()),
        *(Figure("3", f"{name}: cells sent ÷ cells", str(count), str(_ALL), count / _ALL, 1.0)
          for name, count in opened.items()),
    ]  # fmt: skip


def keys(runs: int) -> list[Figure]:
    """Goal 4: from a key to its paint, with 10,000 entries and with 10."""
    cursor: dict[int, float] = {}
    letter: dict[int, float] = {}
    with programs(10, 10_000) as by_count:
        for count, program in by_count.items():
            terminal = program.open()
            terminal.read_for(1)
            cursor[count] = statistics.median(
                terminal.press(b"\x1b[B" if turn % 2 else b"\x1b[A") for turn in range(runs * 2)
            )
            terminal.press(b"/")
            taken = []
            for _ in range(runs):
                taken.append(terminal.press(b"3"))
                terminal.press(b"\x7f")
            letter[count] = statistics.median(taken)
            terminal.end()
    return [
        Figure.of_times("4", f"{what}, 10,000 ÷ 10 entries", taken[10_000], taken[10], 1.5)
        for what, taken in (("cursor key", cursor), ("search letter", letter))
    ]


def memory(_runs: int) -> list[Figure]:
    """Goal 5: resident memory with 10,000 entries, above that of an empty app."""
    with programs(10_000) as by_count:
        terminal = by_count[10_000].open()
        terminal.read_for(2)
        ours = terminal.resident_mib
        terminal.end()
    terminal = empty_app()
    terminal.wait_for(READY)
    terminal.read_for(2)
    floor = terminal.resident_mib
    terminal.end()
    return [
        Figure("5", "memory at 10,000 entries − empty app", f"{ours:.0f} MiB", f"{floor:.0f} MiB",
               (ours - floor) / 8, 1.0)
    ]  # fmt: skip


def _idle(terminal: Terminal) -> tuple[float, float]:
    """Return bytes a second and percent of a processor."""
    terminal.read_for(3)
    before = terminal.cpu_seconds
    count = terminal.read_for(_SECONDS)
    return count / _SECONDS, (terminal.cpu_seconds - before) / _SECONDS * 100


def _cells(terminal: Terminal, key: bytes) -> int:
    """Return the number of cells that opening a screen sends."""
    terminal.read_for(0.5)
    terminal.write(key)
    text = _control.sub("", terminal.collect(0.5).decode())
    terminal.write(_ESCAPE)
    return len(text)


def _letters(terminal: Terminal) -> tuple[int, int]:
    """Return the bytes that the first letter of a search sends: the median and the most."""
    counts = [_letter(terminal, bytes([letter])) for letter in _LETTERS]
    return int(statistics.median(counts)), max(counts)


def _letter(terminal: Terminal, letter: bytes) -> int:
    terminal.write(b"/")
    terminal.read_for(1.2 - time.time() % 1)  # not when the countdown moves
    terminal.write(letter)
    count = terminal.read_for(0.5)
    for key in (_ESCAPE, _HOME):
        terminal.write(key)
        terminal.read_for(0.2)
    return count
