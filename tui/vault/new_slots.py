"""New slots of a vault: for another password, or another recovery code."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.crypto.kdf import Argon2Params
from tui.errors import HalfSavedError, NotSavedError, UsageError, VaultError
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.envelope import OldRecoverySlot, PasswordSlot, RecoverySlot, Slot
from tui.vault.state import UnlockedState
from tui.vault.store import Store

if TYPE_CHECKING:
    from tui.vault.document import Document


class NewSlots(ABC):
    """What replaces slots of a vault. Saving calls `put` once it has the file's current state."""

    what: str
    """What the new slot opens the vault with, for messages."""
    slot: Slot
    """The new slot."""

    @abstractmethod
    def put(self, known: UnlockedState, document: Document) -> tuple[UnlockedState, Document]:
        """Return a state with the new slot, and the document with the authentication keys of all
        recovery codes.
        """

    def not_saved(self, store: Store, reason: str) -> NotSavedError:
        """Read the file to find out what opens it after a failed save, and return what to say."""
        failed = f"couldn't save the vault {store.name}: {reason}."
        try:
            slots = envelopes.parse(store.read()).slots
        except VaultError:
            return HalfSavedError(
                f"The {self.what} may or may not have changed: {failed}",
                f"Keep both the old and the new {self.what}, and try them.",
            )
        if self.slot.wrapped_key not in {slot.wrapped_key for slot in slots}:
            return NotSavedError(f"Nothing was changed: {failed}")
        store.forget()
        return HalfSavedError(
            f"The {self.what} was changed, but may change back if the computer crashes: {failed}",
            f"The new {self.what} opens the vault now. Keep the old one until a save succeeds.",
        )


class NewPassword(NewSlots):
    """A new key of the vault and the slot that opens it, derived when this is created.

    Raises:
        CryptoError: `params` are too weak or out of bounds, or memory is short.
        UsageError: the password is not valid text.
    """

    what = "password"

    def __init__(
        self, vault_id: str, password: str, params: Argon2Params, code: bytes | None
    ) -> None:
        secret = seal.password_bytes(password)
        self._vault_id = vault_id
        self._key = os.urandom(seal.KEY_LENGTH)
        self._code = code
        self.slot = seal.password_slot(vault_id, self._key, secret, params)
        self.lost_code = False
        """True if a recovery code was removed, as its authentication key is not in the document."""

    def put(self, known: UnlockedState, document: Document) -> tuple[UnlockedState, Document]:
        """Wrap the new key for all recovery codes, too.

        Raises:
            UsageError: the recovery code is of version 1 of the format, and wasn't given.
        """
        slots: list[Slot] = [self.slot]
        recovery: dict[bytes, bytes] = {}
        for slot in known.envelope.slots:
            if isinstance(slot, RecoverySlot):
                authentication = document.recovery.get(slot.public_key)
                if authentication is None:
                    self.lost_code = True
                    continue
                slots.append(seal.wrapped_anew(self._vault_id, self._key, slot, authentication))
                recovery[slot.public_key] = authentication
            elif isinstance(slot, OldRecoverySlot):
                if self._code is None:
                    raise UsageError("Changing the password needs the recovery code.")
                made = seal.recovery_slot(self._vault_id, self._key, self._code)
                slots.append(made)
                recovery[made.public_key] = seal.authentication_key(made, self._code)
        header = replace(known.envelope, slots=tuple(slots))
        return replace(known, key=self._key, envelope=header), replace(document, recovery=recovery)


class NewCode(NewSlots):
    """The slot of a new recovery code of 20 bytes, in place of any other."""

    what = "recovery code"

    def __init__(self, known: UnlockedState, code: bytes) -> None:
        made = seal.recovery_slot(known.envelope.vault_id, known.key, code)
        self.slot = made
        self._recovery = {made.public_key: seal.authentication_key(made, code)}

    def put(self, known: UnlockedState, document: Document) -> tuple[UnlockedState, Document]:
        """Replace the slots of all recovery codes."""
        slots = (one for one in known.envelope.slots if isinstance(one, PasswordSlot))
        header = replace(known.envelope, slots=(*slots, self.slot))
        return replace(known, envelope=header), replace(document, recovery=self._recovery)
