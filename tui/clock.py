"""The only place that asks what time it is, and whether the system keeps the right time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

MAX_ERROR = 16.0
"""Seconds: the error at which the kernel stops counting (NTP_PHASE_LIMIT in its ntp code).
Nothing has set the clock since it started, or for nine hours."""

_SET_BY_HOST = ("/dev/vboxguest", "/proc/sys/fs/binfmt_misc/WSLInterop")
"""Files of systems whose host sets the clock without telling the kernel: VirtualBox and WSL."""


class Clock(Protocol):
    """The time that codes and deadlines go by."""

    def now(self) -> float:
        """Seconds since 1970-01-01 UTC."""
        ...

    def steady(self) -> float:
        """Seconds that never go back and that count while the machine sleeps."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> float:
        return time.time()

    def steady(self) -> float:
        return time.clock_gettime(_STEADY) if _STEADY is not None else time.monotonic()


_STEADY: int | None = getattr(time, "CLOCK_BOOTTIME", None)


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """The kernel's estimate of its clock."""

    synchronized: bool
    """Whether something keeps it to the right time."""
    max_error: float
    """Seconds; meaningless unless `synchronized`."""


def clock_status() -> ClockStatus | None:
    """Ask the kernel, without any network; None where it does not tell or cannot know.

    The maximum error decides, as for timedatectl, and not the flag STA_UNSYNC: chrony leaves
    that set unless `rtcsync` is configured. In a container this is the host's clock and the
    host's status; a container that may not ask (adjtimex fails) gets None. Where the host sets
    the clock without telling the kernel, "not synchronized" would be a guess: None.
    """
    error = _max_error()
    if error is None:
        return None
    if error >= MAX_ERROR and _set_by_host():
        return None
    return ClockStatus(error < MAX_ERROR, error)


def clock_warning() -> str:
    """Return `clock not synchronized` where that is known, else an empty string.

    Takes some microseconds: one system call, after the first time.
    """
    status = clock_status()
    return "" if status is None or status.synchronized else "clock not synchronized"


def _max_error() -> float | None:
    """Return seconds, from a read-only adjtimex(2); None where it fails."""
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
        answer = Timex()
        return None if call(ctypes.byref(answer)) < 0 else answer.maxerror / 1_000_000

    return ask


@cache
def _set_by_host() -> bool:
    if any(Path(path).exists() for path in _SET_BY_HOST):
        return True
    try:
        release = Path("/proc/sys/kernel/osrelease").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return "microsoft" in release.lower()
