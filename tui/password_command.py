"""Runs the password command, whose first line of output is the password."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from pathlib import PurePath
from time import monotonic
from typing import IO, TYPE_CHECKING, cast

from tui.environment import for_children
from tui.errors import PasswordCommandError
from tui.paths import expand_program
from tui.text import safe
from tui.tty import open_tty

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import Popen

LIMIT = 60.0
"""Timeout in seconds. The command may ask for a PIN."""
LONGEST = 65_536
"""Maximum output, in bytes."""
_POLL = 0.05
"""Seconds between checks for the end of the command or a request to stop it."""
_NO_TERMINAL = "/nonexistent/terminal"
"""Passed to gpg-agent instead of the terminal, which it would remember and draw on. Pinentry exits
at once because this can't be opened; with /dev/null it would never exit."""


class PasswordCommand:
    """One run of the command, never through a shell."""

    def __init__(
        self, words: tuple[str, ...], environ: Mapping[str, str], limit: float = LIMIT
    ) -> None:
        """`words` are the program, which may start with `~/`, and its arguments."""
        self._argv = expand_program(words)
        self._environ = for_children(environ)
        self._limit = limit
        self._stopped = False
        self.name = program_name(words)
        """The program's name, safe to show."""

    def run(self, *, on_terminal: bool) -> str:
        """Return the first line of its output, without the line break. Blocks. With `on_terminal`,
        the command can ask questions: it gets our terminal as input, our standard error and our
        process group. Otherwise it has no terminal and no input, and its error output is dropped.

        Raises:
            PasswordCommandError: it can't be run, failed, was stopped, timed out or printed
                something other than a line of UTF-8. The error contains none of its output.
        """
        deadline = monotonic() + self._limit
        with self._process(on_terminal) as process:
            data = self._output(process, deadline)
            code = self._end(process, deadline)
        if code:
            how = f"failed with exit code {code}" if code > 0 else f"was killed by signal {-code}"
            raise self._error(how)
        line = data.partition(b"\n")[0].removesuffix(b"\r")
        if not line:
            raise self._error("printed no password")
        try:
            return line.decode()
        except UnicodeDecodeError:
            raise self._error("printed something other than UTF-8 text") from None

    def stop(self) -> None:
        """Make `run`, which blocks another thread, fail soon."""
        self._stopped = True

    @contextmanager
    def _process(self, on_terminal: bool) -> Iterator[Popen[bytes]]:
        """Start the command; on exit, kill it and restore the terminal."""
        import subprocess

        environ = self._environ
        with _input(on_terminal) as stdin, _modes_restored(stdin):
            if not on_terminal:
                environ = {**environ, "GPG_TTY": _NO_TERMINAL}
            try:
                process = subprocess.Popen(
                    self._argv,
                    stdin=stdin,
                    stdout=subprocess.PIPE,
                    stderr=None if on_terminal else subprocess.DEVNULL,
                    env=environ,
                    start_new_session=not on_terminal,
                )
            except OSError as error:
                raise self._error(f"can't be run: {error.strerror}") from None
            try:
                yield process
            finally:
                _kill(process, with_children=not on_terminal)
                cast("IO[bytes]", process.stdout).close()
                process.wait()

    def _output(self, process: Popen[bytes], deadline: float) -> bytes:
        """Read until the command closes its output or exits; its background processes go on."""
        import select

        pipe = cast("IO[bytes]", process.stdout).fileno()
        data = b""
        while True:
            ended = process.poll() is not None
            if select.select([pipe], [], [], 0 if ended else _POLL)[0]:
                chunk = os.read(pipe, LONGEST)
                data += chunk
                if not chunk:
                    return data
                if len(data) > LONGEST:
                    raise self._error(f"printed more than {LONGEST // 1024} KiB")
            elif ended:
                return data
            self._check(deadline)

    def _end(self, process: Popen[bytes], deadline: float) -> int:
        from subprocess import TimeoutExpired

        while True:
            try:
                return process.wait(_POLL)
            except TimeoutExpired:
                self._check(deadline)

    def _check(self, deadline: float) -> None:
        if self._stopped:
            raise self._error("was stopped")
        if monotonic() > deadline:
            raise self._error(f"timed out after {self._limit:g} s")

    def _error(self, what: str) -> PasswordCommandError:
        return PasswordCommandError(f"The password command {self.name} {what}.")


def program_name(words: tuple[str, ...]) -> str:
    """Return the name of a command's program, safe to show."""
    return safe(PurePath(words[0]).name, 40)


@contextmanager
def _input(on_terminal: bool) -> Iterator[int]:
    """Open the terminal, even if standard input is redirected; /dev/null if there is none."""
    opened = -1
    if on_terminal:
        if sys.stdin is not None and os.isatty(0):
            yield 0
            return
        with suppress(OSError):
            opened = open_tty()
    if opened < 0:
        opened = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)
    try:
        yield opened
    finally:
        os.close(opened)


@contextmanager
def _modes_restored(terminal: int) -> Iterator[None]:
    """Restore the terminal's modes on exit: a killed program can leave echo off."""
    if not os.isatty(terminal):
        yield
        return
    import termios

    before = termios.tcgetattr(terminal)
    try:
        yield
    finally:
        with suppress(termios.error):
            if termios.tcgetattr(terminal) != before:
                termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _kill(process: Popen[bytes], *, with_children: bool) -> None:
    """Kill the process if it still runs, with its whole session if it has its own."""
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        if with_children:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
