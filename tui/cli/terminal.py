"""Questions on the terminal, even if standard input and output are redirected.

Nothing typed ahead is lost: input is never discarded, and each question reads one line.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tui.cli.signals import clean_up_on_signals
from tui.errors import UsageError
from tui.text import safe
from tui.tty import may_be_cut, open_tty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO
    from typing import Any

_LONGEST = 65_536
"""Maximum length of an answer, in bytes."""
_AWAKE = 0.5
"""Seconds of waiting for a line after which signals are looked at."""


def require(hint: str) -> None:
    """Check that there is a terminal to ask on, before any work is done.

    Raises:
        UsageError: there is none; `hint` says what to do.
    """
    _open("Can't ask for confirmation", hint).close()


def is_there() -> bool:
    """Return True if there is a terminal to ask on."""
    file = open_for_pauses()
    if file is not None:
        file.close()
    return file is not None


def confirm(question: str, hint: str) -> bool:
    """Ask a yes-or-no question; only y and yes mean yes.

    Raises:
        UsageError: there is no terminal; `hint` says what to do.
    """
    with _open("Can't ask for confirmation", hint) as file:
        file.write(f"{safe(question)} [y/N] ".encode())
        return line_of(file).strip().lower() in {b"y", b"yes"}


def ask(prompt: str, what: str, hint: str) -> str:
    """Return a line that is shown as it is typed.

    Raises:
        UsageError: there is no terminal, or `what` was not typed or is too long; `hint` says what
            to do.
    """
    with _open(f"Can't ask for {what}", hint) as file:
        return _answer(file, prompt, hint)


def ask_hidden(prompt: str, what: str, hint: str) -> str:
    """Return a line that is not shown as it is typed.

    Raises:
        UsageError: as `ask`.
    """
    with hidden(what, hint) as field:
        return field.ask(prompt)


class HiddenInput:
    """Asks for lines on a terminal without echo."""

    def __init__(self, file: FileIO, hint: str) -> None:
        self._file, self._hint = file, hint
        self._prompt = ""

    def ask(self, prompt: str) -> str:
        """Return the next line.

        Raises:
            UsageError: nothing was typed, or too much.
        """
        self._prompt = prompt
        try:
            return _answer(self._file, prompt, self._hint)
        finally:
            self._file.write(b"\n")

    def ask_again(self) -> None:
        """Show the prompt again, as the shell has written since."""
        self._file.write(safe(self._prompt).encode(sys.getfilesystemencoding(), "replace"))

    def say(self, text: str) -> None:
        """Show a line of text."""
        self._file.write(f"{safe(text)}\n".encode(sys.getfilesystemencoding(), "replace"))


@contextmanager
def hidden(what: str, hint: str) -> Iterator[HiddenInput]:
    """Turn off echo for the block; yield what asks for lines.

    Raises:
        UsageError: as `ask`.
    """
    import termios

    with _open(f"Can't ask for {what}", hint) as file:
        try:
            before = termios.tcgetattr(file)
        except termios.error:
            raise UsageError("This terminal can't hide input.", hint) from None
        silent = [*before]
        silent[3] &= ~termios.ECHO

        field = HiddenInput(file, hint)

        def echo(on: bool) -> None:
            # Not TCSAFLUSH, as in getpass: that drops what was typed ahead.
            _set_attributes(file, before if on else silent)

        def resume() -> None:
            echo(False)
            field.ask_again()

        with restored(lambda: echo(True), resume):
            echo(False)
            yield field


def _set_attributes(file: FileIO, attributes: list[Any]) -> None:
    """Set the attributes of a terminal; in the background, this waits for the foreground."""
    import termios

    while True:
        try:
            termios.tcsetattr(file, termios.TCSADRAIN, attributes)
        except termios.error as error:
            if error.args[0] != errno.EINTR:
                raise
        else:
            return


@contextmanager
def restored(undo: Callable[[], object], redo: Callable[[], object]) -> Iterator[None]:
    """Call `undo` after the block, also if a signal ends it, and while the program is stopped.

    `redo` is called when the program goes on in the foreground.
    """

    def resume() -> None:
        with _open("Can't go on", "") as file:
            in_front = os.tcgetpgrp(file.fileno()) == os.getpgrp()
        if in_front:
            redo()

    with clean_up_on_signals(), _stopped_and_resumed(undo, resume):
        try:
            yield
        finally:
            undo()


def open_for_pauses() -> FileIO | None:
    """Return the terminal, to wait for Enter on; None if there is none."""
    try:
        return _file(open_tty())
    except OSError:
        return None


def line_of(file: FileIO) -> bytes:
    """Return the next line of a terminal; b"" at its end.

    It wakes up now and then: a signal just before a read that blocks would wait for a key.
    """
    while not select.select([file], [], [], _AWAKE)[0]:
        pass
    return file.readline(_LONGEST)


def become_standard_input() -> None:
    """Connect standard input to the terminal, after something else was read from it.

    Raises:
        UsageError: there is no terminal.
    """
    with _open("Can't open the app", "Run it in a terminal.") as file:
        os.dup2(file.fileno(), 0)


def _open(cannot: str, hint: str) -> FileIO:
    try:
        return _file(open_tty())
    except OSError:
        raise UsageError(f"{cannot}: there is no terminal.", hint) from None


def _file(descriptor: int) -> FileIO:
    return open(descriptor, "r+b", buffering=0)


def _answer(file: FileIO, prompt: str, hint: str) -> str:
    encoding = sys.getfilesystemencoding()
    file.write(safe(prompt).encode(encoding, "replace"))
    line = line_of(file)
    if not line:
        raise UsageError("Nothing was typed.")
    if may_be_cut(line):
        raise UsageError("That is too long to type or paste.", hint)
    try:
        return line.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError(f"The answer is not {encoding.upper()} text.") from None


@contextmanager
def _stopped_and_resumed(
    stop: Callable[[], object], resume: Callable[[], object]
) -> Iterator[None]:
    """Call `stop` before Ctrl+Z stops the program, and `resume` when it goes on."""

    within = False

    def stopped(number: int, _frame: object) -> None:
        nonlocal within
        stop()
        within = True
        signal.signal(number, signal.SIG_DFL)
        signal.raise_signal(number)
        within = False
        go_on()  # also if there is no shell, and so nothing was stopped

    def resumed(_number: int, _frame: object) -> None:
        if not within:  # stopped by another signal
            go_on()

    def go_on() -> None:
        handle_stop()
        resume()

    def handle_stop() -> None:
        if stopping is signal.SIG_DFL:  # not ignored
            signal.signal(signal.SIGTSTP, stopped)

    stopping, resuming = signal.getsignal(signal.SIGTSTP), signal.getsignal(signal.SIGCONT)
    handle_stop()
    signal.signal(signal.SIGCONT, resumed)
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, stopping)
        signal.signal(signal.SIGCONT, resuming)
