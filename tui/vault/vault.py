"""The open vault, as screens and commands use it.

Fast to import: slow modules are imported while the key is derived.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.clock import Clock, SystemClock
from tui.crypto.kdf import Argon2Params
from tui.errors import DamagedVaultError, OlderVaultError, VaultError
from tui.files import why
from tui.vault import envelope as envelopes
from tui.vault.current import Change, Current
from tui.vault.encrypted_file import EncryptedFile
from tui.vault.envelope import OldRecoverySlot, PasswordSlot, Slot
from tui.vault.new_slots import NewCode, NewPassword, NewSlots
from tui.vault.new_state import new_state, require_free
from tui.vault.seen import Older
from tui.vault.state import UnlockedState, decrypt, digest, encrypt, next_state, unlocked
from tui.vault.store import Store

if TYPE_CHECKING:
    from tui.otp.codes import Code
    from tui.otp.entry import Entry
    from tui.vault.document import Document

_LOST_CODE = (
    "Removed a recovery code that the vault couldn't verify."
    " To create a new one, run: otp-tui recovery new"
)


class Vault:
    """The open vault. `document` is an immutable snapshot; `change` replaces it.

    Safe to use from several threads. Created by `create`, `open` and `LockedVault.unlock`.
    """

    def __init__(self, store: Store, clock: Clock, state: UnlockedState) -> None:
        self._store = store
        self._clock = clock
        self._current = Current(store, state)
        self._writing = threading.Lock()
        self.asks_older = False
        """True if a save to an older file was refused, until somebody was asked about it."""
        self.accept_older_if: Callable[[Older], bool] = _never
        """Asks if a file that is older than the one last used may be changed."""

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], password: str, params: Argon2Params, clock: Clock
    ) -> Vault:
        """Create an empty vault and its folder.

        Raises:
            VaultExistsError: something exists at `path`; it is not changed.
            CryptoError: `params` are too weak or out of bounds, or memory is short.
            VaultError: the system refused.
        """
        store = Store(path, clock)
        vault = cls(store, clock, new_state(store, password, params))
        vault.save_first()
        return vault

    @classmethod
    def open(cls, path: str | os.PathLike[str], password: str, clock: Clock | None = None) -> Vault:
        """Read and unlock the vault at `path`.

        Raises:
            VaultError: as `LockedVault.read` and `LockedVault.unlock`.
        """
        clock = clock or SystemClock()
        store = Store(path, clock)
        return cls.opened(store, clock, EncryptedFile.read(store).by_password(password))

    @classmethod
    def opened(
        cls,
        store: Store,
        clock: Clock,
        state: UnlockedState,
        accept_older_if: Callable[[Older], bool] | None = None,
    ) -> Vault:
        """Return the open vault of a file that was decrypted."""
        vault = cls(store, clock, state)
        if accept_older_if is not None:
            vault.accept_older_if = accept_older_if
        vault._current.older = vault._current.compared(state, state.document.history)
        return vault

    @property
    def path(self) -> Path:
        """Path of the vault file, resolved when it was opened."""
        return self._store.path

    @property
    def vault_id(self) -> str:
        """The id of the vault, which all of its copies have."""
        return self._current.known.envelope.vault_id

    @property
    def key(self) -> bytes:
        """The vault key, 32 bytes."""
        return self._current.known.key

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What opens the vault: its password and recovery code."""
        return self._current.known.envelope.slots

    @property
    def document(self) -> Document:
        """The current contents, saved or not."""
        return self._current.document

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries, without those in the trash."""
        return self._current.document.entries

    @property
    def saved(self) -> bool:
        """True if all changes but those of `change_later` are saved."""
        return self._current.saved

    @property
    def flushed(self) -> bool:
        """True if the changes of `change_later` are saved, too."""
        return self._current.saved and not self._current.has_later

    @property
    def merges(self) -> int:
        """Number of times that another program's changes were merged in."""
        return self._current.merges

    @property
    def asks_password(self) -> bool:
        """True if another program saved the file under another key: `unlock_again` takes its
        password.
        """
        return self._current.asks_password

    @property
    def changing(self) -> bool:
        """True if another thread is changing or saving the vault."""
        return self._writing.locked()

    @property
    def stale(self) -> bool:
        """True if another program changed the file, and `refresh` didn't look at it yet.

        It only looks at the file's status, so that it can be called often.
        """
        return not self._writing.locked() and self._store.changed

    @property
    def folder_changed(self) -> int:
        """When a file was last added to or removed from the vault's folder; 0 if unknown."""
        try:
            return self.path.parent.stat().st_mtime_ns
        except OSError:
            return 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences for the user, e.g. that the file system has no locks."""
        return tuple(self._store.warnings)

    @property
    def older(self) -> Older | None:
        """How the file differs from the one last used here, if it is not that one or newer."""
        return self._current.older

    def tell_older(self) -> str:
        """Return a notice if the file is older; "" if the user was told about this file before."""
        older = self._current.older
        return older.sentence if older is not None and self._current.seen.tell(older) else ""

    def accept_older(self) -> None:
        """Remember the older file as the one last used, so that it can be changed."""
        older, self._current.older, self.asks_older = self._current.older, None, False
        if older is not None:
            self._current.seen.accept(older)

    def decline_older(self) -> None:
        """Revert the changes that were refused because the file is older."""
        with self._writing:
            self.asks_older = False
            self._current.decline_older()

    def tell_waits(self, on_wait: Callable[[bool], object]) -> None:
        """Call `on_wait` with True if another program holds the vault's lock for a second, and with
        False when the wait ends; from the thread that waits."""
        self._store.on_wait = on_wait

    def forget_seen(self) -> None:
        """Remember nothing of the vault on this machine, as its file is about to be deleted."""
        self._current.seen.forget()

    def refresh(self) -> None:
        """Take over what another program saved; write nothing.

        A file that is not newer is only warned of. As a sync service may write slowly, a missing or
        damaged file is reported when it is found twice.

        Raises:
            ConflictError: the file is damaged, or another vault; ours was saved next to it.
            NotSavedError: it can't be read.
        """
        with self._writing:
            self._current.refresh()

    def change(self, change: Change, *, above: int = 0) -> None:
        """Apply `change` and save, with a generation above `above`; on return, it is on the disk.

        Changes that another program saved are merged in first. `change` gets the result, and should
        build on it instead of returning a document prepared before. If `change` raises, nothing is
        changed.

        Raises:
            NotSavedError: the change is in `document`, the file is unchanged; the next `change` or
                `save` tries again.
            OlderVaultError: the file is older than the one last used here.
            ConflictError: another vault took the place of ours; ours was saved next to it.
        """
        self._commit(change, keep=True, above=above)

    def change_later(self, change: Change) -> None:
        """Apply `change` in memory only; the next `change` or `save` writes it.

        For changes that may be lost: copy counts, the order of the list.
        """
        with self._writing:
            self._current.change_later(change)

    def save(self) -> None:
        """Save unsaved changes, merged with those of other programs.

        Raises:
            NotSavedError: as `change`.
        """
        self._commit(_as_it_is, keep=True)

    def sealed(self) -> bytes:
        """Return a vault file with the current contents, saved or not.

        Raises:
            NotSavedError: they can't be encrypted.
        """
        with self._writing:
            return next_state(self._current.known, self._current.document)[1]

    def has_saved(self, data: bytes) -> bool:
        """Return True if the vault's file descends from the file `data`, as after `take_up`."""
        from tui.vault.history import contains

        return contains(self._current.known.document.history, digest(data))

    def take_up(self, data: bytes) -> None:
        """Merge in and save a file that `sealed` returned to a program that couldn't save it.

        Raises:
            DamagedVaultError, NewerVaultError: it is none of this vault, or has another key.
            NotSavedError: as `change`.
        """
        found = self._state_of(data)
        self._current.merges += 1
        self._commit(lambda ours: self._current.merged(ours, found), keep=True)

    def _state_of(self, data: bytes) -> UnlockedState:
        known, name = self._current.known, "The file with unsaved changes"
        envelope = envelopes.parse(data, name)
        if envelope.vault_id != known.envelope.vault_id:
            raise DamagedVaultError(f"{name} belongs to another vault.")
        return unlocked(envelope, known.key, decrypt(envelope, known.key, name), digest(data))

    def take_hotp(self, entry_id: str) -> Code:
        """Return the code of an HOTP entry's counter, after saving the next counter.

        The counter is read from the disk under the lock, so no two programs get the same code.

        Raises:
            NotSavedError: no code is returned, and the counter is unchanged.
            MatchError: the entry is no longer in the vault.
            UsageError: it is not HOTP, or its counter is at the maximum.
        """
        from tui.otp.codes import code_at
        from tui.vault.edit import take_counter

        taken: list[Entry] = []

        def take(document: Document) -> Document:
            after, entry = take_counter(document, entry_id, int(self._clock.now()))
            taken[:] = [entry]
            return after

        self._commit(take, keep=False)
        return code_at(taken[0], self._clock.now())

    @property
    def has_recovery_code(self) -> bool:
        """True if the vault has a recovery code."""
        return any(not isinstance(slot, PasswordSlot) for slot in self.slots)

    @property
    def key_derivation(self) -> Argon2Params:
        """How the password becomes a key."""
        return next(slot.params for slot in self.slots if isinstance(slot, PasswordSlot))

    @property
    def needs_recovery_code(self) -> bool:
        """True if a new password needs the recovery code, as version 1 of the format stored it."""
        return any(isinstance(slot, OldRecoverySlot) for slot in self.slots)

    def change_password(
        self, password: str, params: Argon2Params, code: bytes | None = None
    ) -> None:
        """Encrypt the vault under a new key, which opens with `password`, derived with `params`.

        The recovery code stays, unless its authentication key is not in the document: then it is
        removed, with a warning. Older copies keep the old key and password; see `rekey`. If the
        vault `needs_recovery_code`, `code` is one to keep or to set.

        Raises:
            NotSavedError: says which password opens the vault; nothing is left to save.
            CryptoError: `params` are too weak or out of bounds, or memory is short.
            UsageError: the password is not valid text, or `code` is missing.
        """
        new = NewPassword(self.vault_id, password, params, code)
        self._put_slots(new)
        if new.lost_code:
            self._store.warn(_LOST_CODE)

    def set_recovery_code(self, code: bytes) -> None:
        """Replace any recovery code with `code`, 20 bytes.

        Raises:
            NotSavedError: says which code opens the vault.
        """
        self._put_slots(NewCode(self._current.known, code))

    def unlock_again(self, password: str) -> None:
        """Merge in a file that another program saved under another key, and save our changes.

        Its key and slots replace ours only if they are newer: an old password can't come back.

        Raises:
            WrongPasswordError: it is not the file's password.
            NotSavedError: as `change`.
            VaultError: as `LockedVault.read` and `LockedVault.unlock`.
        """
        found = EncryptedFile.read(Store(self.path, self._clock)).by_password(password)
        with self._writing:
            self._current.take_other_key(found)
        if not self.flushed:
            self.save()

    def sealed_copy(self, document: Document, generation: int) -> bytes:
        """Return a vault file with an older document, under the current key and slots.

        Raises:
            CryptoError, NotSavedError, ValueError: it can't be encrypted.
        """
        known = self._current.known
        header = replace(known.envelope, generation=generation - 1)
        document = replace(document, recovery=self._current.document.recovery)
        return encrypt(replace(known, envelope=header), document)[1]

    def save_first(self) -> None:
        """Create the file of a new vault and its folder.

        Raises:
            VaultExistsError, VaultError: as `create`.
        """
        self._store.make_folder()
        try:
            with self._store.locked():
                require_free(self._store)
                self._current.write(self._current.known, self._current.document, None)
        except OSError as error:
            raise VaultError(
                f"Couldn't create the vault {self._store.name}: {why(error)}."
            ) from None

    def file_locked(self) -> AbstractContextManager[None]:
        """Keep other programs from writing the vault, as `Store.locked`."""
        return self._store.locked()

    def is_in_place(self) -> bool:
        """Return True if the file is the one last read or written, and not another or missing."""
        with self._writing:
            return self._current.is_in_place()

    def close(self) -> None:
        """Drop the key and the document, after any change in progress."""
        with self._writing:
            self._current.drop()

    def _accepts_older(self) -> bool:
        """Ask if a refused save may go on; the answer is remembered."""
        older, self.asks_older = self._current.older, True
        accepted = older is not None and self.accept_older_if(older)
        if accepted:
            self.accept_older()
        return accepted

    def _commit(self, change: Change, *, keep: bool, above: int = 0) -> None:
        try:
            with self._writing:
                self._current.commit(change, keep=keep, above=above)
        except OlderVaultError:
            # Copy counts are not worth a question.
            if (keep and self.saved) or not self._accepts_older():
                raise
            with self._writing:
                self._current.commit(_as_it_is if keep else change, keep=keep, above=above)

    def _put_slots(self, new: NewSlots) -> None:
        try:
            with self._writing:
                self._current.put_slots(new)
        except OlderVaultError:
            if not self._accepts_older():
                raise
            with self._writing:
                self._current.put_slots(new)


def _never(_older: Older) -> bool:
    return False


def _as_it_is(document: Document) -> Document:
    return document
