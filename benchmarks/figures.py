"""The rows of the table, and functions to measure time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A row of the table."""

    goal: str
    """Number of the goal."""
    what: str
    """What is compared with what."""
    ours: str
    """Our figure, with its unit."""
    floor: str
    """The floor, with its unit."""
    ratio: float
    """Our figure divided by the floor."""
    limit: float
    """The highest ratio that meets the goal."""

    @classmethod
    def of_times(cls, goal: str, what: str, ours: float, floor: float, limit: float) -> Figure:
        """Compare two times, in seconds."""
        return cls(goal, what, _ms(ours), _ms(floor), ours / floor, limit)


def medians(cases: Mapping[str, Callable[[], float]], runs: int) -> dict[str, float]:
    """Return the median of `runs` results for each case, in turns, after one unmeasured run.

    If the machine gets slower in the meantime, all of them do.
    """
    for measure in cases.values():
        measure()
    taken = {name: [measure()] for name, measure in cases.items()}
    for _ in range(runs - 1):
        for name, measure in cases.items():
            taken[name].append(measure())
    return {name: statistics.median(results) for name, results in taken.items()}


def processor_time(work: Callable[[], object]) -> float:
    """Return the seconds of processor time that `work` takes in this process."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.{0 if seconds > 0.01 else 1}f} ms"
