"""The list of attacks, with the sizes of a full run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.report import Result


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack of the full run."""

    key: str
    name: str
    run: Callable[[float], Result]
    """Runs it; 1 is the size of the full run."""
    waits: bool = False
    """True if it mostly waits, so that it can run beside two others."""


def _kills(scale: float) -> Result:
    from tests.soak.commands import kills

    return kills(round(2100 * scale), every=max(1, round(1 / scale)))


def _errors(scale: float) -> Result:
    from tests.soak.commands import errors

    return errors(every=max(1, round(1 / scale)))


def _fuzz(scale: float) -> Result:
    from tests.soak.fuzz import fuzz

    return fuzz(round(100_000 * scale))


ATTACKS = (
    Attack("fuzz", "changed files for every reader", _fuzz),
    Attack("kills", "SIGKILL at every system call and at random", _kills),
    Attack("errors", "errors of the disk at every system call", _errors),
)
