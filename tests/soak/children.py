"""Commands in forked children, which are killed at one of their system calls or at any moment."""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.program import CONFIG, PASSWORD
from tui.__main__ import main
from tui.crypto import kdf

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = ("open", "write", "fsync", "fchmod", "chmod", "fstat", "lstat", "stat", "read", "rename",
         "replace", "link", "unlink", "close", "listdir", "scandir", "mkdir")  # fmt: skip
"""Functions of `os` through which files are read and written."""
SLOW = 60
"""Seconds after which a child counts as hanging."""


class Home:
    """A folder with a vault and everything that the program keeps, which can be put back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "home"
        self.folder.mkdir()
        self._kept = folder / "kept"
        self.log = folder / "log"
        """Standard error of all children."""
        self.vault = self.folder / "data" / "vault.json"
        config = self.folder / "config.toml"
        config.write_text(CONFIG)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "OTP_TUI_VAULT": str(self.vault),
            "OTP_TUI_CONFIG": str(config),
            "XDG_DATA_HOME": str(self.folder / "share"),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_STATE_HOME": str(self.folder / "state"),
            "XDG_RUNTIME_DIR": str(self.folder),
            "OTP_TUI_SESSION": "agent",
        }

    def keep(self) -> None:
        """Remember the folder as it is."""
        shutil.rmtree(self._kept, ignore_errors=True)
        shutil.copytree(self.folder, self._kept, symlinks=True)

    def put_back(self) -> None:
        """Restore what `keep` remembered."""
        shutil.rmtree(self.folder)
        shutil.copytree(self._kept, self.folder, symlinks=True)

    def start(
        self, args: tuple[str, ...], stdin: str = "", patch: Callable[[], object] = lambda: None
    ) -> int:
        """Fork a child that calls `patch` and runs a command; return its process id."""
        child = os.fork()
        if child:
            return child
        code = 70
        try:
            os.environ.clear()
            os.environ.update(self.env)
            os.chdir(self.folder)
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(nothing, number)
            sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
            log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, 2)
            sys.stdout = io.TextIOWrapper(io.BytesIO(), "utf-8")
            sys.stderr = io.TextIOWrapper(io.FileIO(log, "w"), "utf-8", write_through=True)
            patch()
            code = main(list(args))
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
        finally:
            os._exit(code)

    def run(
        self, args: tuple[str, ...], stdin: str = "", patch: Callable[[], object] = lambda: None
    ) -> int:
        """Do the same and wait; return the exit code, or the signal's number below zero."""
        return wait(self.start(args, stdin, patch))


@contextmanager
def home() -> Iterator[Home]:
    """A new home in memory, with an empty vault."""
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="otp-tui-soak-", dir=place) as folder, cheap_keys():
        made = Home(Path(folder))
        code = made.run(("init", "--password-stdin"), f"{PASSWORD}\n")
        assert code == 0, f"init exits with {code}"
        made.keep()
        before = dict(os.environ)
        os.environ["XDG_STATE_HOME"] = made.env["XDG_STATE_HOME"]
        try:
            yield made
        finally:
            os.environ.clear()
            os.environ.update(before)


@contextmanager
def cheap_keys() -> Iterator[None]:
    """Replace Argon2 by a hash."""

    def derive(password: bytes, salt: bytes, _params: object, length: int = 32) -> bytes:
        return hashlib.sha256(salt + password).digest()[:length]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "argon2id", derive)
        yield


def wait(child: int) -> int:
    """Wait for a child; return its exit code, or the signal's number below zero."""
    end = time.monotonic() + SLOW
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > end:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            raise AssertionError(f"still runs after {SLOW} s")
        time.sleep(0.001)


def wrap_calls(around: Callable[[str, Callable[..., Any]], Callable[..., Any]]) -> None:
    """Replace the system calls of this process, a child, for good."""
    for name in CALLS:
        setattr(os, name, around(name, getattr(os, name)))
    fcntl.flock = around("flock", fcntl.flock)


def killed_at(number: int, *, after: bool = False) -> Callable[[], None]:
    """Return a patch that kills the child at its n-th system call, before or after it."""

    def patch() -> None:
        kill, me, calls = os.kill, os.getpid(), [0]

        def around(_name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                calls[0] += 1
                if calls[0] != number:
                    return real(*args, **kwargs)
                if after:
                    real(*args, **kwargs)
                kill(me, signal.SIGKILL)
                raise AssertionError

            return call

        wrap_calls(around)

    return patch


def failing_at(number: int, code: int) -> Callable[[], None]:
    """Return a patch that makes the n-th system call fail with an error number."""

    def patch() -> None:
        calls = [0]

        def around(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                calls[0] += 1
                if calls[0] == number:
                    if name == "close":
                        real(*args, **kwargs)
                    raise OSError(code, "injected")
                return real(*args, **kwargs)

            return call

        wrap_calls(around)

    return patch


def crashing_at(number: int, text: str) -> Callable[[], None]:
    """Return a patch that raises a foreign exception with a text at the n-th system call."""

    def patch() -> None:
        calls = [0]

        def around(_name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                calls[0] += 1
                if calls[0] == number:
                    raise ZeroDivisionError(text)
                return real(*args, **kwargs)

            return call

        wrap_calls(around)

    return patch


def counted(to: int) -> Callable[[], None]:
    """Return a patch that writes a byte to a descriptor at each system call."""

    def patch() -> None:
        write = os.write

        def around(_name: str, real: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                write(to, b".")
                return real(*args, **kwargs)

            return call

        wrap_calls(around)

    return patch
