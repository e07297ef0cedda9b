"""`otp-tui passwd`: change the vault password."""

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

OLD_COPIES = "Older copies in the folder “backups” still open with the old password."


def register(subparsers: Subparsers) -> None:
    parser = add_command(
        subparsers,
        "passwd",
        "change the vault password",
        f"Asks for a new password of at least {MIN_LENGTH} characters, twice, and applies the\n"
        "[kdf] settings to it. A recovery code stays valid.\n"
        f"{OLD_COPIES}",
    )
    add_options(parser, "password")
    add_options(parser, "new-password")


def run(_args: Namespace, context: Context) -> int:
    """Change the password; the entries and the recovery code stay.

    Raises:
        NotSavedError: the old password is still valid.
    """
    params = context.kdf_params
    vault = context.open_vault(guarded=True)
    password = context.secrets.get_new("new-password", "New password: ")
    vault.change_password(password, params)
    context.end_session(vault.vault_id)
    output.say(f"Password changed. {OLD_COPIES}")
    return 0
