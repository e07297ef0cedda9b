"""The key of a vault file for commands that git runs, which can't ask anybody."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.errors import UsageError

if TYPE_CHECKING:
    from tui.cli.context import Context
    from tui.vault.versions import VaultFile


def key_without_asking(
    file: VaultFile, context: Context, hint: str = "Run: otp-tui unlock"
) -> bytes:
    """Return the vault key: that of `otp-tui unlock`, else by the password of its option or of
    password_command.

    Raises:
        UsageError: none of them has it.
        WrongPasswordError: the password is wrong.
        FileError, PasswordCommandError: there is no password.
    """
    from tui.vault.unlock import key_by_password

    secrets = context.secrets
    if secrets.given("password"):
        return key_by_password(file.envelope, secrets.get("password", ""))
    key = context.session.key(file.envelope.vault_id)
    if key is not None:
        return key
    if not context.config.password_command:
        raise UsageError("The vault is locked.", hint)
    from tui.password_command import PasswordCommand

    command = PasswordCommand(context.config.password_command, os.environ)
    return key_by_password(file.envelope, command.run(on_terminal=False))
