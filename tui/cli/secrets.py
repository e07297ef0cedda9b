"""Passwords and other secrets: from the terminal, a line of standard input, or a file."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

from tui.cli import output, terminal
from tui.cli.given_secrets import NAMES, from_file, line_of_stdin
from tui.crypto.passwords import MIN_LENGTH, strength
from tui.errors import FileError, UsageError
from tui.tty import may_be_cut

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable
    from types import SimpleNamespace

    from tui.cli.terminal import HiddenInput
    from tui.errors import OtpTuiError

Opened = TypeVar("Opened")

_ATTEMPTS = 3
"""How often the terminal asks for a secret that opens something."""


def add_options(parser: ArgumentParser, *kinds: str) -> None:
    """Add --KIND-stdin and --KIND-file, which exclude each other, for each kind."""
    for kind in kinds:
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            f"--{kind}-stdin",
            action="store_true",
            help=f"read {NAMES[kind]} from the next line of standard input",
        )
        group.add_argument(
            f"--{kind}-file",
            metavar="FILE",
            help=f"read {NAMES[kind]} from a file that only you can read",
        )


class Secrets:
    """The secrets of one run, each read when it is first needed."""

    def __init__(self, args: Namespace | SimpleNamespace, password_line: str | None = None) -> None:
        """`password_line` is the line of --password-stdin, if it was read already."""
        self._args = args
        self._lines = None if password_line is None else {"password": password_line}

    def get(self, kind: str, prompt: str, otherwise: str = "", *, what: str = "") -> str:
        """Return the secret from its option, else `otherwise`, else from the terminal.

        `what` names it in errors, if its kind doesn't say enough.

        Raises:
            UsageError: there is no terminal, or standard input ended too early.
            FileError: the file can't be used.
        """
        given = self._given(kind)
        if given is not None:
            return given
        return otherwise or terminal.ask_hidden(prompt, what or NAMES[kind], _options(kind))

    def open(
        self,
        kind: str,
        prompt: str,
        opens: Callable[[str], Opened],
        wrong: type[OtpTuiError] | tuple[type[OtpTuiError], ...],
        *,
        what: str = "",
    ) -> Opened:
        """Return what `opens` returns for the secret; `wrong` is what it raises for a wrong one.

        Then the terminal asks again, up to three times in all. The other arguments are as in `get`.

        Raises:
            UsageError, FileError: as `get`; and what `opens` raises.
        """
        for _ in range(0 if self.given(kind) else _ATTEMPTS - 1):
            secret = self.get(kind, prompt, what=what)
            try:
                return opens(secret)
            except wrong as error:
                output.say(f"{error} Try again.")
        return opens(self.get(kind, prompt, what=what))

    def get_new(self, kind: str, prompt: str, least: int = MIN_LENGTH) -> str:
        """Return a new password of at least `least` characters.

        On the terminal it is typed twice, and asked for again if it is too short or the two don't
        match. A weak one causes a warning.

        Raises:
            UsageError: the option's password is too short; and as `get`.
            FileError: the file can't be used.
        """
        given = self._given(kind)
        if given is not None:
            if mistake := _mistake(given, least):
                raise UsageError(mistake)
            if (found := strength(given)).is_weak:
                output.say(f"Warning: {found.sentence}")
            return given
        with terminal.hidden(NAMES[kind], _options(kind)) as field:
            while True:
                password = field.ask(prompt)
                if mistake := _mistake(password, least):
                    field.say(f"{mistake} Try again.")
                elif _repeated(password, field):
                    return password

    def rest(self, what: str, limit: int, limit_for: Callable[[bytes], int] | None = None) -> bytes:
        """Return the rest of standard input, after the lines of the --…-stdin options.

        `limit_for`, if given, returns the limit of data that starts with these bytes.

        Raises:
            UsageError: it is closed, or ended before `what`, or a terminal may have cut a line.
            FileError: it is longer than the limit, in bytes.
        """
        self._take_lines()
        data = b"" if sys.stdin is None else sys.stdin.buffer.read(limit + 1)
        if len(data) > limit and limit_for is not None:
            limit = limit_for(data)
            data += sys.stdin.buffer.read(limit + 1 - len(data))
        if not data.strip():
            raise UsageError(f"Standard input ended before {what}.")
        if sys.stdin.isatty() and any(map(may_be_cut, data.splitlines())):
            raise UsageError("A line is too long to type or paste.", "Read it from a file.")
        if len(data) > limit:
            raise FileError(f"Standard input is longer than {limit} bytes.")
        return data

    def given(self, kind: str) -> bool:
        """Return True if an option says where the secret is."""
        return bool(self._option(kind, "stdin") or self._option(kind, "file"))

    def forget(self) -> None:
        """Drop the secrets, and close standard input, whose buffer has some of them."""
        if self._lines is not None and sys.stdin is not None:
            self._lines = {}
            sys.stdin.close()
            os.open(os.devnull, os.O_RDONLY)  # so that no other file gets its descriptor

    def _take_lines(self) -> dict[str, str]:
        if self._lines is None:
            self._lines = {
                other: line_of_stdin(other) for other in NAMES if self._option(other, "stdin")
            }
        return self._lines

    def _given(self, kind: str) -> str | None:
        if self._option(kind, "stdin"):
            return self._take_lines()[kind]
        path = self._option(kind, "file")
        return None if path is None else from_file(str(path), NAMES[kind])

    def _option(self, kind: str, source: str) -> object:
        return getattr(self._args, f"{kind}_{source}".replace("-", "_"), None) or None


def _options(kind: str) -> str:
    return f"Use --{kind}-stdin or --{kind}-file."


def _mistake(password: str, least: int) -> str:
    """Return a sentence if a new password is not accepted, else ""."""
    if not password:
        return "The password is empty."
    if len(password) < least:
        return f"The password is too short. Use at least {least} characters."
    return ""


def _repeated(password: str, field: HiddenInput) -> bool:
    """Ask to repeat a new password; return False if it is to be chosen again."""
    found = strength(password)
    if found.is_weak:
        field.say(f"Warning: {found.sentence}")
        repeated = field.ask("Repeat it to use it anyway, or press Enter to choose another one: ")
    else:
        repeated = field.ask(f"{found.sentence} Repeat password: ")
    if repeated and repeated != password:
        field.say("Passwords don't match. Try again.")
    return repeated == password
