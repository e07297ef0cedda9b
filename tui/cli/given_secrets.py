"""Secrets that options point to: a line of standard input, or a file. Fast to import."""

from __future__ import annotations

import os
import stat
import sys

from tui.errors import FileError, UsageError
from tui.text import safe
from tui.tty import may_be_cut

NAMES = {
    "password": "the vault password",
    "recovery-code": "the recovery code",
    "new-password": "the new password",
    "copy-password": "the password of the copy",
    "backup-password": "the backup password",
    "export-password": "the export password",
    "server-secret": "the server secret of AVTotpy",
    "secret": "the secret",
    "pin": "the PIN",
}
"""The kinds of secrets, in the order in which --…-stdin options read lines."""
_DESCRIPTORS = ("/dev/fd/", "/proc/self/fd/")
"""Where shells show a pipe as a file: `<(pass show otp-tui)`."""
_BOM = b"\xef\xbb\xbf"
_LONGEST = 65_536
"""Maximum length of a secret, in bytes."""


def line_of_stdin(kind: str) -> str:
    """Return the next line of standard input.

    Raises:
        UsageError: it is closed, or ended, or a terminal may have cut the line.
        FileError: the line is too long, or not text.
    """
    if sys.stdin is None:
        raise UsageError(f"Couldn't read {NAMES[kind]}: standard input is closed.")
    line = sys.stdin.buffer.readline(_LONGEST + 1)
    if not line:
        raise UsageError(f"Standard input ended before {NAMES[kind]}.")
    if sys.stdin.isatty() and may_be_cut(line):
        raise UsageError("That is too long to type or paste.", f"Use --{kind}-file.")
    return _text(line, NAMES[kind], "standard input")


def from_file(path: str, name: str) -> str:
    """Return the secret in a file that only its owner can read.

    Raises:
        FileError: it can't be used.
    """
    failed, shown = f"Couldn't read {name} from {safe(path)}", safe(path)
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    try:
        with open(os.open(path, flags), "rb") as file:  # noqa: PTH123 - a descriptor, not a path
            status = os.fstat(file.fileno())
            if stat.S_ISFIFO(status.st_mode) and path.startswith(_DESCRIPTORS):
                os.set_blocking(file.fileno(), True)
            elif not stat.S_ISREG(status.st_mode):
                raise FileError(f"{failed}: not a regular file.")
            elif status.st_mode & 0o077:
                raise FileError(f"{failed}: other users can read it.", f"Run: chmod 600 {shown}")
            data = file.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise FileError(f"{failed}: {reason}.") from None
    return _text(data, name, shown)


def _text(data: bytes, name: str, place: str) -> str:
    """Decode a secret, and drop a byte-order mark and the one line break at its end."""
    if len(data) > _LONGEST:
        raise FileError(f"Couldn't read {name} from {place}: longer than {_LONGEST} bytes.")
    data = data.removeprefix(_BOM).removesuffix(b"\n").removesuffix(b"\r")
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise FileError(f"Couldn't read {name} from {place}: not UTF-8 text.") from None
