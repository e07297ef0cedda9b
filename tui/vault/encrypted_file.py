"""A vault's file before it is decrypted.

Fast to import: slow modules are imported while the key is derived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui.errors import DamagedVaultError
from tui.text import safe
from tui.vault import envelope as envelopes
from tui.vault.state import UnlockedState, decrypt, digest, unlocked
from tui.vault.store import Store
from tui.vault.unlock import key_by_code, key_by_password


class EncryptedFile:
    """The file of a vault, whose header is valid. Methods decrypt its contents."""

    def __init__(self, store: Store, data: bytes) -> None:
        self._store = store
        self._name = f"The vault {store.name}"
        self.header = envelopes.parse(data, self._name)
        self._data = data

    @classmethod
    def read(cls, store: Store) -> EncryptedFile:
        """Read the file of a vault.

        Raises:
            VaultMissingError: there is none.
            NewerVaultError: created by a newer version of otp-tui.
            DamagedVaultError: the file is not a valid vault.
            VaultError: it is a link, a pipe or a folder, belongs to another user, or can't be read.
        """
        with _naming_copies(store):
            return cls(store, store.read())

    def by_password(
        self, password: str, meanwhile: Callable[[], object] | None = None
    ) -> UnlockedState:
        """Decrypt the file with its password; `meanwhile` is called while the key is derived.

        Raises:
            WrongPasswordError: it opens no slot, or the slot was changed.
            DamagedVaultError: the slot opens, but the rest was changed.
            CryptoError: not enough memory for the key derivation.
        """
        return self.by_key(key_by_password(self.header, password, meanwhile))

    def by_code(self, code: bytes) -> UnlockedState:
        """Decrypt the file with a recovery code of 20 bytes.

        Raises:
            WrongPasswordError: it opens no slot, or the slot was changed.
            DamagedVaultError: the slot opens, but the rest was changed.
        """
        return self.by_key(key_by_code(self.header, code))

    def by_key(self, key: bytes) -> UnlockedState:
        """Decrypt the file with its vault key.

        Raises:
            DamagedVaultError: it is another vault's key, the vault got a new key, or the contents
                were changed.
        """
        with _naming_copies(self._store):
            document = decrypt(self.header, key, self._name)
        return unlocked(self.header, key, document, digest(self._data))


@contextmanager
def _naming_copies(store: Store) -> Iterator[None]:
    """Add to the hint of a damaged vault where an open app saved its entries."""
    try:
        yield
    except DamagedVaultError as error:
        copies = store.conflict_copies()
        if not copies:
            raise
        hint = f"An open app saved its entries next to it, as {safe(copies[-1], 200)}. {error.hint}"
        raise DamagedVaultError(str(error), hint.rstrip()) from None
