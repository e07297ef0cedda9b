"""The vault as screens and commands use it: `LockedVault`, and `Vault` once it is open.

Importing this costs little; what is heavy is imported while the key is derived.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tui.clock import Clock, SystemClock
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import (
    ConflictError,
    CryptoError,
    DamagedVaultError,
    NewerVaultError,
    NotSavedError,
    VaultError,
    VaultExistsError,
    VaultMissingError,
)
from tui.files import LIMIT, why
from tui.text import safe
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.envelope import Envelope, RecoverySlot, Slot
from tui.vault.store import Store
from tui.vault.unlock import UnlockedState, decrypt, encrypt, key_by_code, key_by_password

if TYPE_CHECKING:
    from tui.otp.codes import Code
    from tui.otp.entry import Entry
    from tui.vault.document import Document

Step = Callable[["Document"], "Document"]
"""A change: from a document to the next. It may run twice, on different documents."""


class LockedVault:
    """A vault whose file was read and whose header is sound, still encrypted."""

    def __init__(self, store: Store, clock: Clock, data: bytes) -> None:
        self._store = store
        self._clock = clock
        self._envelope = envelopes.parse(data, f"The vault {store.name}")
        self._digest = _digest(data)

    @classmethod
    def read(cls, path: str | os.PathLike[str], clock: Clock | None = None) -> LockedVault:
        """Read the vault at `path`; nothing is derived yet.

        Raises:
            VaultMissingError: there is none.
            NewerVaultError: made by a newer otp-tui.
            DamagedVaultError: its bytes are not those of a vault.
            VaultError: a link, a pipe, a folder, another user's, not readable.
        """
        clock = clock or SystemClock()
        store = Store(path, clock)
        return cls(store, clock, store.read())

    @property
    def path(self) -> Path:
        """Where the vault is."""
        return self._store.path

    @property
    def has_recovery_code(self) -> bool:
        """Whether a recovery code opens it, too."""
        return any(isinstance(slot, RecoverySlot) for slot in self._envelope.slots)

    def unlock(self, password: str, meanwhile: Callable[[], object] | None = None) -> Vault:
        """Open the vault with its password; `meanwhile` is called while the key is derived.

        Raises:
            WrongPasswordError: no slot opens with it, or the slot was changed.
            DamagedVaultError: the slot opens, but the rest was changed.
            CryptoError: no memory for the derivation.
        """
        name = f"the vault {self._store.name}"
        return self._open(key_by_password(self._envelope, password, name, meanwhile))

    def unlock_with_code(self, code: bytes) -> Vault:
        """Open the vault with a recovery code of 20 bytes.

        Raises:
            WrongPasswordError: no slot opens with it, or the slot was changed.
            DamagedVaultError: the slot opens, but the rest was changed.
        """
        return self._open(key_by_code(self._envelope, code, f"the vault {self._store.name}"))

    def _open(self, key: bytes) -> Vault:
        document = decrypt(self._envelope, key, f"The vault {self._store.name}")
        bare = replace(self._envelope, payload=b"")
        return Vault(self._store, self._clock, UnlockedState(bare, key, document, self._digest))


class Vault:
    """The open vault. `document` is a snapshot that never changes; `change` puts the next one.

    Safe to use from several threads. Made by `create`, `open` and `LockedVault.unlock`.
    """

    def __init__(self, store: Store, clock: Clock, opened: UnlockedState) -> None:
        self._store = store
        self._clock = clock
        self._on_disk: UnlockedState | None = opened
        self._document = opened.document
        self._saved = True
        self._quiet = False
        self._writing = threading.Lock()

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], password: str, params: Argon2Params, clock: Clock
    ) -> Vault:
        """Make a new, empty vault and its folder.

        Raises:
            VaultExistsError: there is something at `path` already; it is left alone.
            CryptoError: `params` are too weak or out of bounds, or there is no memory.
            VaultError: the system refused.
        """
        from tui.vault.document import Document

        kdf.check_write(params)
        secret = seal.password_bytes(password)
        store = Store(path, clock)
        _require_free(store)
        vault_id, key = os.urandom(16).hex(), os.urandom(seal.KEY_LENGTH)
        slot = seal.password_slot(vault_id, key, secret, params)
        empty = Document()
        vault = cls(store, clock, UnlockedState(Envelope(vault_id, 0, (slot,), b""), key, empty))
        store.make_folder()
        try:
            with store.locked():
                _require_free(store)
                vault._write(vault._known(), empty, None)
        except OSError as error:
            raise VaultError(f"The vault {store.name} cannot be made: {why(error)}.") from None
        return vault

    @classmethod
    def open(cls, path: str | os.PathLike[str], password: str, clock: Clock | None = None) -> Vault:
        """Read and unlock the vault at `path`.

        Raises:
            VaultError: as `LockedVault.read` and `LockedVault.unlock`.
        """
        return LockedVault.read(path, clock).unlock(password)

    @property
    def path(self) -> Path:
        """Where the vault is, resolved when it was opened."""
        return self._store.path

    @property
    def document(self) -> Document:
        """What the vault holds now, saved or not."""
        return self._document

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The document's entries."""
        return self._document.entries

    @property
    def saved(self) -> bool:
        """Whether the file holds all that the document does."""
        return self._saved

    @property
    def flushed(self) -> bool:
        """Whether the file holds what was changed quietly, too."""
        return self._saved and not self._quiet

    @property
    def changing(self) -> bool:
        """Whether another thread is changing it at the moment."""
        return self._writing.locked()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences that the user should read: no locks here, the file was open to others."""
        return tuple(self._store.warnings)

    def change(self, step: Step) -> None:
        """Apply `step` and save; when this returns the change is on the disk.

        What another program saved meanwhile is merged in first, and `step` is given the
        result, so it should change what it is given rather than return what it had prepared.
        What `step` raises comes through, and nothing is changed.

        Raises:
            NotSavedError: the change is in `document`, the file is the old one; the next
                `change` or `save` tries again.
            ConflictError: another vault is in the place of ours; ours is beside it.
        """
        self._commit(step, keep=True)

    def change_later(self, step: Step) -> None:
        """Apply `step` in memory alone; the next `change` or `save` writes it.

        For what is no loss if it gets lost: copy counts, the order of the list.
        """
        with self._writing:
            self._known()
            before, self._document = self._document, step(self._document)
            self._quiet = self._quiet or self._document is not before

    def save(self) -> None:
        """Try again to save what is not saved yet; also merges what others saved.

        Raises:
            NotSavedError: as `change`.
        """
        self._commit(lambda document: document, keep=True)

    def take_hotp(self, entry_id: str) -> Code:
        """Return the code of an HOTP entry's counter, after the next counter was saved.

        Decided with the lock held, on what is on the disk: no two programs get the same code.

        Raises:
            NotSavedError: no code is given, and the counter stays.
            MatchError: there is no such entry (any more).
            UsageError: it is not HOTP, or its counter is at its end.
        """
        from tui.otp.codes import code_at
        from tui.vault.edit import take_counter

        taken: list[Entry] = []

        def step(document: Document) -> Document:
            after, entry = take_counter(document, entry_id, int(self._clock.now()))
            taken[:] = [entry]
            return after

        self._commit(step, keep=False)
        return code_at(taken[0], self._clock.now())

    def change_password(self, password: str, params: Argon2Params) -> None:
        """Put one slot of a new password, derived at the cost of `params`, for all that were.

        The vault key and the recovery slot stay. Copies made before open with the old password.

        Raises:
            NotSavedError: the old password still holds; nothing waits to be saved.
            CryptoError: `params` are too weak or out of bounds, or there is no memory.
            UsageError: the password is not text.
        """
        known, secret = self._known(), seal.password_bytes(password)
        self._put_slot(seal.password_slot(known.envelope.vault_id, known.key, secret, params))

    def set_recovery_code(self, code: bytes) -> None:
        """Let a recovery code of 20 bytes open the vault, and no other one any more.

        Raises:
            NotSavedError: what opened the vault before still does, and nothing else.
        """
        known = self._known()
        self._put_slot(seal.recovery_slot(known.envelope.vault_id, known.key, code))

    def close(self) -> None:
        """Let go of the key and the document; a change that is under way ends first."""
        from tui.vault.document import Document

        with self._writing:
            self._on_disk = None
            self._document = Document()

    def _known(self) -> UnlockedState:
        if self._on_disk is None:
            raise VaultError("The vault is locked.")
        return self._on_disk

    def _commit(self, step: Step, *, keep: bool) -> None:
        with self._writing:
            known = self._known()
            changed: Document | None = None
            try:
                with self._store.locked():
                    known, current = self._catch_up(known)
                    changed = self._after(step)
                    small = changed is self._document and self._saved
                    if small and not self._quiet:
                        return
                    self._write(known, changed, current, small=small)
            except (OSError, NotSavedError, _ForeignError) as error:
                if keep:
                    changed = self._after(step) if changed is None else changed
                    self._saved = self._saved and changed is self._document
                    self._document = changed
                raise self._not_saved(error) from None

    def _put_slot(self, slot: Slot) -> None:
        """Save with `slot` in the place of those of its kind; passwords stand first."""
        with self._writing:
            try:
                with self._store.locked():
                    known, current = self._catch_up(self._known())
                    others = (one for one in known.envelope.slots if type(one) is not type(slot))
                    slots = sorted((slot, *others), key=lambda one: isinstance(one, RecoverySlot))
                    envelope = replace(known.envelope, slots=tuple(slots))
                    self._write(replace(known, envelope=envelope), self._document, current)
            except _ForeignError as error:
                raise NotSavedError(f"Nothing was changed: {error}") from None
            except OSError as error:
                raise NotSavedError(
                    f"Nothing was changed: {self._store.name} cannot be written: {why(error)}."
                ) from None

    def _after(self, step: Step) -> Document:
        """Return what `step` makes of the document; what undid the step before it goes."""
        before = self._document
        after = step(before)
        if after is before or not after.preferences:
            return after
        from tui.vault.undo import without_stale_undo

        return without_stale_undo(before, after)

    def _catch_up(self, known: UnlockedState) -> tuple[UnlockedState, bytes | None]:
        """Merge the file in if it is not the one we know; return it and its bytes."""
        try:
            current = self._store.read()
        except VaultMissingError:
            return known, None
        except DamagedVaultError as error:
            raise _ForeignError(str(error)) from None
        except VaultError as error:
            raise NotSavedError(f"The change is not saved: {error}", error.hint) from None
        digest = _digest(current)
        if digest == known.digest:
            return known, current
        from tui.vault.merge import merge, rejoin

        name = f"The vault {self._store.name}"
        try:
            found = envelopes.parse(current, name)
            if found.vault_id != known.envelope.vault_id:
                raise _ForeignError(f"{name} is another vault now.")
            theirs = decrypt(found, known.key, name)
        except (DamagedVaultError, NewerVaultError) as error:
            raise _ForeignError(str(error)) from None
        mine = known.envelope.generation
        grew = found.generation > mine
        self._document = (merge if grew else rejoin)(known.document, self._document, theirs)
        same = self._document == theirs
        # Where all was saved, what is new of ours was changed quietly.
        self._saved, self._quiet = same or (grew and self._saved), self._quiet and not same
        bare = replace(found, payload=b"", generation=max(found.generation, mine))
        self._on_disk = UnlockedState(bare, known.key, theirs, digest)
        return self._on_disk, current

    def _write(
        self,
        known: UnlockedState,
        document: Document,
        current: bytes | None,
        *,
        small: bool = False,
    ) -> None:
        envelope, data = _encrypted(known, document)
        self._store.replace(data, current, small=small)
        if current is None and known.digest:
            self._store.warn(f"The vault {self._store.name} was gone; it was written anew.")
        self._on_disk = UnlockedState(envelope, known.key, document, _digest(data))
        self._document = document
        self._saved = True
        self._quiet = False

    def _not_saved(self, error: OSError | NotSavedError | _ForeignError) -> NotSavedError:
        if isinstance(error, NotSavedError):
            return error
        if isinstance(error, OSError):
            return NotSavedError(
                f"The change is not saved: {self._store.name} cannot be written: {why(error)}.",
                "Try again.",
            )
        try:
            with self._store.locked():
                beside = self._store.write_beside(_encrypted(self._known(), self._document)[1])
        except OSError as failure:
            return NotSavedError(f"The change is not saved: {error} {why(failure)}.")
        return ConflictError(
            f"The change is not saved in its place: {error}",
            f"It was written to {safe(str(beside), 200)} instead.",
        )


class _ForeignError(Exception):
    """What is in the vault's place is not ours to write over; a whole sentence."""


def _encrypted(known: UnlockedState, document: Document) -> tuple[Envelope, bytes]:
    try:
        envelope, data = encrypt(known, document)
    except CryptoError as error:
        raise NotSavedError(f"The change is not saved: {error}.") from None
    except (TypeError, ValueError, RecursionError):
        raise NotSavedError("The change is not saved: it cannot be written as JSON.") from None
    if len(data) > LIMIT:
        raise NotSavedError(
            f"The change is not saved: the vault would be larger than {LIMIT // 2**20} MiB.",
            "Remove entries or large icons.",
        )
    return envelope, data


def _require_free(store: Store) -> None:
    if os.path.lexists(store.path):
        raise VaultExistsError(f"There is a file at {store.name} already.", "It was left alone.")


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
