"""Where passwords and secrets come from: the terminal without echo, a line of standard input,
or a file."""

from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

from tui.crypto.passwords import MIN_LENGTH, strength
from tui.errors import FileError, UsageError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

ORDER = (
    "password",
    "recovery-code",
    "new-password",
    "backup-password",
    "export-password",
    "server-secret",
    "secret",
    "pin",
)
"""Every kind of password; each …-stdin option takes the next line of input in this order."""
_WHOSE = {
    "password": "the vault's password",
    "recovery-code": "the recovery code",
    "new-password": "the new password",
    "backup-password": "the backup's password",
    "export-password": "the password for the exported file",
    "server-secret": "the server's secret",
    "secret": "the entry's secret",
    "pin": "the entry's PIN",
}
_LONGEST = 65_536
"""Most bytes of one password."""


def add_options(parser: ArgumentParser, kind: str) -> None:
    """Add --KIND-stdin and --KIND-file, of which one at most may be given."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        f"--{kind}-stdin",
        action="store_true",
        help=f"take {_WHOSE[kind]} from the next line of standard input",
    )
    group.add_argument(
        f"--{kind}-file",
        metavar="FILE",
        help=f"take {_WHOSE[kind]} from a file that only you can read",
    )


class Passwords:
    """The passwords of one run; each is asked for when it is first needed."""

    def __init__(self, args: Namespace) -> None:
        self._args = args
        self._lines: dict[str, str] | None = None

    def get(self, kind: str, prompt: str, otherwise: str = "") -> str:
        """Return the password of that kind from its option, else `otherwise` or the terminal.

        Raises:
            UsageError: there is no terminal to ask on, or the input ended before it.
            FileError: the password file cannot be used.
        """
        given = self._given(kind)
        return otherwise or _ask(prompt, kind) if given is None else given

    def get_new(self, kind: str, prompt: str, least: int = MIN_LENGTH) -> str:
        """Return a new password of at least `least` characters.

        On the terminal it is asked for twice, with a word on its strength between.

        Raises:
            UsageError: too short, or the two differ; and as `get`.
            FileError: the password file cannot be used.
        """
        given = self._given(kind)
        password = _ask(prompt, kind) if given is None else given
        if not password:
            raise UsageError("The password is empty.")
        if len(password) < least:
            raise UsageError(f"The password is too short: it takes at least {least} characters.")
        if given is None and _ask(f"The same again ({strength(password)}): ", kind) != password:
            raise UsageError("The two passwords differ; nothing was changed.")
        return password

    def rest(self, what: str, limit: int) -> bytes:
        """Return what standard input holds after the lines that …-stdin options take.

        Raises:
            UsageError: it is closed, or nothing is left; `what` should have come.
            FileError: it is longer than `limit` bytes.
        """
        self._take_lines()
        data = b"" if sys.stdin is None else sys.stdin.buffer.read(limit + 1)
        if not data.strip():
            raise UsageError(f"Standard input ended before {what}.")
        if len(data) > limit:
            raise FileError(f"What stands on standard input is longer than {limit} bytes.")
        return data

    def given(self, kind: str) -> bool:
        """Return whether an option says where the password of that kind is."""
        return bool(self._option(kind, "stdin") or self._option(kind, "file"))

    def _take_lines(self) -> dict[str, str]:
        if self._lines is None:
            self._lines = {other: _line(other) for other in ORDER if self._option(other, "stdin")}
        return self._lines

    def _given(self, kind: str) -> str | None:
        if self._option(kind, "stdin"):
            return self._take_lines()[kind]
        path = self._option(kind, "file")
        return None if path is None else _from_file(str(path), kind)

    def _option(self, kind: str, source: str) -> object:
        return getattr(self._args, f"{kind}_{source}".replace("-", "_"), None) or None


def _line(kind: str) -> str:
    if sys.stdin is None:
        raise UsageError(f"Standard input is closed; it should hold {_WHOSE[kind]}.")
    line = sys.stdin.buffer.readline(_LONGEST + 1)
    if not line:
        raise UsageError(f"Standard input ended before {_WHOSE[kind]}.")
    return _text(line, f"{_WHOSE[kind]} on standard input")


def _from_file(path: str, kind: str) -> str:
    name = f"The file {safe(path)} for {_WHOSE[kind]}"
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise FileError(f"{name} is not a regular file.")
            if status.st_mode & 0o077:
                raise FileError(f"{name} can be read by others.", f"Run: chmod 600 {safe(path)}")
            data = file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise FileError(f"{name} cannot be read: {reason}.") from None
    return _text(data, f"{_WHOSE[kind]} in {safe(path)}")


def _text(data: bytes, what: str) -> str:
    """Decode a password and drop the one line break at its end."""
    if len(data) > _LONGEST:
        raise FileError(f"{what[0].upper()}{what[1:]} is longer than {_LONGEST} bytes.")
    data = data.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise FileError(f"{what[0].upper()}{what[1:]} is not UTF-8 text.") from None


def _ask(prompt: str, kind: str) -> str:
    return ask(prompt, _WHOSE[kind], f"Use --{kind}-stdin or --{kind}-file.")


def ask(prompt: str, what: str, hint: str) -> str:
    """Return what is typed on the terminal, without showing it.

    Raises:
        UsageError: there is no terminal to ask for `what` on; `hint` says what to do.
    """
    import getpass
    import signal
    import warnings

    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        raise UsageError(f"There is no terminal to ask for {what}.", hint) from None
    ends = [
        number
        for number in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) is signal.SIG_DFL
    ]
    for number in ends:
        signal.signal(number, _leave)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except getpass.GetPassWarning:
        raise UsageError("This terminal cannot hide what is typed.") from None
    except EOFError:
        raise UsageError("Nothing was typed.") from None
    except UnicodeDecodeError:
        raise UsageError("What was typed is not text in the terminal's encoding.") from None
    finally:
        for number in ends:
            signal.signal(number, signal.SIG_DFL)


def _leave(number: int, _frame: object) -> None:
    """End as the signal would, but with the terminal's echo on again."""
    raise SystemExit(128 + number)
