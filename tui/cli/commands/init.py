"""`otp-tui init`: create a vault."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import NO_VAULT, add_command
from tui.cli.secrets import add_options
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import VaultExistsError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "init",
        "create a new, empty vault",
        f"Asks for a password of at least {MIN_LENGTH} characters, twice. Without it, only a\n"
        "recovery code opens the vault; create one with `otp-tui recovery new`.",
        without=NO_VAULT,
    )
    add_options(parser, "password")


def run(_args: Namespace, context: Context) -> int:
    """Create the vault; never replace an existing file.

    Raises:
        VaultExistsError: the file exists already.
    """
    path = context.vault_path
    if os.path.lexists(path):
        raise VaultExistsError(f"{safe(str(path))} already exists.")
    from tui.vault.copies import KEPT_HINT, has_kept

    if has_kept(path):
        output.say(f"This creates an empty vault instead of one that is missing. {KEPT_HINT}")
    params = context.config.kdf.params
    password = context.secrets.get_new("password", "Password for the new vault: ")

    from tui.vault.vault import Vault

    Vault.create(path, password, params, context.clock)
    output.say(f"Vault created: {path}")
    return 0
