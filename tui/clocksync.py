"""Whether the system's clock is synchronised, from the kernel's own status; no network."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

NEVER_SET = 16.0
"""Seconds: the error at which the kernel stops counting (NTP_PHASE_LIMIT in its ntp code).
Nobody has told it the time since it started, or not for nine hours."""

_BEHIND_ITS_BACK = ("/dev/vboxguest", "/proc/sys/fs/binfmt_misc/WSLInterop")
"""What is there where the host sets the clock without telling the kernel: VirtualBox's
additions, and WSL."""


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """What the kernel says of its clock."""

    synchronised: bool
    """Whether something keeps it to the right time."""
    may_be_off: float
    """Seconds; means something while it is synchronised."""


def clock_status() -> ClockStatus | None:
    """Return what the kernel says; None where it does not tell, or cannot know.

    What counts is the largest error that the kernel reckons with, as timedatectl has it, and
    not its flag STA_UNSYNC: chrony leaves that set unless `rtcsync` is configured. In a
    container this is the host's clock and the host's status; a container that may not ask
    (adjtimex fails) gets None. On a machine whose host sets the clock behind the kernel's
    back, "not synchronised" would be a guess, and so is None.
    """
    error = _largest_error()
    if error is None:
        return None
    if error >= NEVER_SET and _host_sets_it():
        return None
    return ClockStatus(error < NEVER_SET, error)


def clock_warning() -> str:
    """Return a few words to show where the clock is known not to be synchronised, else "".

    Takes some microseconds: one system call, after the first time.
    """
    status = clock_status()
    return "" if status is None or status.synchronised else "clock not synchronised"


def _largest_error() -> float | None:
    """Seconds, from adjtimex(2) asked without changing anything; None where it fails."""
    ask = _adjtimex()
    return None if ask is None else ask()


@cache
def _adjtimex() -> Callable[[], float | None] | None:
    if sys.platform != "linux":
        return None
    import ctypes

    class Timex(ctypes.Structure):
        _fields_ = (
            ("modes", ctypes.c_uint),
            ("offset", ctypes.c_long),
            ("freq", ctypes.c_long),
            ("maxerror", ctypes.c_long),
            ("rest", ctypes.c_char * 512),
        )

    try:
        call: Any = ctypes.CDLL(None).adjtimex
    except (AttributeError, OSError):
        return None

    def ask() -> float | None:
        asked = Timex()
        return None if call(ctypes.byref(asked)) < 0 else asked.maxerror / 1_000_000

    return ask


@cache
def _host_sets_it() -> bool:
    if any(Path(path).exists() for path in _BEHIND_ITS_BACK):
        return True
    try:
        release = Path("/proc/sys/kernel/osrelease").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "microsoft" in release.lower()
