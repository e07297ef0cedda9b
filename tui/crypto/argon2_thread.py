"""Starts Argon2id before anything slow is imported: `code` imports the rest meanwhile."""

from __future__ import annotations

import _thread

from tui.crypto.bounds import ARGON2_VERSION

TYPE_CHECKING = False  # typing takes 6 ms to import
if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH = 32


def start(
    password: bytes, salt: bytes, time_cost: int, memory_kib: int, parallelism: int
) -> Callable[[], bytes | None] | None:
    """Derive a key in a thread; return a function that waits for it.

    Ctrl+C interrupts the wait, and leaves the thread behind. The function returns None if the
    derivation failed, `start` if the library is not the expected one: then `kdf` has to do it. The
    parameters must be within the bounds.
    """
    try:
        # What argon2.low_level calls; argon2 itself takes 25 ms to import.
        from _argon2_cffi_bindings import ffi, lib
    except ImportError:
        return None
    key = ffi.new("uint8_t[]", _LENGTH)
    results: list[int] = []
    done = _thread.allocate_lock()
    done.acquire()

    def derive() -> None:
        try:
            results.append(
                lib.argon2_hash(
                    time_cost,
                    memory_kib,
                    parallelism,
                    ffi.new("uint8_t[]", password),
                    len(password),
                    ffi.new("uint8_t[]", salt),
                    len(salt),
                    key,
                    _LENGTH,
                    ffi.NULL,
                    0,
                    lib.Argon2_id,
                    ARGON2_VERSION,
                )
            )
        finally:
            done.release()

    def wait() -> bytes | None:
        done.acquire()
        done.release()
        return bytes(ffi.buffer(key, _LENGTH)) if results == [lib.ARGON2_OK] else None

    _thread.start_new_thread(derive, ())
    return wait
