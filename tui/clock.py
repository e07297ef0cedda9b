"""The clock: the only place that asks what time it is."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """What codes and deadlines are reckoned from."""

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
