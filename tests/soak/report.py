"""The table of a long run."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What an attack tried and what it found, for the table."""

    tried: str
    found: str


@dataclass(frozen=True, slots=True)
class Row:
    """One attack of a run."""

    name: str
    seconds: float
    tried: str
    found: str
    passed: bool


_TERMS = {
    "Descriptors": "open files and connections",
    "History": "a random sequence of steps, e.g. changes, kills and restores",
    "Power cut": "each state that the disk can have if only some writes reached it",
    "Reader": "the part of otp-tui that reads one backup format",
    "Seed": "repeats the same random choices",
}
"""Words in the table that need an explanation."""


def text(rows: Sequence[Row], seconds: float) -> str:
    """Return docs/reliability.md."""
    lines = [
        "# Reliability",
        "",
        "How far you can trust otp-tui not to lose anything: the last run of `make soak`, which",
        "attacks the real program. An attack fails if a change is lost after the program said it",
        "was saved, if a secret or a temporary file is left behind, if the program hangs or",
        "crashes, or if a limit is exceeded. `make test` runs short forms of the same attacks.",
        "",
        "| machine | date | duration |",
        "|---|---|---|",
        f"| {os.cpu_count()} CPUs, {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()} "
        f"| {time.strftime('%Y-%m-%d', time.gmtime())} | {seconds / 60:.0f} min |",
        "",
        "| attack | tried | found | duration | result |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        result = "passed" if row.passed else "**failed**"
        cells = (row.name, row.tried, row.found, f"{row.seconds:.0f} s", result)
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| word | meaning |", "|---|---|"]
    lines += [f"| {word} | {meaning} |" for word, meaning in _TERMS.items()]
    return "\n".join(lines) + "\n"
