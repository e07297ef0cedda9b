"""The app's part in sessions: leaves a key, ends the session, and learns that others did."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from tui.clock import Clock
from tui.errors import OtpTuiError, SessionError
from tui.session import NoSession, Session, everywhere, lock_signal
from tui.session.lock_signal import LockSignal
from tui.vault.vault import LockedVault, Vault


class OnlyEnds(NoSession):
    """With --no-unlock: neither takes nor leaves keys, but locking forgets them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def drop(self, vault_id: str) -> bool:
        return sum(session.drop(vault_id) for session in everywhere(self._environ)) > 0


class VaultSession:
    """The session of the open vault. `keep` and `end` take time; call them in threads."""

    def __init__(self, session: Session | None) -> None:
        self._session = session or NoSession()
        self._open = ""
        """Id of the open vault; empty while it is locked."""
        self._signal: LockSignal | None = None
        self._acting = threading.Lock()
        self.password_given = False
        """True if the open vault was opened with its password."""

    def opened(self, vault: Vault, *, by_password: bool) -> None:
        """Note that a vault was opened, with its password or with the session's key."""
        self._open, self.password_given = vault.vault_id, by_password
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

    def end(self, vault_id: str) -> str:
        """Forget the key of a vault, and lock it in other apps; return an error message."""
        with self._acting:
            self._session.drop(vault_id)
        try:
            lock_signal.send(vault_id)
        except OSError as error:
            return f"Other apps may still have the vault open: {error.strerror}."
        return ""

    def end_of_file(self, path: Path, clock: Clock) -> str:
        """Do that for the vault in a file; return a message, or "" if it was not unlocked."""
        try:
            vault_id = LockedVault.read(path, clock).vault_id
        except OtpTuiError:
            return ""
        unlocked = self._session.key(vault_id) is not None
        return self.end(vault_id) or ("Locked everywhere." if unlocked else "")


def open_by_session(session: Session, path: Path, clock: Clock) -> Vault | None:
    """Return the vault at `path`, opened with the session's key; None if that doesn't work."""
    try:
        locked = LockedVault.read(path, clock)
        key = session.key(locked.vault_id)
        return None if key is None else locked.unlock_with_key(key)
    except OtpTuiError:
        return None  # the unlock screen tells why
