"""The contents of an open vault and the version of its file that they come from: merges, saves.

Fast to import: slow modules are imported while the key is derived.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tui.errors import (
    ConflictError,
    ForeignFileError,
    NewPasswordError,
    NotSavedError,
    OlderVaultError,
    ReplacedMeanwhileError,
    VaultError,
)
from tui.files import remedy, why
from tui.text import safe
from tui.vault import envelope as envelopes
from tui.vault.new_slots import NewSlots
from tui.vault.seen import Older, Seen
from tui.vault.state import UnlockedState, digest, next_state, read_state
from tui.vault.store import Store

if TYPE_CHECKING:
    from tui.vault.document import Document

_ATTEMPTS = 3
"""How often a save is tried while files arrive."""

Change = Callable[["Document"], "Document"]
"""A function from a document to the next. It may be called twice, with different documents."""


class Current:
    """The document of an open vault, and what is known of its file.

    `Vault` calls one method at a time: nothing here locks out other threads.
    """

    def __init__(self, store: Store, state: UnlockedState) -> None:
        self.document = state.document
        """The contents, saved or not."""
        self.saved = True
        """True if all changes but those of `change_later` are saved."""
        self.has_later = False
        """True if there are changes of `change_later`."""
        self.seen = Seen(state.envelope.vault_id, store.path)
        """What this machine remembers of the vault."""
        self.older: Older | None = None
        """How the file differs from the one last used here, if it is not that one or newer."""
        self.merges = 0
        """Number of times that another program's changes were merged in."""
        self.asks_password = False
        """True if another program saved the file under another key."""
        self._store = store
        self._on_disk: UnlockedState | None = state
        self._doubtful = False
        """True if the file was missing or damaged when it was last looked at."""
        self._refused: tuple[Document, bool] | None = None
        """The document before the changes that an older file refused, and if it was saved."""

    @property
    def known(self) -> UnlockedState:
        """The file as it was last read or written.

        Raises:
            VaultError: the vault is locked.
        """
        if self._on_disk is None:
            raise VaultError("The vault is locked.")
        return self._on_disk

    def compared(self, state: UnlockedState, history: Sequence[str] = ()) -> Older | None:
        """Remember a file that was read; return how it differs from the one last used here.

        It doesn't if that was saved by another program after the file was read.
        """
        older = self.seen.opened(state.envelope.generation, state.digest, history)
        if older is not None and self._store.changed and self._read_generation() >= older.seen:
            return None
        return older

    def _read_generation(self) -> int:
        """Return the generation of the file in place, which still counts as changed; -1 if it is
        not a valid vault."""
        try:
            return envelopes.parse(self._store.read(), "").generation
        except VaultError:
            return -1
        finally:
            self._store.forget()

    def is_in_place(self) -> bool:
        """Return True if the file is the one that was last read or written."""
        try:
            return digest(self._store.read()) == self.known.digest
        except VaultError:
            return False

    def drop(self) -> None:
        """Forget the key and the document."""
        from tui.vault.document import Document

        self._on_disk = None
        self.document = Document()

    # --- changes -----------------------------------------------------------------------------

    def change_later(self, change: Change) -> None:
        """Apply `change` in memory only."""
        _ = self.known
        before, self.document = self.document, change(self.document)
        self.has_later = self.has_later or self.document is not before

    def commit(self, change: Change, *, keep: bool, above: int) -> None:
        """Apply `change` and save, with a generation above `above`.

        With `keep`, the change stays in memory if it can't be saved. A file that arrives during the
        save, from a program that doesn't know the lock, is merged in.

        Raises:
            NotSavedError, OlderVaultError, ConflictError: as `Vault.change`.
        """
        attempts = _ATTEMPTS
        while True:
            attempts -= 1
            try:
                self._save(change, keep=keep, above=above)
                return
            except (OSError, NotSavedError, ForeignFileError) as error:
                if attempts and isinstance(error, ReplacedMeanwhileError):
                    continue
                self.asks_password = isinstance(error, NewPasswordError)
                if keep:
                    self._keep(change, refused=isinstance(error, OlderVaultError))
                raise self._not_saved(error) from None

    def _save(self, change: Change, *, keep: bool, above: int) -> None:
        with self._store.locked():
            known, current = self._merge_in(self.known)
            self.asks_password = False
            after = self._after(change)
            same = after is self.document
            if same and self.saved and not self.has_later and current is not None:
                return
            # What isn't kept in memory is the next counter of an entry.
            minor = self.saved and (same or not keep) and self._has_ancestor(known)
            if above > known.envelope.generation:
                known = replace(known, envelope=replace(known.envelope, generation=above))
            self.write(known, after, current, minor=minor)

    def _keep(self, change: Change, *, refused: bool) -> None:
        """Apply a change that couldn't be saved in memory; `refused` is True for an older file."""
        after = self._after(change)
        if refused and after is not self.document and self._refused is None:
            self._refused = self.document, self.saved
        self.saved = self.saved and after is self.document
        self.document = after

    def put_slots(self, new: NewSlots) -> None:
        """Save with other slots, and the key that they open.

        Raises:
            NotSavedError, OlderVaultError: nothing is left to save.
        """
        try:
            with self._store.locked():
                known, current = self._merge_in(self.known)
                self.write(*new.put(known, self.document), current)
        except NewPasswordError as error:
            said = "Nothing was changed: another program saved the vault with another password."
            raise NewPasswordError(said, error.hint) from None
        except ForeignFileError as error:
            raise NotSavedError(f"Nothing was changed: {error}") from None
        except OSError as error:
            raise new.not_saved(self._store, why(error)) from None

    def decline_older(self) -> None:
        """Revert the changes that were refused because the file is older."""
        if self._refused is not None:
            (self.document, self.saved), self._refused = self._refused, None

    def write(
        self,
        known: UnlockedState,
        document: Document,
        current: bytes | None,
        *,
        minor: bool = False,
    ) -> None:
        """Save `document` as the next generation of `known`, in place of the bytes `current`.

        Raises:
            NotSavedError, OSError: as `Store.replace`.
        """
        state, data = next_state(known, document)
        was_missing = current is None and self._store.existed
        self._store.replace(data, current, minor=minor)
        if was_missing:
            self._store.warn(f"The vault {self._store.name} was missing, so it was written again.")
        self._on_disk = state
        self.seen.saved(state.envelope.generation, state.digest)
        self.older = self._refused = None
        self.document = state.document
        self.saved = True
        self.has_later = False

    def _has_ancestor(self, known: UnlockedState) -> bool:
        """Return True if an older copy is kept that the file descends from, to merge by."""
        from tui.vault.versions import has_ancestor

        return has_ancestor(self._store.path, known.envelope.vault_id, known.document)

    def _after(self, change: Change) -> Document:
        """Return the changed document, without an undo record that the change invalidated."""
        before = self.document
        after = change(before)
        if after is before or not after.preferences:
            return after
        from tui.vault.undo import without_stale_undo

        return without_stale_undo(before, after)

    def _not_saved(self, error: OSError | NotSavedError | ForeignFileError) -> NotSavedError:
        if isinstance(error, NotSavedError):
            return error
        if isinstance(error, OSError):
            return NotSavedError(
                f"Couldn't save the vault {self._store.name}: {why(error)}.", remedy(error)
            )
        self.saved = False
        try:
            with self._store.locked():
                copy = self._store.write_conflict_copy(next_state(self.known, self.document)[1])
        except OSError as failure:
            return NotSavedError(f"Couldn't save the vault: {error} {why(failure)}.")
        return ConflictError(
            f"Couldn't save the vault in its place: {error}",
            f"It was saved as {safe(str(copy), 200)} instead.",
        )

    # --- what other programs saved -----------------------------------------------------------

    def refresh(self) -> None:
        """Take over what another program saved; write nothing.

        Raises:
            ConflictError, NotSavedError: as `Vault.refresh`.
        """
        known, doubtful = self.known, self._doubtful
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
            self._store.warn(f"The vault {name} is missing. The next save writes it again.")
        else:
            self._store.forget()

    def take_other_key(self, found: UnlockedState) -> None:
        """Merge in a file that was opened with its password; write nothing.

        Raises:
            VaultError: it is another vault, an older file, or it is unknown which key is newer.
        """
        known = self.known
        if found.envelope.vault_id != known.envelope.vault_id:
            raise VaultError("The vault was replaced by another vault.")
        if found.key != known.key:
            if found.envelope.generation <= known.envelope.generation:
                raise VaultError("The vault was replaced by an older version.")
            self._on_disk = self._merge_other_key(known, found)
        self.asks_password = False

    def merged(self, ours: Document, found: UnlockedState) -> Document:
        """Return the merge of our contents with a file that may descend from what we know."""
        from tui.vault.merge_found import merge_found

        return merge_found(self._store.path, self.known, ours, found)

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
        older = self.compared(found)
        if found is known or generation > known.envelope.generation:
            self.older = older
            if older is not None:
                self._store.warn(older.sentence)
            if found is not known:
                self._on_disk = self._merge(known, found)
        elif older is not None and older.sure and known.envelope.generation < older.seen:
            self.older = older
            self._store.warn(older.sentence)
        else:
            what = Older(generation, known.envelope.generation, found.digest.hex()).what
            self._store.warn(f"The file in the vault's place is {what}. The next save merges both.")

    def _refuse_older(self, known: UnlockedState, found: UnlockedState) -> None:
        older = self.seen.compare(found.envelope.generation, found.digest)
        if older is None or not older.sure or known.envelope.generation >= older.seen:
            return
        self.older = older
        raise OlderVaultError(f"Couldn't save the vault: it is {older.what}.")

    def _merge(self, known: UnlockedState, found: UnlockedState) -> UnlockedState:
        """Merge in a file of a higher generation, which may come from a machine without ours."""
        from tui.vault.history import contains

        self.merges += 1
        self._refused = None
        later = contains(found.document.history, known.digest)
        self.document = self.merged(self.document, found)
        same = self.document == found.document
        # If everything was saved, any difference is from `change_later`.
        self.saved = same or (later and self.saved)
        self.has_later = self.has_later and not same
        return found

    def _merge_other_key(self, known: UnlockedState, found: UnlockedState) -> UnlockedState:
        """Merge in a file under another key; return the state with the newer key and slots.

        Raises:
            VaultError: it is unknown which key is newer; nothing was merged.
        """
        from tui.vault.versions import has_newer_key, older_files

        newer = has_newer_key(found, known, older_files(self._store.path, known.envelope.vault_id))
        if newer is None:
            raise VaultError(
                "The vault was saved too often since to tell which password is newer.",
                "Lock it, and unlock it with this password.",
            )
        merged = self._merge(known, found)
        if newer:
            return merged
        self.saved = False
        self._store.warn(
            "The vault was replaced by a version with another password, which is not newer."
            " Both were merged, and your password stays."
        )
        header = replace(known.envelope, generation=found.envelope.generation)
        return replace(found, envelope=header, key=known.key)

    def _rejoin(self, known: UnlockedState, found: UnlockedState) -> UnlockedState:
        """Merge in a file that is not newer, and keep our slots."""
        self.merges += 1
        self.document = self.merged(self.document, found)
        self.saved = False
        self._store.warn(
            "The vault was replaced by an older file"
            f" (generation {found.envelope.generation}, last seen {known.envelope.generation})."
            " Both were merged; the older file is in the folder “backups”."
        )
        return replace(found, envelope=known.envelope)
