"""The credentials of a backup file: its password, a username, a server secret, a key file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.backup.model import SECRET_VARIABLE, Credentials, Needs
from tui.cli import secrets, terminal
from tui.files import read_limited

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable

_KIND = "server-secret"


def add_options(parser: ArgumentParser) -> None:
    """Add --username, --server-secret-stdin and --server-secret-file."""
    parser.add_argument("--username", metavar="NAME", help="username for AVTotpy backups")
    secrets.add_options(parser, _KIND)


def add_key_file(parser: ArgumentParser) -> None:
    """Add --key-file."""
    parser.add_argument(
        "--key-file",
        metavar="FILE",
        help="key file of a KeePass database; its password may then be empty",
    )


def credentials_for(
    needs: Needs, given: secrets.Secrets, args: Namespace, password: Callable[[], str]
) -> Credentials:
    """Return the credentials in `needs`, each from its option, else from the terminal.

    `password` is called if a password is needed. The server secret may also come from the
    environment. Options that are not needed are not read.

    Raises:
        UsageError: there is no terminal to ask on, or standard input ended too early.
        FileError: the file with a password, a secret or a key can't be used.
    """
    username = secret = ""
    word = password() if Needs.PASSWORD in needs else ""
    if Needs.USERNAME in needs:
        username = args.username
        if username is None:
            username = terminal.ask("Username: ", "the username", "Use --username.")
    if Needs.SERVER_SECRET in needs:
        prompt = f"Server secret ({SECRET_VARIABLE}): "
        secret = given.get(_KIND, prompt, otherwise=os.environ.get(SECRET_VARIABLE, ""))
    path = getattr(args, "key_file", None) if Needs.KEY_FILE in needs else None
    key = read_limited(path) if path else b""
    every = getattr(args, "all_slots", False)
    return Credentials(word, username, secret, key_file=key, all_slots=every)
