"""Keeps other programs out of this process's memory."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from ctypes import CDLL

_PR_SET_DUMPABLE = 4
_M_PERTURB, _M_ARENA_MAX = -6, -8
_LARGEST = 1024
"""Bytes up to which blocks are overwritten: those of Python, and some that glibc keeps."""
_SHORTEST = 15
"""Bytes that fill the smallest block of Python with text in it, of 48 bytes."""
_KEPT = 16
"""Blocks of each size that glibc keeps for a thread, and some more."""
_FILL = 2**20
"""Bytes of each size to overwrite."""


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


def wipe_when_freed() -> None:
    """Have the C library overwrite the memory that is freed from now on (glibc)."""
    libc = _glibc()
    if libc is not None:
        libc.mallopt(_M_ARENA_MAX, 1)
        libc.mallopt(_M_PERTURB, 0xFF)


def wipe_freed() -> None:
    """Overwrite blocks that were freed and not used again; takes a tenth of a second.

    Python and glibc fill the free blocks of a size before they take new memory. glibc keeps some
    for the thread that calls this.
    """
    sizes = range(_SHORTEST, _LARGEST, 16)
    blocks = [[bytes(size) for _ in range(_FILL // size)] for size in sizes]
    del blocks
    libc = _glibc()
    if libc is None:
        return
    import ctypes

    libc.malloc.restype = ctypes.c_void_p
    for size in range(24, _LARGEST + 16, 16):
        places = [libc.malloc(size) for _ in range(_KEPT)]
        for place in filter(None, places):
            ctypes.memset(place, 0, size)
            libc.free(ctypes.c_void_p(place))
    libc.malloc_trim(0)


def give_back() -> None:
    """Return memory that was freed to the system (glibc); takes some milliseconds."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> CDLL | None:
    if sys.platform != "linux":
        return None
    import ctypes

    libc = ctypes.CDLL(None)
    return libc if hasattr(libc, "malloc_trim") else None
