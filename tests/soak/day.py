"""A day in the life of the app: other programs change the vault, locks, copies, resizes."""

from __future__ import annotations

import os
import random
import tempfile
import termios
import time
from dataclasses import replace
from pathlib import Path

from tests.cli.program import PASSWORD, Program
from tests.soak.report import Result
from tests.terminal.helpers import AppTerminal, entries, fill
from tui.vault.vault import Vault

SIZES = ((1, 1), (1, 200), (200, 1), (24, 80), (200, 500), (10, 30), (50, 132))
"""Lines and columns."""
_TICKS = os.sysconf("SC_CLK_TCK")
_MIB = 1024
"""KiB."""


def day(seconds: float, seed: int = 1) -> Result:
    """Use the app for a while; its memory and descriptors stay flat, its screen is the file's."""
    drawn, rounds = random.Random(seed), 0
    counts = dict.fromkeys(("command", "other app", "lock", "copy", "resize"), 0)
    measured: list[tuple[int, int]] = []
    with tempfile.TemporaryDirectory() as folder:
        program = Program(Path(folder))
        fill(program)
        library = entries()[1]
        with program.cleanup, AppTerminal.of(program) as terminal:
            terminal.unlock()
            other = Vault.open(program.vault, PASSWORD)
            library = next(one for one in other.entries if one.issuer == library.issuer)
            end = time.monotonic() + seconds
            while time.monotonic() < end or rounds < 10:
                rounds += 1
                what = list(counts)[rounds % 5] if rounds <= 10 else drawn.choice(list(counts))
                counts[what] += 1
                name = f"Lib {rounds}"
                if what == "command":
                    done = program.open_real("edit", "ada", "--issuer", name)
                    assert done.code == 0, done.err
                    terminal.wait_for(name)
                elif what == "other app":
                    other.change(
                        lambda now, name=name: now.replacing(  # type: ignore[misc]
                            replace(now.find(library.id), issuer=name)
                        )
                    )
                    terminal.wait_for(name)
                elif what == "lock":
                    terminal.type("l")
                    terminal.unlock()
                elif what == "copy":
                    terminal.type("\r")
                    terminal.wait_for("opied", "ent to")
                else:
                    resize(terminal, drawn.choice(SIZES))
                    time.sleep(drawn.uniform(0, 0.3))
                    resize(terminal, (24, 80))
                    terminal.wait_for("Registrar")
                there = [one.issuer for one in Vault.open(program.vault, PASSWORD).entries]
                terminal.wait_for(*there[-1:])
                measured.append(_use(terminal.process.pid))
                terminal.all = terminal.all[-100_000:]
                time.sleep(min(1.0, seconds / 100))
            used = _processor(terminal.process.pid)
            time.sleep(3)
            idle = (_processor(terminal.process.pid) - used) / 3
            assert idle < 0.03, f"{idle:.1%} of a processor while idle"
            terminal.type("\x11")
            assert terminal.end(2.0) == 0
    warm = measured[len(measured) // 4 :]
    third = max(1, len(warm) // 3)
    first, last = (min(one[0] for one in part) for part in (warm[:third], warm[-third:]))
    files = [min(one[1] for one in part) for part in (warm[:third], warm[-third:])]
    assert last - first < 8 * _MIB, f"memory grew from {first} to {last} KiB"
    assert files[1] <= files[0] + 1, f"descriptors grew from {files[0]} to {files[1]}"
    steps = ", ".join(f"{count} × {what}" for what, count in counts.items())
    return Result(
        f"{rounds:,} steps ({steps}) in {seconds / 60:.0f} min; seed {seed}",
        f"memory from {first // _MIB} to {last // _MIB} MiB, descriptors from {files[0]} to "
        f"{files[1]}, {idle:.1%} CPU while idle; quit within 2 s",
    )


def resize(terminal: AppTerminal, size: tuple[int, int]) -> None:
    """Change the lines and columns of the terminal."""
    descriptor = os.open(terminal._name, os.O_RDWR | os.O_NOCTTY)
    try:
        termios.tcsetwinsize(descriptor, size)
    finally:
        os.close(descriptor)


def _use(process: int) -> tuple[int, int]:
    """Return the resident memory in KiB, and the number of descriptors."""
    status = Path(f"/proc/{process}/status").read_text()
    memory = int(status.partition("VmRSS:")[2].split()[0])
    return memory, len(list(Path(f"/proc/{process}/fd").iterdir()))


def _processor(process: int) -> float:
    """Return the processor time used so far, in seconds."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS
