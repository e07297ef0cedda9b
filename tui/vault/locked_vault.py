"""The vault as screens and commands use it while it is locked."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tui.clock import Clock, SystemClock
from tui.vault.encrypted_file import EncryptedFile
from tui.vault.envelope import PasswordSlot, Slot
from tui.vault.seen import Older
from tui.vault.state import UnlockedState
from tui.vault.store import Store
from tui.vault.vault import Vault


class LockedVault:
    """A vault whose file was read and whose header is valid, still encrypted."""

    def __init__(self, store: Store, clock: Clock, file: EncryptedFile) -> None:
        self._store = store
        self._clock = clock
        self._file = file
        self.accept_older_if: Callable[[Older], bool] | None = None
        """As in the opened `Vault`."""

    @classmethod
    def read(cls, path: str | os.PathLike[str], clock: Clock | None = None) -> LockedVault:
        """Read the vault at `path`, without deriving a key.

        Raises:
            VaultMissingError, NewerVaultError, DamagedVaultError, VaultError: as
                `EncryptedFile.read`.
        """
        clock = clock or SystemClock()
        store = Store(path, clock)
        return cls(store, clock, EncryptedFile.read(store))

    @property
    def path(self) -> Path:
        """Path of the vault file."""
        return self._store.path

    def tell_waits(self, on_wait: Callable[[bool], object]) -> None:
        """Call `on_wait` as `Vault.tell_waits` once the vault is open."""
        self._store.on_wait = on_wait

    @property
    def vault_id(self) -> str:
        """The id of the vault, which all of its copies have."""
        return self._file.header.vault_id

    @property
    def generation(self) -> int:
        """Number of saves."""
        return self._file.header.generation

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What opens the vault: its password and recovery code."""
        return self._file.header.slots

    @property
    def has_recovery_code(self) -> bool:
        """True if the vault has a recovery code."""
        return any(not isinstance(slot, PasswordSlot) for slot in self._file.header.slots)

    def unlock(self, password: str, meanwhile: Callable[[], object] | None = None) -> Vault:
        """Open the vault with its password; `meanwhile` is called while the key is derived.

        Raises:
            WrongPasswordError, DamagedVaultError, CryptoError: as `EncryptedFile.by_password`.
        """
        return self._opened(self._file.by_password(password, meanwhile))

    def unlock_with_code(self, code: bytes) -> Vault:
        """Open the vault with a recovery code of 20 bytes.

        Raises:
            WrongPasswordError, DamagedVaultError: as `EncryptedFile.by_code`.
        """
        return self._opened(self._file.by_code(code))

    def unlock_with_key(self, key: bytes) -> Vault:
        """Open the vault with its vault key.

        Raises:
            DamagedVaultError: as `EncryptedFile.by_key`.
        """
        return self._opened(self._file.by_key(key))

    def _opened(self, state: UnlockedState) -> Vault:
        return Vault.opened(self._store, self._clock, state, self.accept_older_if)
