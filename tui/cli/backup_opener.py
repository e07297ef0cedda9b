"""Opens the files of an import on the command line."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tui.backup.model import Needs
from tui.cli import credentials, terminal
from tui.errors import BackupPasswordError, FormatError, MoreSlotsError

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.backup.sources import OpenedBackup, Source
    from tui.cli.context import Context

_KIND = "backup-password"


class BackupOpener:
    """Opens one file after the other, and tries the passwords typed for earlier ones first."""

    def __init__(self, args: Namespace, context: Context) -> None:
        self._args, self._secrets = args, context.secrets
        self._typed: list[str] = []
        """The passwords that opened files."""

    def open(self, source: Source) -> OpenedBackup:
        """Read the entries of a file; on the terminal, a wrong password is asked for again.

        Raises:
            FormatError: it can't be read; BackupPasswordError after the last wrong password.
            UsageError: there is no terminal to ask on.
            FileError: the file with a password, a secret or a key can't be used.
        """
        given = self._secrets.given(_KIND)
        if source.by_password and not given:
            for password in self._typed:
                with suppress(BackupPasswordError):
                    return self._open_with(source, password)
        by_key = bool(self._args.key_file) and Needs.KEY_FILE in source.needs
        if Needs.PASSWORD not in source.needs or (by_key and not given and not terminal.is_there()):
            return self._open_with(source, "")

        def opens(password: str) -> OpenedBackup:
            try:
                opened = self._open_with(source, password)
            except MoreSlotsError as error:  # the password may be right
                hint = f"{error.hint} To try them, use --all-slots."
                raise FormatError(str(error), hint) from None
            self._typed.append(password)
            return opened

        empty = " (Enter if only the key file opens it)" if by_key else ""
        return self._secrets.open(
            _KIND,
            f"Password for {source.name}{empty}: ",
            opens,
            BackupPasswordError,
            what=f"the password of {source.name}",
        )

    def _open_with(self, source: Source, password: str) -> OpenedBackup:
        given = credentials.credentials_for(
            source.needs, self._secrets, self._args, lambda: password
        )
        return source.open(given)
