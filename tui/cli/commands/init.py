"""`otp-tui init`: a new vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.crypto.passwords import MIN_LENGTH
from tui.errors import VaultExistsError
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add `init`."""
    parser = add_command(
        subparsers,
        "init",
        "make a new, empty vault",
        f"The password takes {MIN_LENGTH} characters or more and is asked for twice.\n"
        "There is no way back into the vault without it, or a code of `otp-tui recovery new`.",
    )
    add_options(parser, "password")


def run(_args: Namespace, context: Context) -> int:
    """Make the vault; an existing one is left alone.

    Raises:
        VaultExistsError: there is a file at that place.
    """
    path = context.vault_path
    if path.is_symlink() or path.exists():
        raise VaultExistsError(f"There is a vault at {safe(str(path))} already.")
    params = context.kdf_params
    password = context.secrets.get_new("password", "Password for the new vault: ")

    from tui.vault.vault import Vault

    Vault.create(path, password, params, context.clock)
    output.say(f"Made a new vault at {path}.")
    return 0
