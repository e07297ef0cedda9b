"""Passwords and other secrets: from the terminal, a line of standard input, or a file."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from tui.cli import terminal
from tui.crypto.passwords import MIN_LENGTH, strength
from tui.errors import FileError, UsageError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

ORDER = (
    "password",
    "recovery-code",
    "new-password",
    "copy-password",
    "backup-password",
    "export-password",
    "server-secret",
    "secret",
    "pin",
)
"""The kinds of secrets, in the order in which --…-stdin options read lines."""
_NAMES = {
    "password": "the vault password",
    "recovery-code": "the recovery code",
    "new-password": "the new password",
    "copy-password": "the password of the copy",
    "backup-password": "the backup password",
    "export-password": "the export password",
    "server-secret": "the server secret",
    "secret": "the secret",
    "pin": "the PIN",
}
_LONGEST = 65_536
"""Maximum length of a secret, in bytes."""


def add_options(parser: ArgumentParser, *kinds: str) -> None:
    """Add --KIND-stdin and --KIND-file, which exclude each other, for each kind."""
    for kind in kinds:
        group = parser.add_mutually_exclusive_group()
        group.add_argument(
            f"--{kind}-stdin",
            action="store_true",
            help=f"read {_NAMES[kind]} from the next line of standard input",
        )
        group.add_argument(
            f"--{kind}-file",
            metavar="FILE",
            help=f"read {_NAMES[kind]} from a file that only you can read",
        )


class Secrets:
    """The secrets of one run, each read when it is first needed."""

    def __init__(self, args: Namespace) -> None:
        self._args = args
        self._lines: dict[str, str] | None = None

    def get(self, kind: str, prompt: str, otherwise: str = "") -> str:
        """Return the secret from its option, else `otherwise`, else from the terminal.

        Raises:
            UsageError: there is no terminal, or standard input ended too early.
            FileError: the file can't be used.
        """
        given = self._given(kind)
        if given is not None:
            return given
        return otherwise or terminal.ask_hidden(prompt, _NAMES[kind], _options(kind))

    def get_new(self, kind: str, prompt: str, least: int = MIN_LENGTH) -> str:
        """Return a new password of at least `least` characters.

        On the terminal it is typed twice, and its strength is shown in between.

        Raises:
            UsageError: it is too short, or the two don't match; and as `get`.
            FileError: the file can't be used.
        """
        given = self._given(kind)
        if given is not None:
            _check_length(given, least)
            return given
        with terminal.hidden(_NAMES[kind], _options(kind)) as ask:
            password = ask(prompt)
            _check_length(password, least)
            if ask(f"{strength(password).sentence} Repeat password: ") != password:
                raise UsageError("Passwords don't match. Nothing was changed.")
        return password

    def rest(self, what: str, limit: int, limit_for: Callable[[bytes], int] | None = None) -> bytes:
        """Return the rest of standard input, after the lines of the --…-stdin options.

        `limit_for`, if given, returns the limit of data that starts with these bytes.

        Raises:
            UsageError: it is closed, or ended before `what`.
            FileError: it is longer than the limit, in bytes.
        """
        self._take_lines()
        data = b"" if sys.stdin is None else sys.stdin.buffer.read(limit + 1)
        if len(data) > limit and limit_for is not None:
            limit = limit_for(data)
            data += sys.stdin.buffer.read(limit + 1 - len(data))
        if not data.strip():
            raise UsageError(f"Standard input ended before {what}.")
        if len(data) > limit:
            raise FileError(f"Standard input is longer than {limit} bytes.")
        return data

    def given(self, kind: str) -> bool:
        """Return True if an option says where the secret is."""
        return bool(self._option(kind, "stdin") or self._option(kind, "file"))

    def _take_lines(self) -> dict[str, str]:
        if self._lines is None:
            self._lines = {other: _line(other) for other in ORDER if self._option(other, "stdin")}
        return self._lines

    def _given(self, kind: str) -> str | None:
        if self._option(kind, "stdin"):
            return self._take_lines()[kind]
        path = self._option(kind, "file")
        return None if path is None else _from_file(str(path), _NAMES[kind])

    def _option(self, kind: str, source: str) -> object:
        return getattr(self._args, f"{kind}_{source}".replace("-", "_"), None) or None


def _options(kind: str) -> str:
    return f"Use --{kind}-stdin or --{kind}-file."


def _check_length(password: str, least: int) -> None:
    if not password:
        raise UsageError("The password is empty.")
    if len(password) < least:
        raise UsageError(f"The password is too short. Use at least {least} characters.")


def _line(kind: str) -> str:
    if sys.stdin is None:
        raise UsageError(f"Couldn't read {_NAMES[kind]}: standard input is closed.")
    line = sys.stdin.buffer.readline(_LONGEST + 1)
    if not line:
        raise UsageError(f"Standard input ended before {_NAMES[kind]}.")
    return _text(line, _NAMES[kind], "standard input")


def _from_file(path: str, name: str) -> str:
    failed, shown = f"Couldn't read {name} from {safe(path)}", safe(path)
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FileError(f"{failed}: not a regular file.")
            if status.st_mode & 0o077:
                raise FileError(f"{failed}: other users can read it.", f"Run: chmod 600 {shown}")
            data = file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise FileError(f"{failed}: {reason}.") from None
    return _text(data, name, shown)


def _text(data: bytes, name: str, place: str) -> str:
    """Decode a secret and drop the one line break at its end."""
    if len(data) > _LONGEST:
        raise FileError(f"Couldn't read {name} from {place}: longer than {_LONGEST} bytes.")
    data = data.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise FileError(f"Couldn't read {name} from {place}: not UTF-8 text.") from None
