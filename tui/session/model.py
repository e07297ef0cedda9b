"""What a session keeps, and what both kinds of session do. Fast to import: `code` waits for it."""

from __future__ import annotations

KEY_LENGTH = 32
LONGEST = 30 * 24 * 3600
"""Seconds: the longest time for which a vault can be unlocked."""
DEFAULT_TIME = 8 * 3600
"""Seconds for which a vault is unlocked if nobody says for how long."""
LONGEST_PATH = 1024
"""Bytes of a vault's path that are kept; the rest is cut off."""


class Unlocked:
    """One vault that is unlocked on this machine."""

    __slots__ = ("idle", "left", "path", "vault_id")

    def __init__(self, vault_id: str, path: str, left: float, idle: int = 0) -> None:
        """It ends in `left` seconds, or after `idle` seconds without use (0: never by that)."""
        self.vault_id = vault_id
        self.path = path
        self.left = left
        self.idle = idle


def check_times(key: bytes, seconds: int, idle: int) -> None:
    """Raise ValueError if a key, or the times to keep it for, are not possible."""
    if len(key) != KEY_LENGTH or not 0 < seconds <= LONGEST or not 0 <= idle <= LONGEST:
        raise ValueError("a key has 32 bytes, and is kept for at most 30 days")


class Session:
    """Keeps the keys of unlocked vaults for a while, for all programs of the user."""

    name = ""
    """What keeps the keys, as the end of a sentence."""
    kind = ""
    """A word for it in JSON."""

    def keep(self, vault_id: str, key: bytes, path: str, seconds: int, idle: int = 0) -> None:
        """Keep the key of the vault at `path` for `seconds`, or until `idle` seconds without use.

        An older key of the vault, and its time, are replaced.

        Raises:
            SessionError: it can't be kept; nothing is kept then.
        """
        raise NotImplementedError

    def key(self, vault_id: str) -> bytes | None:
        """Return the vault key, None if the vault is not unlocked; this counts as use."""
        raise NotImplementedError

    def drop(self, vault_id: str) -> bool:
        """Forget the key of one vault; return False if there was none.

        Raises:
            SessionError: what keeps the keys can't be reached.
        """
        raise NotImplementedError

    def drop_all(self) -> int:
        """Forget all keys; return how many there were. Raises SessionError as `drop`."""
        raise NotImplementedError

    def unlocked(self) -> tuple[Unlocked, ...]:
        """Return the vaults that are unlocked; this doesn't count as use.

        Raises:
            SessionError: what keeps the keys doesn't answer.
        """
        raise NotImplementedError


class NoSession(Session):
    """Keeps nothing."""

    name = "nothing"
    kind = "none"

    def keep(self, vault_id: str, key: bytes, path: str, seconds: int, idle: int = 0) -> None:
        from tui.errors import SessionError

        raise SessionError("OTP_TUI_SESSION or --no-unlock turns unlocking off.")

    def key(self, vault_id: str) -> bytes | None:
        return None

    def drop(self, vault_id: str) -> bool:
        return False

    def drop_all(self) -> int:
        return 0

    def unlocked(self) -> tuple[Unlocked, ...]:
        return ()
