"""The app's part in sessions: leaves a key, ends the session, and learns that others did."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import OtpTuiError, SessionError
from tui.session import NoSession, Session, end, lock_signal, unlocked_at
from tui.session.lock_signal import LockSignal

if TYPE_CHECKING:
    from tui.clock import Clock
    from tui.vault.vault import Vault


class VaultSession:
    """The session of the open vault. `keep` and `end` take time; call them in threads."""

    def __init__(self, session: Session | None, environ: Mapping[str, str]) -> None:
        self._session = session or NoSession()
        self._environ = environ
        self._open = ""
        """Id of the open vault; empty while it is locked."""
        self._signal: LockSignal | None = None
        self._acting = threading.Lock()
        self.password_given = False
        """True if the open vault was opened with its password."""
        self.wrong_passwords = 0
        """Wrong passwords in a row, typed while the vault was open."""

    def opened(self, vault: Vault, *, by_password: bool) -> None:
        """Note that a vault was opened, with its password or with the session's key."""
        self._open, self.password_given = vault.vault_id, by_password
        self.wrong_passwords = 0
        self._signal = LockSignal(vault.vault_id)

    def locked(self) -> None:
        """Note that the vault was locked."""
        self._open, self.password_given, self._signal = "", False, None

    @property
    def told_to_lock(self) -> bool:
        """True once after `otp-tui lock`, or another app, locked the vault. Fast."""
        return self._signal is not None and self._signal.sent()

    def keep(self, vault_id: str, key: bytes, path: str, seconds: int) -> str:
        """Unlock the vault for some time, unless it is locked again; return an error message."""
        with self._acting:
            if self._open == vault_id:
                try:
                    self._session.keep(vault_id, key, path, seconds)
                except SessionError as error:
                    return error.sentence
        return ""

    def forget(self, vault_id: str) -> str:
        """Forget the key of a vault, and lock no app; return an error message."""
        return self._drop(vault_id)[1]

    def end(self, vault_id: str) -> str:
        """Forget the key of a vault, and lock it in other apps; return an error message."""
        return self._end(vault_id)[1]

    def end_of_file(self, path: Path, clock: Clock) -> str:
        """Forget and lock, as `end`, the vault in a file and those that were unlocked there.

        Return a message, or "" if none was unlocked.
        """
        from tui.vault.locked_vault import LockedVault

        vault_ids = unlocked_at(str(path), self._environ)
        with suppress(OtpTuiError):
            vault_ids.add(LockedVault.read(path, clock).vault_id)
        results = [self._end(vault_id) for vault_id in vault_ids]
        error = next((error for _, error in results if error), "")
        return error or ("Locked everywhere." if any(ended for ended, _ in results) else "")

    def _end(self, vault_id: str) -> tuple[bool, str]:
        """Return True if a session had the key, and an error message."""
        ended, failed = self._drop(vault_id)
        try:
            lock_signal.send(vault_id)
        except OSError as error:
            failed = failed or f"Other apps may still have the vault open: {error.strerror}."
        return ended, failed

    def _drop(self, vault_id: str) -> tuple[bool, str]:
        """Return True if a session had the key, and an error message."""
        try:
            with self._acting:
                return self._session.drop(vault_id) + end(vault_id, self._environ) > 0, ""
        except SessionError as error:
            return False, error.sentence


def open_by_session(session: Session, path: Path, clock: Clock) -> Vault | None:
    """Return the vault at `path`, opened with the session's key; None if that doesn't work."""
    try:
        if not session.unlocked():
            return None
        from tui.vault.locked_vault import LockedVault  # takes 7 ms, before the first frame

        locked = LockedVault.read(path, clock)
        key = session.key(locked.vault_id)
        return None if key is None else locked.unlock_with_key(key)
    except OtpTuiError:
        return None  # the unlock screen tells why
