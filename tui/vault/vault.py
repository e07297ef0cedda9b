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
from tui.errors import (
    ConflictError,
    DamagedVaultError,
    NewPasswordError,
    NotSavedError,
    OlderVaultError,
    VaultError,
)
from tui.files import why
from tui.text import safe
from tui.vault import envelope as envelopes
from tui.vault.encrypted_file import EncryptedFile
from tui.vault.envelope import OldRecoverySlot, PasswordSlot, Slot
from tui.vault.new_slots import NewCode, NewPassword, NewSlots
from tui.vault.new_state import new_state, require_free
from tui.vault.seen import Older, Seen
from tui.vault.state import (
    ForeignFileError,
    UnlockedState,
    decrypt,
    digest,
    encrypt,
    next_state,
    read_state,
    unlocked,
)
from tui.vault.store import Store

if TYPE_CHECKING:
    from tui.otp.codes import Code
    from tui.otp.entry import Entry
    from tui.vault.document import Document

Change = Callable[["Document"], "Document"]
"""A function from a document to the next. It may be called twice, with different documents."""
_LOST_CODE = (
    "A recovery code no longer opens the vault, as the vault couldn't verify it."
    " Create a new one with: otp-tui recovery new"
)


class Vault:
    """The open vault. `document` is an immutable snapshot; `change` replaces it.

    Safe to use from several threads. Created by `create`, `open` and `LockedVault.unlock`.
    """

    def __init__(self, store: Store, clock: Clock, state: UnlockedState) -> None:
        self._store = store
        self._clock = clock
        self._on_disk: UnlockedState | None = state
        self._document = state.document
        self._saved = True
        self._has_later = False
        self._writing = threading.Lock()
        self._seen = Seen(state.envelope.vault_id, store.path)
        self._older: Older | None = None
        self._doubtful = False
        """True if the file was missing or damaged when it was last looked at."""
        self.merges = 0
        """Number of times that another program's changes were merged in."""
        self.asks_older = False
        """True if a save to an older file was refused, until somebody was asked about it."""
        self.asks_password = False
        """True if another program saved the file under another key: `unlock_again` takes its
        password."""
        self._refused: tuple[Document, bool] | None = None
        """The document before the changes that an older file refused, and if it was saved."""
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
        vault._older = vault._seen.opened(
            state.envelope.generation, state.digest, state.document.history
        )
        return vault

    @property
    def path(self) -> Path:
        """Path of the vault file, resolved when it was opened."""
        return self._store.path

    @property
    def vault_id(self) -> str:
        """The id of the vault, which all of its copies have."""
        return self._known().envelope.vault_id

    @property
    def key(self) -> bytes:
        """The vault key, 32 bytes."""
        return self._known().key

    @property
    def slots(self) -> tuple[Slot, ...]:
        """What opens the vault: its password and recovery code."""
        return self._known().envelope.slots

    @property
    def document(self) -> Document:
        """The current contents, saved or not."""
        return self._document

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries, without those in the trash."""
        return self._document.entries

    @property
    def saved(self) -> bool:
        """True if all changes but those of `change_later` are saved."""
        return self._saved

    @property
    def flushed(self) -> bool:
        """True if the changes of `change_later` are saved, too."""
        return self._saved and not self._has_later

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
        return self._older

    def tell_older(self) -> str:
        """Return a notice if the file is older; "" if the user was told about this file before."""
        older = self._older
        return older.sentence if older is not None and self._seen.tell(older) else ""

    def accept_older(self) -> None:
        """Remember the older file as the one last used, so that it can be changed."""
        older, self._older, self.asks_older = self._older, None, False
        if older is not None:
            self._seen.accept(older)

    def decline_older(self) -> None:
        """Revert the changes that were refused because the file is older."""
        with self._writing:
            self.asks_older = False
            if self._refused is not None:
                (self._document, self._saved), self._refused = self._refused, None

    def forget_seen(self) -> None:
        """Remember nothing of the vault on this machine, as its file is about to be deleted."""
        self._seen.forget()

    def refresh(self) -> None:
        """Take over what another program saved; write nothing.

        A file that is not newer is only warned of. As a sync service may write slowly, a missing or
        damaged file is reported when it is found twice.

        Raises:
            ConflictError: the file is damaged, or another vault; ours was saved next to it.
            NotSavedError: it can't be read.
        """
        with self._writing:
            known, doubtful = self._known(), self._doubtful
            try:
                found, current = read_state(self._store, known)
            except (ForeignFileError, NotSavedError) as error:
                self.asks_password = isinstance(error, NewPasswordError)
                self._doubtful = not doubtful and not self.asks_password
                if self._doubtful:
                    self._store.forget()
                    return
                self._store.ignore()
                raise self._not_saved(error) from None
            self.asks_password = False
            self._doubtful = current is None and not doubtful
            if current is not None:
                self._take_over(known, found)
            elif doubtful:
                name = self._store.name
                self._store.warn(f"The vault {name} is missing. The next change writes it again.")
            else:
                self._store.forget()

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
            self._known()
            before, self._document = self._document, change(self._document)
            self._has_later = self._has_later or self._document is not before

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
            return next_state(self._known(), self._document)[1]

    def has_saved(self, data: bytes) -> bool:
        """Return True if the vault's file descends from the file `data`, as after `take_up`."""
        from tui.vault.history import contains

        return contains(self._known().document.history, digest(data))

    def take_up(self, data: bytes) -> None:
        """Merge in and save a file that `sealed` returned to a program that couldn't save it.

        Raises:
            DamagedVaultError, NewerVaultError: it is none of this vault, or has another key.
            NotSavedError: as `change`.
        """
        found = self._state_of(data)

        def merged(ours: Document) -> Document:
            from tui.vault.history import contains
            from tui.vault.merge import merge

            known = self._known()
            if contains(found.document.history, known.digest):
                return merge(known.document, ours, found.document)
            return self._merged_apart(known, found)

        self.merges += 1
        self._commit(merged, keep=True)

    def _state_of(self, data: bytes) -> UnlockedState:
        known, name = self._known(), "The file with unsaved changes"
        envelope = envelopes.parse(data, name)
        if envelope.vault_id != known.envelope.vault_id:
            raise DamagedVaultError(f"{name} is of another vault.")
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
        return any(not isinstance(slot, PasswordSlot) for slot in self._known().envelope.slots)

    @property
    def needs_recovery_code(self) -> bool:
        """True if a new password needs the recovery code, as version 1 of the format stored it."""
        return any(isinstance(slot, OldRecoverySlot) for slot in self._known().envelope.slots)

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
        new = NewPassword(self._known().envelope.vault_id, password, params, code)
        self._put_slots(new)
        if new.lost_code:
            self._store.warn(_LOST_CODE)

    def set_recovery_code(self, code: bytes) -> None:
        """Replace any recovery code with `code`, 20 bytes.

        Raises:
            NotSavedError: says which code opens the vault.
        """
        self._put_slots(NewCode(self._known(), code))

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
            known = self._known()
            if found.envelope.vault_id != known.envelope.vault_id:
                raise VaultError("The vault was replaced by another vault.")
            if found.key != known.key:
                if found.envelope.generation <= known.envelope.generation:
                    raise VaultError("The vault was replaced by an older version.")
                self._on_disk = self._merge_other_key(known, found)
            self.asks_password = False
        if not self.flushed:
            self.save()

    def sealed_copy(self, document: Document, generation: int) -> bytes:
        """Return a vault file with an older document, under the current key and slots.

        Raises:
            CryptoError, NotSavedError, ValueError: it can't be encrypted.
        """
        known = self._known()
        header = replace(known.envelope, generation=generation - 1)
        document = replace(document, recovery=self._document.recovery)
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
                self._write(self._known(), self._document, None)
        except OSError as error:
            raise VaultError(
                f"Couldn't create the vault {self._store.name}: {why(error)}."
            ) from None

    def file_locked(self) -> AbstractContextManager[None]:
        """Keep other programs from writing the vault, as `Store.locked`."""
        return self._store.locked()

    def close(self) -> None:
        """Drop the key and the document, after any change in progress."""
        from tui.vault.document import Document

        with self._writing:
            self._on_disk = None
            self._document = Document()

    def _known(self) -> UnlockedState:
        if self._on_disk is None:
            raise VaultError("The vault is locked.")
        return self._on_disk

    def _accepts_older(self) -> bool:
        """Ask if a refused save may go on; the answer is remembered."""
        older, self.asks_older = self._older, True
        accepted = older is not None and self.accept_older_if(older)
        if accepted:
            self.accept_older()
        return accepted

    def _commit(self, change: Change, *, keep: bool, above: int = 0) -> None:
        try:
            self._try_to_commit(change, keep=keep, above=above)
        except OlderVaultError:
            # Copy counts are not worth a question.
            if (keep and self._saved) or not self._accepts_older():
                raise
            self._try_to_commit(_as_it_is if keep else change, keep=keep, above=above)

    def _try_to_commit(self, change: Change, *, keep: bool, above: int) -> None:
        with self._writing:
            known = self._known()
            after: Document | None = None
            try:
                with self._store.locked():
                    known, current = self._merge_in(known)
                    self.asks_password = False
                    after = self._after(change)
                    same = after is self._document
                    if same and self._saved and not self._has_later:
                        return
                    # What isn't kept in memory is the next counter of an entry.
                    minor = self._saved and (same or not keep)
                    if above > known.envelope.generation:
                        known = replace(known, envelope=replace(known.envelope, generation=above))
                    self._write(known, after, current, minor=minor)
            except (OSError, NotSavedError, ForeignFileError) as error:
                self.asks_password = isinstance(error, NewPasswordError)
                if keep:
                    after = self._after(change) if after is None else after
                    refused = isinstance(error, OlderVaultError) and after is not self._document
                    if refused and self._refused is None:
                        self._refused = self._document, self._saved
                    self._saved = self._saved and after is self._document
                    self._document = after
                raise self._not_saved(error) from None

    def _put_slots(self, new: NewSlots) -> None:
        try:
            self._try_to_put_slots(new)
        except OlderVaultError:
            if not self._accepts_older():
                raise
            self._try_to_put_slots(new)

    def _try_to_put_slots(self, new: NewSlots) -> None:
        with self._writing:
            try:
                with self._store.locked():
                    known, current = self._merge_in(self._known())
                    self._write(*new.put(known, self._document), current)
            except ForeignFileError as error:
                raise NotSavedError(f"Nothing was changed: {error}") from None
            except OSError as error:
                raise new.not_saved(self._store, why(error)) from None

    def _after(self, change: Change) -> Document:
        """Return the changed document, without an undo record that the change invalidated."""
        before = self._document
        after = change(before)
        if after is before or not after.preferences:
            return after
        from tui.vault.undo import without_stale_undo

        return without_stale_undo(before, after)

    def _merge_in(self, known: UnlockedState) -> tuple[UnlockedState, bytes | None]:
        """Merge in the changes of other programs; return the file's state and bytes.

        The slots of a file that is not newer are ignored: it may be from before a new password.

        Raises:
            OlderVaultError: the file and what we know are older than the one last used here.
        """
        found, current = read_state(self._store, known)
        self._refuse_older(known, found)
        if found is known:
            return known, current
        if found.envelope.generation > known.envelope.generation:
            self._on_disk = self._merge(known, found)
        else:
            self._on_disk = self._rejoin(known, found)
        return self._on_disk, current

    def _take_over(self, known: UnlockedState, found: UnlockedState) -> None:
        """Merge in a newer file; warn of any other."""
        generation = found.envelope.generation
        older = self._seen.opened(generation, found.digest)
        if found is known or generation > known.envelope.generation:
            self._older = older
            if older is not None:
                self._store.warn(older.sentence)
            if found is not known:
                self._on_disk = self._merge(known, found)
        elif older is not None and older.sure and known.envelope.generation < older.seen:
            self._older = older
            self._store.warn(older.sentence)
        else:
            what = Older(generation, known.envelope.generation, found.digest.hex()).what
            self._store.warn(
                f"The file in the vault's place is {what}. The next change saves both, merged."
            )

    def _refuse_older(self, known: UnlockedState, found: UnlockedState) -> None:
        older = self._seen.compare(found.envelope.generation, found.digest)
        if older is None or not older.sure or known.envelope.generation >= older.seen:
            return
        self._older = older
        raise OlderVaultError(f"Couldn't save the vault: it is {older.what}.")

    def _merge(self, known: UnlockedState, found: UnlockedState) -> UnlockedState:
        """Merge in a file of a higher generation, which may come from a machine without ours."""
        from tui.vault.history import contains
        from tui.vault.merge import merge

        self.merges += 1
        self._refused = None
        later = contains(found.document.history, known.digest)
        if later:
            self._document = merge(known.document, self._document, found.document)
        else:
            self._document = self._merged_apart(known, found)
        same = self._document == found.document
        # If everything was saved, any difference is from `change_later`.
        self._saved = same or (later and self._saved)
        self._has_later = self._has_later and not same
        return found

    def _merge_other_key(self, known: UnlockedState, found: UnlockedState) -> UnlockedState:
        """Merge in a file under another key; return the state with the newer key and slots.

        Raises:
            VaultError: it is unknown which key is newer; nothing was merged.
        """
        from tui.vault.versions import has_newer_key, older_files

        newer = has_newer_key(found, known, older_files(self.path, known.envelope.vault_id))
        if newer is None:
            raise VaultError(
                "The vault was saved too often since to tell which password is newer.",
                "Lock it, and unlock it with this password.",
            )
        merged = self._merge(known, found)
        if newer:
            return merged
        self._saved = False
        self._store.warn(
            "The vault was replaced by a version with another password, which is not newer."
            " Both were merged, and your password stays."
        )
        header = replace(known.envelope, generation=found.envelope.generation)
        return replace(found, envelope=header, key=known.key)

    def _merged_apart(self, known: UnlockedState, found: UnlockedState) -> Document:
        """Return the merge with a file that doesn't descend from ours, by their common ancestor."""
        from tui.vault.merge import merge, rejoin
        from tui.vault.versions import Versions, older_files

        states = (known, found)
        opened = {state.id: state.document for state in states}
        files = older_files(self.path, known.envelope.vault_id)
        _, base = Versions(files, (known.key, found.key), opened).common(
            self._document, found.document
        )
        if base is not None:
            return merge(base, self._document, found.document)
        return rejoin(known.document, self._document, found.document)

    def _rejoin(self, known: UnlockedState, found: UnlockedState) -> UnlockedState:
        """Merge in a file that is not newer, and keep our slots."""
        self.merges += 1
        self._document = self._merged_apart(known, found)
        self._saved = False
        self._store.warn(
            "The vault was replaced by an older file"
            f" (generation {found.envelope.generation}, last seen {known.envelope.generation})."
            " Both were merged; the older file is in the folder “backups”."
        )
        return replace(found, envelope=known.envelope)

    def _write(
        self,
        known: UnlockedState,
        document: Document,
        current: bytes | None,
        *,
        minor: bool = False,
    ) -> None:
        state, data = next_state(known, document)
        was_missing = current is None and self._store.existed
        self._store.replace(data, current, minor=minor)
        if was_missing:
            self._store.warn(f"The vault {self._store.name} was missing, so it was written again.")
        self._on_disk = state
        self._seen.saved(state.envelope.generation, state.digest)
        self._older = self._refused = None
        self._document = state.document
        self._saved = True
        self._has_later = False

    def _not_saved(self, error: OSError | NotSavedError | ForeignFileError) -> NotSavedError:
        if isinstance(error, NotSavedError):
            return error
        if isinstance(error, OSError):
            return NotSavedError(
                f"Couldn't save the vault {self._store.name}: {why(error)}.", "Try again."
            )
        self._saved = False
        try:
            with self._store.locked():
                copy = self._store.write_conflict_copy(next_state(self._known(), self._document)[1])
        except OSError as failure:
            return NotSavedError(f"Couldn't save the vault: {error} {why(failure)}.")
        return ConflictError(
            f"Couldn't save the vault in its place: {error}",
            f"It was saved as {safe(str(copy), 200)} instead.",
        )


def _never(_older: Older) -> bool:
    return False


def _as_it_is(document: Document) -> Document:
    return document
