"""What a command can use: the vault, the settings, the clock, secrets, the app."""

from __future__ import annotations

import os
import sys
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeAlias

from tui import memory
from tui.cli import output
from tui.errors import (
    DamagedVaultError,
    OtpTuiError,
    PasswordCommandError,
    SessionError,
    UsageError,
    VaultMissingError,
    WrongPasswordError,
)
from tui.text import safe

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable
    from pathlib import Path
    from types import SimpleNamespace

    from tui.cli.fast_code import HeadStart
    from tui.cli.secrets import Secrets
    from tui.clock import Clock
    from tui.config.schema import Config
    from tui.launch import Launch
    from tui.session import Session
    from tui.vault.locked_vault import LockedVault
    from tui.vault.seen import Older
    from tui.vault.vault import Vault

    StartApp: TypeAlias = Callable[[Launch], int]
    """Opens the app, which commands must not import."""


class Context:
    """One run of the command line. Everything is read when it is first needed."""

    def __init__(
        self,
        args: Namespace | SimpleNamespace,
        clock: Clock,
        start_app: StartApp,
        head_start: HeadStart | None = None,
    ) -> None:
        self.clock = clock
        self._start_app = start_app
        self._head_start = head_start
        self._args = args
        self._password_line = None if head_start is None else head_start.line
        self._vault_option: str | None = args.vault
        self._config_option: str | None = args.config
        self._accept_older: bool = args.accept_older
        self._no_unlock: bool = args.no_unlock
        self._vault: Vault | None = None

    @cached_property
    def secrets(self) -> Secrets:
        """Passwords and other secrets; the app, which is started without any, asks for its own."""
        from tui.cli.secrets import Secrets

        return Secrets(self._args, self._password_line)

    @cached_property
    def vault_path(self) -> Path:
        """Path of the vault: --vault, $OTP_TUI_VAULT, the settings, or the default location.

        Raises:
            ConfigError: only the settings could name it, and they can't be read.
        """
        from tui.paths import VAULT_VARIABLE, vault_path

        named = self._vault_option or os.environ.get(VAULT_VARIABLE)
        return vault_path(named, None if named else self._vault_setting)

    @property
    def _vault_setting(self) -> str | None:
        """The setting `vault`. Mistakes in others are reported when those are needed.

        Raises:
            ConfigError: it can't be read.
        """
        from tui.config.plain import vault_setting
        from tui.errors import NotPlainError

        path = self.config_path
        if path is None:
            return None
        try:
            return vault_setting(str(path))
        except NotPlainError:
            from tui.config.load import load_vault

            return load_vault(path)

    @property
    def config_path(self) -> Path | None:
        """Path of the settings file, which may not exist."""
        from tui.paths import config_path

        return config_path(self._config_option)

    @cached_property
    def config(self) -> Config:
        """The settings; their problems go to standard error.

        Raises:
            ConfigError: the settings file that the user named can't be read.
        """
        config, problems = self.settings
        for problem in problems:
            output.complain(problem)
        return config

    @cached_property
    def settings(self) -> tuple[Config, tuple[str, ...]]:
        """The settings, and a sentence for each problem in them; nothing is printed."""
        from tui.config.load import load_option

        return load_option(self._config_option)

    def launch(self, vault_path: Path) -> Launch:
        """Return the arguments of the app: the vault at `vault_path` and these settings."""
        from tui.launch import Launch

        _, problems = self.settings
        return Launch(
            vault_path=vault_path,
            config=self.config,
            config_file=self.config_path,
            warnings=problems,
            no_unlock=self._no_unlock,
            accept_older=self._accept_older,
        )

    def start_app(self, launch: Launch) -> int:
        """Run the app until it exits; return the exit code."""
        return self._start_app(launch)

    def require_terminal(self, *, stdin: bool = True) -> None:
        """Check that the app can be shown; without `stdin`, standard input is not checked.

        Raises:
            UsageError: standard input or standard error is not a terminal that can move its cursor.
        """
        hint = "See otp-tui --help for commands."
        for stream in (sys.stdin, sys.stderr) if stdin else (sys.stderr,):
            if stream is None or not stream.isatty():
                raise UsageError("The app needs a terminal.", hint)
        if os.environ.get("TERM", "") in {"", "dumb"}:
            raise UsageError("The app needs a terminal; TERM is “dumb” or not set.", hint)

    def check_settings(self) -> None:
        """Check that a settings file named by the user exists, even if nothing needs it.

        Raises:
            ConfigError: it can't be read.
        """
        from tui.paths import named_config

        path = named_config(self._config_option)
        if path is None:
            return
        try:
            readable = not path.is_dir() and os.access(path, os.R_OK)
        except OSError:
            readable = False
        if not readable:
            _ = self.settings

    def read_vault(self) -> LockedVault:
        """Return the vault, still locked.

        Raises:
            VaultError: it doesn't exist, or can't be used.
        """
        from tui.vault.locked_vault import LockedVault

        memory.no_readers()
        try:
            locked = LockedVault.read(self.vault_path, self.clock)
        except VaultMissingError as error:
            from tui.vault.copies import KEPT_HINT, has_kept, renamed_sentence

            kept = error.hint or renamed_sentence(self.vault_path)
            if not kept and has_kept(self.vault_path):
                kept = KEPT_HINT
            hint = kept or "Create one with: otp-tui init"
            if not kept and _codes_are_forwarded():
                hint += ". Your SSH agent forwards codes: otp-tui list --forwarded"
            raise VaultMissingError(str(error), hint) from None
        locked.accept_older_if = self._accepts_older
        locked.tell_waits(partial(_say_waiting, locked.path))
        return locked

    def _accepts_older(self, older: Older) -> bool:
        """Ask on the terminal before an older vault is changed, unless --accept-older is used."""
        from tui.cli import terminal
        from tui.errors import OlderVaultError

        hint = "To change it anyway, use --accept-older."
        if self._accept_older:
            return True
        if terminal.is_there():
            output.say(older.sentence)
            if terminal.confirm("Change this vault?", hint):
                return True
        raise OlderVaultError(f"Couldn't save the vault: it is {older.what}.", hint)

    @cached_property
    def session(self) -> Session:
        """What keeps the keys of unlocked vaults; nothing with --no-unlock."""
        from tui.session import NoSession, choose

        return NoSession() if self._no_unlock else choose(os.environ)

    def unlock(
        self,
        locked: LockedVault,
        meanwhile: Callable[[], object] | None = None,
        *,
        guarded: str = "",
        take_up: bool = True,
    ) -> Vault:
        """Open the vault with the key that `otp-tui unlock` left, else as `unlock_by_password`.

        `meanwhile` is called while the key is derived; use it to import modules. `guarded` is what
        needs the password even then, e.g. "to show the secret", unless the setting `ask_again` is
        off. A password in an option is always used. With `take_up`, `take_up_unsaved` follows.
        """
        vault = self._by_session(locked, meanwhile, guarded=guarded)
        if vault is None:
            vault = self._by_password(locked, meanwhile, guarded)
        if take_up:
            self.take_up_unsaved(vault)
        return vault

    def _by_session(
        self, locked: LockedVault, meanwhile: Callable[[], object] | None, *, guarded: str
    ) -> Vault | None:
        if not self.secrets.given("password") and not (guarded and self.config.ask_again):
            key = self.session.key(locked.vault_id)
            if key is not None:
                if meanwhile is not None:
                    meanwhile()
                try:
                    self._vault = locked.unlock_with_key(key)
                except DamagedVaultError:
                    pass  # the vault has got another key
                else:
                    return self._vault
        return None

    def end_session(self, vault_id: str) -> None:
        """Forget the key that opens the vault without a password, also with --no-unlock."""
        from tui import session

        try:
            session.end(vault_id)
        except SessionError as error:
            output.complain(error.sentence)

    def unlock_by_password(self, locked: LockedVault) -> Vault:
        """Open the vault with the password from its option, password_command or the terminal.

        A typed password unlocks the vault for the time in the settings.

        Raises:
            WrongPasswordError: the password is wrong.
            UsageError, FileError, PasswordCommandError: there is no password.
        """
        vault = self._by_password(locked, None, "")
        self.take_up_unsaved(vault)
        return vault

    def _by_password(
        self, locked: LockedVault, meanwhile: Callable[[], object] | None, purpose: str
    ) -> Vault:
        if (key := self._derived_key(locked.vault_id)) is not None:
            if meanwhile is not None:
                meanwhile()
            self._vault = locked.unlock_with_key(key)
        elif not self.secrets.given("password") and self.config.password_command:
            password = self._password_of_command()
            try:
                self._vault = locked.unlock(password, meanwhile)
            except WrongPasswordError as error:
                hint = "The password came from password_command in the settings."
                raise WrongPasswordError(str(error), hint) from None
        else:
            self._vault = self._by_typed_password(locked, meanwhile, purpose)
            if not self.secrets.given("password"):
                self._keep_unlocked(self._vault)
        return self._vault

    def _by_typed_password(
        self, locked: LockedVault, meanwhile: Callable[[], object] | None, purpose: str
    ) -> Vault:
        """Open the vault with the password from its option or the terminal."""
        name = safe(locked.path.name, 40)
        prompt = f"Password for {name} ({purpose}): " if purpose else f"Password for {name}: "
        try:
            return self.secrets.open(
                "password",
                prompt,
                lambda password: locked.unlock(password, meanwhile),
                WrongPasswordError,
            )
        except WrongPasswordError as error:
            if not locked.has_recovery_code:
                raise
            hint = f"If you forgot it, run: otp-tui recovery use. {error.hint}"
            raise WrongPasswordError(str(error), hint) from None

    def _keep_unlocked(self, vault: Vault) -> None:
        if self._no_unlock or not self.config.unlock_for:
            return
        try:
            self.session.keep(vault.vault_id, vault.key, str(vault.path), self.config.unlock_for)
        except SessionError as error:
            output.complain(error.sentence)

    def _derived_key(self, vault_id: str) -> bytes | None:
        """Return the key that `fast_code` derived from the password in an option, if it did."""
        head_start, self._head_start = self._head_start, None
        derivation = None if head_start is None else head_start.derivation
        return None if derivation is None else derivation.key(vault_id)

    def _password_of_command(self) -> str:
        from tui.password_command import PasswordCommand

        try:
            command = PasswordCommand(self.config.password_command, os.environ)
            return command.run(on_terminal=True)
        except PasswordCommandError as error:
            hint = "To bypass it, use --password-stdin or --password-file."
            raise PasswordCommandError(str(error), hint) from None

    def open_vault(
        self, meanwhile: Callable[[], object] | None = None, *, guarded: str = ""
    ) -> Vault:
        """Read and unlock the vault; `guarded` is as in `unlock`."""
        return self.unlock(self.read_vault(), meanwhile, guarded=guarded)

    def take_up_unsaved(self, vault: Vault) -> None:
        """Save what the app couldn't save before it locked the vault."""
        from tui.vault.unsaved import take_up

        try:
            done, left = take_up(vault)
        except OtpTuiError as error:
            output.complain(f"Changes of the app are still not saved. {error.sentence}")
        else:
            for sentence in filter(None, (done, left)):
                output.complain(sentence)

    def unlock_with_code(self, locked: LockedVault, code: bytes) -> Vault:
        """Open the vault with its recovery code.

        Raises:
            WrongPasswordError: the code is wrong.
        """
        self._vault = locked.unlock_with_code(code)
        self.take_up_unsaved(self._vault)
        return self._vault

    def close(self) -> None:
        """Close the vault and print its warnings."""
        vault, self._vault = self._vault, None
        if vault is not None:
            for warning in vault.warnings:
                output.complain(warning)
            if self._accept_older:
                vault.accept_older()
            elif notice := vault.tell_older():
                output.complain(notice)
            vault.close()


def _say_waiting(path: Path, waits: bool) -> None:
    """Tell who sits at the terminal why nothing happens."""
    if waits and output.errors_are_read():
        from tui.paths import short_path

        output.complain(f"Waiting for another program to release {short_path(path)}.lock …")


def _codes_are_forwarded() -> bool:
    """Return True if an SSH agent forwards the codes of a vault on another machine."""
    if not os.environ.get("SSH_AUTH_SOCK"):
        return False
    from tui.forward.client import forwards

    return forwards(os.environ)
