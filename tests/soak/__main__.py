"""Run the long attacks, two at a time, and write the table: `make soak`."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.soak.attacks import ATTACKS, Attack
from tests.soak.report import Row, text

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reliability.md"


def main() -> int:
    """Run the attacks that the arguments name, by default all; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="ATTACK", help="an attack; by default all")
    parser.add_argument("--list", action="store_true", help="list the attacks")
    parser.add_argument("--here", action="store_true", help="run one in this process")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="multiply the size of each attack by this"
    )
    parser.add_argument(
        "--table", action="store_true", help="write the table of a smaller run, too"
    )
    given = parser.parse_args()
    chosen = [each for each in ATTACKS if not given.names or each.key in given.names]
    if given.list:
        _say(*(f"{each.key:12} {each.name}" for each in chosen))
        return 0
    if given.here:
        result = chosen[0].run(given.scale)
        _say(json.dumps([result.tried, result.found]))
        return 0
    began = time.monotonic()
    with ThreadPoolExecutor(2) as pool, ThreadPoolExecutor(1) as beside:
        pending = [
            (beside if each.waits else pool).submit(_run, each, given.scale) for each in chosen
        ]
        rows = [each.result() for each in pending]
    if given.table or (not given.names and given.scale >= 1):
        TABLE.write_text(text(rows, time.monotonic() - began))
    return 0 if all(row.passed for row in rows) else 1


def _run(attack: Attack, scale: float) -> Row:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak", "--here", "--scale", str(scale), attack.key],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OTP_TUI_STRESS": "1"},
        check=False,
    )
    took = time.monotonic() - began
    last = done.stdout.strip().rpartition("\n")[2]
    tried, found = json.loads(last) if done.returncode == 0 else ("", "see the output")
    passed = "passed" if done.returncode == 0 else "FAILED"
    _say(f"{passed}: {attack.key}, {took:.0f} s: {tried}: {found}")
    if done.returncode:
        _say(done.stdout[-3000:], done.stderr[-6000:])
    return Row(attack.name, took, tried, found, done.returncode == 0)


def _say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
