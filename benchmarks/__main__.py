"""`make bench`: measures the goals of docs/performance.md and prints the table."""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from benchmarks.entries import document
from benchmarks.terminal import START, Terminal
from tui.clock import SystemClock
from tui.crypto.kdf import Argon2Params
from tui.vault.document import Document
from tui.vault.vault import Vault

PASSWORD = "correct horse"  # noqa: S105
KDF_FLOOR = (
    "import argon2.low_level as a;"
    "a.hash_secret_raw(b'correct horse', b'0123456789abcdef', 3, 65536, 4, 32, a.Type.ID)"
)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    goal: str
    """Number of the goal."""
    what: str
    """What is compared with what."""
    ours: str
    """Our figure."""
    floor: str
    """The floor's."""
    ratio: float
    """Ours over the floor's, or a plain number where the goal is one."""
    limit: float
    """What it may be at the most."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=")
    parser.add_argument("goals", nargs="*", default=list(GOALS), help="1 2 3 4 6; all of them")
    parser.add_argument("--runs", type=int, default=20, help="runs for each median")
    arguments = parser.parse_args()
    rows: list[Figure] = []
    for goal in arguments.goals:
        sys.stderr.write(f"measuring goal {goal} …\n")
        rows += GOALS[goal](arguments.runs)
    lines = ["| goal | what | ours | floor | ratio | at most | |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        met = "met" if row.ratio <= row.limit else "**missed**"
        lines.append(
            f"| {row.goal} | {row.what} | {row.ours} | {row.floor} "
            f"| {row.ratio:.2f} | {row.limit:.2f} | {met} |"
        )
    sys.stdout.write("\n".join(lines) + "\n")


def command_line(runs: int) -> list[Figure]:
    """Goal 1: `otp-tui code X` against python and a cold Argon2id."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "password").write_text(PASSWORD, encoding="utf-8")
        (folder / "password").chmod(0o600)
        commands = {"floor": [sys.executable, "-c", KDF_FLOOR]}
        for count in (10, 1000):
            path = folder / f"{count}.json"
            vault = Vault.create(path, PASSWORD, Argon2Params(3, 65536, 4), SystemClock())
            full = document(count)
            vault.change(partial(_instead, full))
            vault.close()
            commands[str(count)] = [
                *(sys.executable, "-m", "tui", "--vault", str(path)),
                *("code", "service 00003", "--password-file", str(folder / "password")),
            ]
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for case, command in commands.items():
                taken[case].append(_seconds(command))
    floor, ten, thousand = (statistics.median(taken[name]) for name in ("floor", "10", "1000"))
    return [
        Figure("1", "`code`, 10 entries ÷ python + KDF", _ms(ten), _ms(floor), ten / floor, 1.2),
        Figure("1", "`code`, 1000 ÷ 10 entries", _ms(thousand), _ms(ten), thousand / ten, 1.1),
    ]


def first_frame(runs: int) -> list[Figure]:
    """Goal 2: from the first import to the first frame."""
    cases = {
        "empty": (["empty"], b"ready"),
        "1000": (["codes", "1000", "each"], b"Service 00000"),
        "10000": (["codes", "10000", "each"], b"Service 00000"),
    }
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(runs):
        for name, (arguments, marker) in cases.items():
            terminal = Terminal(arguments)
            started, _read = terminal.wait_for(START)
            shown, _read = terminal.wait_for(marker)
            taken[name].append(shown - started)
            terminal.end()
    floor = statistics.median(taken["empty"])
    return [
        Figure(
            "2",
            f"first frame, {name} entries ÷ empty app",
            _ms(statistics.median(taken[name])),
            _ms(floor),
            statistics.median(taken[name]) / floor,
            limit,
        )
        for name, limit in (("1000", 1.10), ("10000", 1.15))
    ]


def idle(_runs: int) -> list[Figure]:
    """Goal 3: a minute of doing nothing, two rollovers included."""
    cases = {
        "empty": ["empty"],
        "shared": ["codes", "1000", "shared"],
        "each": ["codes", "1000", "each"],
    }
    seconds, figures = 60.0, {}
    for name, arguments in cases.items():
        terminal = Terminal(arguments)
        terminal.wait_for(b"ready" if name == "empty" else b"Service 00000")
        terminal.read_for(3)
        before = terminal.cpu_seconds
        count = terminal.read_for(seconds)
        figures[name] = (count / seconds, (terminal.cpu_seconds - before) / seconds * 100)
        terminal.end()
    shared, each, floor = figures["shared"], figures["each"], max(figures["empty"][1], 0.01)
    return [
        Figure("3", "idle, shared countdown: bytes/s ÷ 200", f"{shared[0]:.0f} B/s", "200 B/s",
               shared[0] / 200, 1.0),
        Figure("3", "idle, countdown on each row: bytes/s ÷ 2000", f"{each[0]:.0f} B/s",
               "2000 B/s", each[0] / 2000, 1.0),
        Figure("3", "idle, shared countdown: CPU ÷ empty app", f"{shared[1]:.2f} %",
               f"{floor:.2f} %", shared[1] / floor, 3.5),
    ]  # fmt: skip


def keys(runs: int) -> list[Figure]:
    """Goal 4: from a key to its paint, with 10,000 entries and with 10."""
    cursor: dict[str, float] = {}
    letter: dict[str, float] = {}
    for count in ("10", "10000"):
        terminal = Terminal(["codes", count, "shared"])
        terminal.wait_for(b"Service 00000")
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
        Figure("4", f"{what}, 10,000 ÷ 10 entries", f"{taken['10000']:.1f} ms",
               f"{taken['10']:.1f} ms", taken["10000"] / taken["10"], 1.5)
        for what, taken in (("cursor key", cursor), ("search letter", letter))
    ]  # fmt: skip


def saving(runs: int) -> list[Figure]:
    """Goal 6: saving 10,000 entries against the bare work on the same bytes."""
    import json

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from tui.vault import document as documents

    ours, floor = [], []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "vault.json"
        vault = Vault.create(path, PASSWORD, Argon2Params(2, 19456, 1), SystemClock())
        full = document(10_000)
        vault.change(lambda _: full)
        tree = json.loads(documents.write(full))
        cipher = AESGCM(os.urandom(32))
        for _ in range(runs):
            start = time.perf_counter()
            vault.change(_with_a_change)
            ours.append(time.perf_counter() - start)
            start = time.perf_counter()
            text = json.dumps(tree, separators=(",", ":")).encode()
            sealed = cipher.encrypt(os.urandom(12), text, None)
            beside = Path(name) / "floor"
            with beside.open("wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(Path(name) / "floor.json")
            floor.append(time.perf_counter() - start)
    mine, bare = statistics.median(ours), statistics.median(floor)
    return [
        Figure("6", "save 10,000 entries ÷ dumps + AES-GCM + fsync", _ms(mine), _ms(bare),
               mine / bare, 1.3)
    ]  # fmt: skip


GOALS: dict[str, Callable[[int], list[Figure]]] = {
    "1": command_line,
    "2": first_frame,
    "3": idle,
    "4": keys,
    "6": saving,
}


def _with_a_change(document: Document) -> Document:
    first, *rest = document.entries
    changed = replace(first, copy_count=(first.copy_count or 0) + 1)
    return replace(document, entries=(changed, *rest))


def _instead(full: Document, _present: Document) -> Document:
    return full


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
