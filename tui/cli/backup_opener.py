"""Opens the files of an import on the command line."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tui.backup.model import Needs
from tui.cli import credentials, output, terminal
from tui.errors import BackupPasswordError, MoreSlotsError

if TYPE_CHECKING:
    from argparse import Namespace

    from tui.backup.sources import OpenedBackup, Source
    from tui.cli.context import Context

_ATTEMPTS = 3
"""How often the terminal asks for the password of one file."""


class BackupOpener:
    """Opens one file after the other, and tries the passwords typed for earlier ones first."""

    def __init__(self, args: Namespace, context: Context) -> None:
        self._args, self._secrets = args, context.secrets
        self._typed: list[str] = []

    def open(self, source: Source) -> OpenedBackup:
        """Read the entries of a file; on the terminal, a wrong password is asked for again.

        Raises:
            FormatError: it can't be read; BackupPasswordError after the last wrong password.
            UsageError: there is no terminal to ask on.
            FileError: the file with a password, a secret or a key can't be used.
        """
        if source.by_password and not self._secrets.given("backup-password"):
            for password in self._typed:
                with suppress(BackupPasswordError):
                    return self._open_with(source, password)
        for _ in range(_ATTEMPTS - 1):
            count = len(self._typed)
            try:
                return self._open_with(source)
            except MoreSlotsError:
                raise
            except BackupPasswordError as error:
                if len(self._typed) == count:  # not typed, so it would be the same again
                    raise
                self._typed.pop()
                output.say(error.sentence)
        return self._open_with(source)

    def _open_with(self, source: Source, password: str | None = None) -> OpenedBackup:
        given = credentials.credentials_for(
            source.needs,
            self._secrets,
            self._args,
            lambda: self._password(source) if password is None else password,
        )
        try:
            return source.open(given)
        except MoreSlotsError as error:
            raise MoreSlotsError(
                str(error), f"{error.hint} To try them, use --all-slots."
            ) from None

    def _password(self, source: Source) -> str:
        """Return the password from its option, or ask; with a key file, none is a valid answer."""
        prompt = f"Password for {source.name}: "
        if self._args.key_file and Needs.KEY_FILE in source.needs:
            if not self._secrets.given("backup-password") and not terminal.is_there():
                return ""
            prompt = f"Password for {source.name} (Enter if only the key file opens it): "
        password = self._secrets.get(
            "backup-password", prompt, what=f"the password of {source.name}"
        )
        if not self._secrets.given("backup-password"):
            self._typed.append(password)
        return password
