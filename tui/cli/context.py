"""What a command may ask for: the vault, the settings, the time, passwords, the app."""

from __future__ import annotations

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from tui.cli import output
from tui.cli.passwords import Passwords
from tui.errors import (
    PasswordCommandError,
    UsageError,
    VaultMissingError,
    WrongPasswordError,
)
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path

    from tui.clock import Clock
    from tui.config.schema import Config
    from tui.crypto.kdf import Argon2Params
    from tui.vault.vault import LockedVault, Vault


class StartApp(Protocol):
    """How a command opens the app, which it must not import."""

    def __call__(
        self,
        vault_path: Path,
        config: Config,
        *,
        vault: Vault | None = None,
        demo: bool = False,
        warnings: tuple[str, ...] = (),
        pick: str | None = None,
        config_file: Path | None = None,
    ) -> int:
        """Run the app to its end and return the exit code; see `tui.app.app.run`."""
        ...


class Context:
    """One run of the command line. Each thing is read when it is first asked for."""

    def __init__(self, args: Namespace, clock: Clock, start_app: StartApp) -> None:
        self.clock = clock
        self._start_app = start_app
        self.passwords = Passwords(args)
        self._vault_option: str | None = args.vault
        self._config_option: str | None = args.config
        self._vault: Vault | None = None

    @cached_property
    def vault_path(self) -> Path:
        """Where the vault is: the option, the environment, the settings, or the usual place."""
        from tui.paths import VAULT_VARIABLE, vault_path

        named = self._vault_option or os.environ.get(VAULT_VARIABLE)
        return vault_path(named, None if named else self.config.vault)

    @property
    def config_path(self) -> Path:
        """Where the settings' file is, or would be."""
        from tui.paths import config_path

        return config_path(self._config_option)

    @cached_property
    def config(self) -> Config:
        """The settings; what is wrong with them goes to standard error.

        Raises:
            ConfigError: a settings file that the user named cannot be read.
        """
        config, sentences = self.settings
        for sentence in sentences:
            output.complain(sentence)
        return config

    @cached_property
    def settings(self) -> tuple[Config, tuple[str, ...]]:
        """The settings, and a sentence for each thing that is wrong with them; none is said."""
        from tui.config.load import load_option

        return load_option(self._config_option)

    def start_app(
        self,
        path: Path,
        *,
        vault: Vault | None = None,
        demo: bool = False,
        pick: str | None = None,
    ) -> int:
        """Open the app on the vault at `path`, or on one that is open already."""
        from tui.paths import config_path

        _, sentences = self.settings
        return self._start_app(
            path,
            self.config,
            vault=vault,
            demo=demo,
            warnings=sentences,
            pick=pick,
            config_file=config_path(self._config_option),
        )

    def need_terminal(self) -> None:
        """Refuse to open the app where it cannot be shown.

        Raises:
            UsageError: standard input or standard error is not a terminal, or it cannot move
                its cursor.
        """
        for stream in (sys.stdin, sys.stderr):
            if stream is None or not stream.isatty():
                raise UsageError("The app needs a terminal.", "See otp-tui --help for commands.")
        if os.environ.get("TERM", "") in {"", "dumb"}:
            raise UsageError(
                "The app needs a terminal that TERM names; it is “dumb” or not set.",
                "See otp-tui --help for commands.",
            )

    def check_settings(self) -> None:
        """See to it that a settings file that was named is there, even where nothing needs it.

        Raises:
            ConfigError: it cannot be read.
        """
        from tui.paths import named_config

        path = named_config(self._config_option)
        if path is None:
            return
        try:
            fine = not path.is_dir() and os.access(path, os.R_OK)
        except OSError:
            fine = False
        if not fine:
            _ = self.settings

    def read_vault(self) -> LockedVault:
        """Return the vault, still locked.

        Raises:
            VaultError: there is none, or it cannot be used.
        """
        from tui.vault.vault import LockedVault

        try:
            return LockedVault.read(self.vault_path, self.clock)
        except VaultMissingError as error:
            hint = error.hint or "Make one with: otp-tui init"
            raise VaultMissingError(str(error), hint) from None

    def unlock(self, locked: LockedVault, meanwhile: Callable[[], object] | None = None) -> Vault:
        """Get the password and return the open vault.

        An option says where it is; else the password command gives it, where the settings
        have one; else it is asked for. `meanwhile` is called while the key is derived, to
        import what comes after.

        Raises:
            WrongPasswordError: the password does not open it.
            UsageError, FileError, PasswordCommandError: there is no password.
        """
        if not self.passwords.given("password") and self.config.password_command:
            password = self._password_of_command()
            try:
                self._vault = locked.unlock(password, meanwhile)
            except WrongPasswordError as error:
                hint = "The password came from password_command in the settings."
                raise WrongPasswordError(str(error), hint) from None
        else:
            prompt = f"Password of the vault “{safe(locked.path.stem, 40)}”: "
            self._vault = locked.unlock(self.passwords.get("password", prompt), meanwhile)
        return self._vault

    def _password_of_command(self) -> str:
        from tui.password_command import PasswordCommand

        try:
            command = PasswordCommand(self.config.password_command, os.environ)
            return command.run(on_terminal=True)
        except PasswordCommandError as error:
            hint = "--password-stdin and --password-file go without it."
            raise PasswordCommandError(str(error), hint) from None

    def open_vault(self, meanwhile: Callable[[], object] | None = None) -> Vault:
        """Read and unlock the vault, in one."""
        return self.unlock(self.read_vault(), meanwhile)

    def unlock_with_code(self, locked: LockedVault, code: bytes) -> Vault:
        """Return the vault, opened with its recovery code.

        Raises:
            WrongPasswordError: the code does not open it.
        """
        self._vault = locked.unlock_with_code(code)
        return self._vault

    @property
    def kdf_params(self) -> Argon2Params:
        """What the settings say that a new password is to cost."""
        from tui.crypto.kdf import Argon2Params

        kdf = self.config.kdf
        return Argon2Params(kdf.time_cost, kdf.memory_mib * 1024, kdf.parallelism)

    def close(self) -> None:
        """Let go of the vault; what it has to say goes to standard error."""
        vault, self._vault = self._vault, None
        if vault is not None:
            for warning in vault.warnings:
                output.complain(warning)
            vault.close()
