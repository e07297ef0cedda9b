"""Keeps other programs out of this process's memory."""

from __future__ import annotations

import sys

_PR_SET_DUMPABLE = 4


def no_core() -> None:
    """Write no core dump, neither on a crash nor on a signal."""
    try:
        import resource
    except ImportError:
        return
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return  # not allowed here; nothing depends on it


def no_readers() -> None:
    """Keep other programs of the user from reading our memory (Linux); root still can."""
    if sys.platform != "linux":
        return
    import ctypes  # two milliseconds, so only for what opens a vault

    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
