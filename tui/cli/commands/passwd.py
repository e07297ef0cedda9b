"""`otp-tui passwd`: another password for the vault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.cli import output
from tui.cli.parser import add_command
from tui.cli.secrets import add_options
from tui.crypto.passwords import MIN_LENGTH

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.cli.context import Context
    from tui.cli.parser import Subparsers

OLD_COPIES = "The older versions in the folder “backups” still open with the former one."


def register(subparsers: Subparsers) -> None:
    """Add `passwd`."""
    parser = add_command(
        subparsers,
        "passwd",
        "change the vault's password",
        f"The new password takes {MIN_LENGTH} characters or more and is asked for twice; what\n"
        "guessing it costs is what the settings say (kdf). A recovery code stays as it is.\n"
        "The older versions in the folder “backups” still open with the former password.",
    )
    add_options(parser, "password")
    add_options(parser, "new-password")


def run(_args: Namespace, context: Context) -> int:
    """Change the password; entries and the recovery code stay.

    Raises:
        NotSavedError: the old password still holds.
    """
    params = context.kdf_params
    vault = context.open_vault()
    password = context.secrets.get_new("new-password", "New password: ")
    vault.change_password(password, params)
    output.say(f"The password is changed. {OLD_COPIES}")
    return 0
