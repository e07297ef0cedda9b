"""Creates a vault in two steps, as deriving its key takes time."""

from __future__ import annotations

import os

from tui.clock import Clock
from tui.crypto.kdf import Argon2Params
from tui.vault.new_state import new_state
from tui.vault.store import Store
from tui.vault.vault import Vault


class NewVault:
    """An empty vault whose key is derived, but that is not saved yet."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    @classmethod
    def derive(
        cls, path: str | os.PathLike[str], password: str, params: Argon2Params, clock: Clock
    ) -> NewVault:
        """Prepare a vault to save at `path`; this takes time, but writes nothing.

        Raises:
            VaultExistsError, CryptoError: as `Vault.create`.
        """
        store = Store(path, clock)
        return cls(Vault(store, clock, new_state(store, password, params)))

    def save(self) -> Vault:
        """Create the vault's file and its folder.

        Raises:
            VaultExistsError, VaultError: as `Vault.create`.
        """
        self._vault.save_first()
        return self._vault
