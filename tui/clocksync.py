"""Whether the system's clock is synchronised, from the kernel's own status; no network."""

from __future__ import annotations

import sys
from dataclasses import dataclass

_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of <sys/timex.h>."""
_ERROR = 5
"""TIME_ERROR: what adjtimex returns while the clock is not synchronised."""


@dataclass(frozen=True, slots=True)
class ClockStatus:
    """What the kernel says of its clock."""

    synchronised: bool
    """Whether something keeps it to the right time."""
    may_be_off: float
    """Seconds; means something while it is synchronised."""


def clock_status() -> ClockStatus | None:
    """Return what the kernel says; None where it does not tell."""
    if sys.platform != "linux":
        return None
    import ctypes

    class Timex(ctypes.Structure):
        _fields_ = (
            ("modes", ctypes.c_uint),
            ("offset", ctypes.c_long),
            ("freq", ctypes.c_long),
            ("maxerror", ctypes.c_long),
            ("esterror", ctypes.c_long),
            ("status", ctypes.c_int),
            ("rest", ctypes.c_char * 512),
        )

    asked = Timex()
    try:
        state = int(ctypes.CDLL(None).adjtimex(ctypes.byref(asked)))
    except (AttributeError, OSError):
        return None
    if state < 0:
        return None
    synchronised = state != _ERROR and not asked.status & _UNSYNCHRONISED
    return ClockStatus(synchronised, asked.maxerror / 1_000_000)
