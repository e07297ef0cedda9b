"""What a backup file asks beside a password: a username and a server's secret."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.backup.model import SECRET_VARIABLE, Credentials, Needs
from tui.cli import passwords
from tui.errors import UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

_KIND = "server-secret"
_LONGEST = 1024


def add_options(parser: ArgumentParser) -> None:
    """Add --username, --server-secret-stdin and --server-secret-file."""
    parser.add_argument("--username", metavar="NAME", help="the user of AVTotpy's backups")
    passwords.add_options(parser, _KIND)


def credentials_for(
    needs: Needs, given: passwords.Passwords, args: Namespace, password: Callable[[], str]
) -> Credentials:
    """Return what `needs` names, each from its option, else asked for on the terminal.

    `password` is called if a password is needed. The server's secret may also come from the
    environment. What is not needed is not looked at.

    Raises:
        UsageError: there is no terminal to ask on, or the input ended before it.
        FileError: the file of a password or a secret cannot be used.
    """
    username = secret = ""
    word = password() if Needs.PASSWORD in needs else ""
    if Needs.USERNAME in needs:
        username = _ask_username() if args.username is None else args.username
    if Needs.SERVER_SECRET in needs:
        prompt = f"The server's secret ({SECRET_VARIABLE}): "
        secret = given.get(_KIND, prompt, otherwise=os.environ.get(SECRET_VARIABLE, ""))
    return Credentials(password=word, username=username, server_secret=secret)


def _ask_username() -> str:
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        raise UsageError(
            "There is no terminal to ask for the username.", "Use --username."
        ) from None
    with open(terminal, "r+b", buffering=0) as file:  # noqa: PTH123 - a descriptor, not a path
        file.write(b"Username: ")
        line = file.readline(_LONGEST)
    try:
        name = line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise UsageError("The username is not UTF-8 text.") from None
    if not name:
        raise UsageError("No username was typed.")
    return name
