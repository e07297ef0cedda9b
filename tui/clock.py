"""The clock: the only place that asks for the time. Fast to import: `code` waits for it."""

from __future__ import annotations

import time

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object


class Clock(Protocol):
    """A source of time for codes and deadlines."""

    def now(self) -> float:
        """Return seconds since 1970-01-01 UTC."""
        ...

    def steady(self) -> float:
        """Return seconds that never go back and that include time asleep."""
        ...


class SystemClock:
    """The clocks of the machine."""

    def now(self) -> float:
        return time.time()

    def steady(self) -> float:
        return time.clock_gettime(_STEADY)


_STEADY: int = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Without CLOCK_BOOTTIME, as on macOS, CLOCK_MONOTONIC includes time asleep, or nothing does.
`time.monotonic` uses another clock there."""
