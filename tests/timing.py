"""Claims about time that hold on a slow or busy machine: how it grows, not how much it is."""

from __future__ import annotations

import time
from collections.abc import Callable


def growth(work: Callable[[int], object], size: int, times: int = 10) -> float:
    """Return how many times as long `work` takes for `times` as much as for `size`.

    About `times` where each part costs the same, and its square where each looks at all others.
    The processor's time is taken, and the least of three for the small, which is soon disturbed.
    """
    return _seconds(work, size * times) / min(_seconds(work, size) for _ in range(3))


def _seconds(work: Callable[[int], object], size: int) -> float:
    began = time.process_time()
    work(size)
    return time.process_time() - began
