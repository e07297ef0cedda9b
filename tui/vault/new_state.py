"""The state of a vault that has no file yet."""

from __future__ import annotations

import os

from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import VaultExistsError
from tui.vault import seal
from tui.vault.envelope import Envelope
from tui.vault.state import UnlockedState
from tui.vault.store import Store


def new_state(store: Store, password: str, params: Argon2Params) -> UnlockedState:
    """Derive the key of an empty vault, which is to be saved; write nothing.

    Raises:
        VaultExistsError: something exists at the path.
        CryptoError: `params` are too weak or out of bounds, or memory is short.
        UsageError: the password is not valid text.
    """
    from tui.vault.document import Document

    kdf.check_write(params)
    secret = seal.password_bytes(password)
    require_free(store)
    vault_id, key = os.urandom(16).hex(), os.urandom(seal.KEY_LENGTH)
    slot = seal.password_slot(vault_id, key, secret, params)
    return UnlockedState(Envelope(vault_id, 0, (slot,), b""), key, Document())


def require_free(store: Store) -> None:
    """Raise `VaultExistsError` if something exists at the vault's path."""
    if os.path.lexists(store.path):
        raise VaultExistsError(f"{store.name} already exists.", "It was not changed.")
