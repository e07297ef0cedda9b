"""The accuracy of the system clock, as far as the kernel knows it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

MAX_ERROR = 16.0
"""Seconds: the error at which the kernel stops counting (NTP_PHASE_LIMIT in its ntp code). It means
that nothing has set the clock since boot, or for nine hours."""

_SET_BY_HOST = ("/dev/vboxguest", "/proc/sys/fs/binfmt_misc/WSLInterop")
"""Files found where the host sets the clock without telling the kernel: VirtualBox and WSL."""


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """The kernel's estimate of the clock's accuracy."""

    synchronized: bool
    """True if the clock is kept synchronized."""
    max_error: float
    """Maximum error in seconds; meaningless unless `synchronized`."""


def clock_status() -> ClockStatus | None:
    """Return the kernel's clock status, without using the network; None if it is unknown.

    The maximum error decides, as in timedatectl, not the flag STA_UNSYNC, which chrony leaves set
    unless `rtcsync` is configured. In a container this is the clock and status of the host, or None
    if adjtimex is not permitted. If the host sets the clock without telling the kernel, "not
    synchronized" would be a guess: None.
    """
    error = _max_error()
    if error is None:
        return None
    if error >= MAX_ERROR and _set_by_host():
        return None
    return ClockStatus(error < MAX_ERROR, error)


def clock_warning() -> str:
    """Return `clock not synchronized` if that is known, else an empty string.

    Takes microseconds after the first call: one system call.
    """
    status = clock_status()
    return "" if status is None or status.synchronized else "clock not synchronized"


def _max_error() -> float | None:
    """Return the maximum error in seconds, from a read-only adjtimex(2); None if it fails."""
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
