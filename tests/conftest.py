"""Configuration of all tests, and fixtures that several packages share."""

from __future__ import annotations

import atexit
import fcntl
import gc
import hashlib
import os
import signal
import tempfile
import termios
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params

STRESS = bool(os.environ.get("OTP_TUI_STRESS"))
"""True to run the long versions of the fuzzing and crash tests: `make stress`."""

# No deadline: a busy machine is not a failure.
settings.register_profile(
    "short",
    max_examples=10,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
    ],
)
settings.register_profile(
    "stress",
    settings.get_profile("short"),
    max_examples=int(os.environ.get("OTP_TUI_EXAMPLES", "3000")),
    stateful_step_count=40,
)
settings.load_profile("stress" if STRESS else "short")

_LONGEST_ID = 80
"""Characters of a parameter in the name of a test."""


_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30
"""Free bytes in memory that make it the place of temporary files."""


def _use_memory() -> None:
    """Put temporary files in memory: saving waits for the disk, and tests save all the time."""
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    status = os.statvfs(_MEMORY)
    if status.f_bavail * status.f_frsize >= _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


_use_memory()
_STATE = tempfile.TemporaryDirectory(prefix="otp-tui-state-")
"""What the program remembers of the vaults of tests, instead of in the user's own folder."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--new-pictures", action="store_true", help="keep the pictures of the screens as they are"
    )


def pytest_configure() -> None:
    """Make the tests independent of how they were started."""
    _reset_signals()
    _detach_terminal()
    os.environ["XDG_STATE_HOME"] = _STATE.name
    # Objects of pytest and Textual live long: with the default thresholds, the collector scans them
    # again and again, a fifth of the time of the app's tests.
    gc.set_threshold(500_000, 20, 20)


def pytest_collection_finish() -> None:
    """Keep the collector from scanning pytest and the tests each time that an app locks.

    Whoever asks for all objects still gets them, frozen or not; whoever asks for those of a
    generation gets what is not frozen.
    """
    gc.collect()
    frozen, others = gc.get_objects(), gc.get_objects
    gc.freeze()
    atexit.register(gc.unfreeze)  # without it, a library reports objects as leaked
    gc.get_objects = lambda generation=None: (
        [*frozen, *others()] if generation is None else others(generation)
    )


def pytest_sessionfinish() -> None:
    """Look for what the tests left behind once; pytest does five times."""
    gc.collect()
    gc.freeze()


def _reset_signals() -> None:
    """Start the programs under test with default signals.

    `nohup` ignores SIGHUP, and `&` in a script ignores SIGINT and SIGQUIT. A child inherits an
    ignored signal, but not a handler.
    """
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)


def _detach_terminal() -> None:
    """Give up the controlling terminal, on which commands run in this process would prompt."""
    if os.getsid(0) == os.getpid():
        return  # a session leader would end the session
    with suppress(OSError):
        terminal = os.open("/dev/tty", os.O_RDWR)
        fcntl.ioctl(terminal, termios.TIOCNOTTY)
        os.close(terminal)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Shorten long values in the names of tests, which workers send for every test.

    pytest numbers equal names.
    """
    if not isinstance(val, str | bytes) or len(val) <= _LONGEST_ID:
        return None
    return f"{argname}={val[:_LONGEST_ID]!r}..."


def pytest_xdist_auto_num_workers() -> int | None:
    """Use one worker more than there are processors, as some tests wait for other programs.

    Each worker imports everything and collects all tests, so more of them take longer.
    """
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the tests that wait for programs, while other workers compute."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/cli/"))
    items.sort(key=lambda item: not item.nodeid.startswith("tests/terminal/"))


_KEYS: dict[tuple[bytes, bytes, Argon2Params, int], bytes] = {}


@pytest.fixture(scope="module")
def keys_once() -> Iterator[None]:
    """Cache derived keys, as most tests open the same files.

    Passwords are not kept, as tests search for traces of secrets.
    """
    real = kdf.argon2id

    def derive(password: bytes, salt: bytes, params: Argon2Params, length: int = 32) -> bytes:
        which = (hashlib.sha256(password).digest(), salt, params, length)
        if which not in _KEYS:
            _KEYS[which] = real(password, salt, params, length)
        return _KEYS[which]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "argon2id", derive)
        yield
