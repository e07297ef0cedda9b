"""The table of a long run."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """What an attack did, as one line for the table."""

    counts: str


@dataclass(frozen=True, slots=True)
class Row:
    """One attack of a run."""

    name: str
    seconds: float
    counts: str
    passed: bool


def text(rows: Sequence[Row], seconds: float) -> str:
    """Return docs/reliability.md."""
    lines = [
        "# Reliability",
        "",
        "How far you can trust otp-tui not to lose anything: what the last run of `make soak` did",
        "to the real program, and what came of it. An attack fails if a change is lost after the",
        "program said it was saved, if a secret or a temporary file is left behind, if the",
        "program hangs or crashes, or if a limit is exceeded. `make test` runs short forms of the",
        "same attacks.",
        "",
        "| machine | date | duration |",
        "|---|---|---|",
        f"| {os.cpu_count()} CPUs, {platform.system()} {platform.release()}, "
        f"{platform.python_implementation()} {platform.python_version()} "
        f"| {time.strftime('%Y-%m-%d', time.gmtime())} | {seconds / 60:.0f} min |",
        "",
        "| attack | counts | duration | result |",
        "|---|---|---|---|",
    ]
    for row in rows:
        result = "passed" if row.passed else "**failed**"
        lines.append(f"| {row.name} | {row.counts} | {row.seconds:.0f} s | {result} |")
    return "\n".join(lines) + "\n"
