"""A generation of the open vault: reading it from the file, and encrypting the next one.

Slow modules are imported in functions, while the key is derived.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tui.crypto.digest import sha256
from tui.errors import (
    AuthenticationError,
    CryptoError,
    DamagedVaultError,
    ForeignFileError,
    NewerVaultError,
    NewPasswordError,
    NotSavedError,
    VaultError,
    VaultMissingError,
)
from tui.files import LIMIT
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.envelope import BACKUP_HINT, Envelope
from tui.vault.history import contains, file_id
from tui.vault.reader import MAX_GENERATION, VERSION

if TYPE_CHECKING:
    from tui.vault.document import Document
    from tui.vault.store import Store


@dataclass(frozen=True, slots=True)
class UnlockedState:
    """The state of an open vault. Its repr shows no secret."""

    envelope: Envelope
    """The header of the file on the disk, without the payload."""
    key: bytes = field(repr=False)
    """The vault key."""
    document: Document = field(repr=False)
    """The contents of the file."""
    digest: bytes = field(default=b"", repr=False)
    """SHA-256 of the file; empty if there is no file."""

    @property
    def id(self) -> str:
        """How histories name the file; "" if there is no file."""
        own = (one for one in self.document.history if contains([one], self.digest))
        return next(own, "")


def decrypt(envelope: Envelope, key: bytes, name: str) -> Document:
    """Return the document in the payload.

    Raises:
        DamagedVaultError: the key is wrong, the file was changed, or the payload is not a document.
    """
    from tui.vault import document as documents

    try:
        plaintext = seal.open_payload(envelope, key)
    except AuthenticationError:
        raise DamagedVaultError(
            f"{name} is damaged: the password is right, but the contents were changed.",
            BACKUP_HINT,
        ) from None
    return documents.read(plaintext, name)


def encrypt(state: UnlockedState, document: Document) -> tuple[Envelope, bytes]:
    """Return the next generation of the vault: its header without payload, and the file.

    Raises:
        CryptoError: the ciphertext doesn't decrypt to the document.
        NotSavedError: the document has too many parts.
        TypeError, ValueError, RecursionError: JSON can't represent the document.
    """
    from tui.vault import document as documents
    from tui.vault.recovery_keys import of_slots

    generation = state.envelope.generation + 1
    following = replace(state.envelope, generation=generation, version=VERSION)
    own = replace(document, recovery=of_slots(document.recovery, following.slots))
    sealed = seal.seal(following, state.key, documents.write(own))
    return replace(sealed, payload=b""), envelopes.serialize(sealed)


def read_state(store: Store, known: UnlockedState) -> tuple[UnlockedState, bytes | None]:
    """Return the current state of the file, and its bytes (None if it is missing).

    The state is `known` itself unless another program changed the file.

    Raises:
        ForeignFileError: it is damaged, another vault, a newer one, or an older one under a key
            of before.
        NewPasswordError: a newer file is under another key, e.g. that of a new password.
        NotSavedError: it can't be read.
    """
    try:
        current = store.read()
    except VaultMissingError:
        return known, None
    except DamagedVaultError as error:
        raise ForeignFileError(str(error)) from None
    except VaultError as error:
        raise NotSavedError(f"Couldn't save the vault: {error}", error.hint) from None
    found_digest = digest(current)
    if found_digest == known.digest:
        return known, current
    name = f"The vault {store.name}"
    try:
        found = envelopes.parse(current, name)
        if found.vault_id != known.envelope.vault_id:
            raise ForeignFileError(f"{name} was replaced by another vault.")
        if not _has_key(found, known, found_digest, name):
            header = replace(known.envelope, generation=found.generation)
            return UnlockedState(header, known.key, known.document, found_digest), current
        document = decrypt(found, known.key, name)
    except (DamagedVaultError, NewerVaultError) as error:
        raise ForeignFileError(str(error)) from None
    return unlocked(found, known.key, document, found_digest), current


def _has_key(found: Envelope, known: UnlockedState, found_digest: bytes, name: str) -> bool:
    """Tell a file under another vault key, which has other slots, from one that is damaged.

    Returns False for a version that ours descends from: it has nothing that ours lacks.

    Raises:
        ForeignFileError: any other file that is not newer.
        NewPasswordError: the file is newer.
    """
    ours = {slot.wrapped_key for slot in known.envelope.slots}
    if any(slot.wrapped_key in ours for slot in found.slots):
        return True
    try:
        seal.open_payload(found, known.key)
    except AuthenticationError:
        if found.generation > known.envelope.generation:
            raise NewPasswordError(
                "Couldn't save the vault: another program saved it with another password.",
                "Enter that password.",
            ) from None
        if contains(known.document.history, found_digest):
            return False
        raise ForeignFileError(
            f"{name} was replaced by another version, which an old password opens."
        ) from None
    return True


def unlocked(envelope: Envelope, key: bytes, document: Document, digest: bytes) -> UnlockedState:
    """Return the state of a file, whose document from now on descends from it."""
    document = document.descending([file_id(envelope.generation, digest)])
    return UnlockedState(replace(envelope, payload=b""), key, document, digest)


def next_state(known: UnlockedState, document: Document) -> tuple[UnlockedState, bytes]:
    """Return the state after a save of `document`, and the bytes to save.

    Raises:
        NotSavedError: it can't be encrypted, or the file would be too large or have too high a
            generation.
    """
    if known.envelope.generation >= MAX_GENERATION:
        raise NotSavedError(
            "Couldn't save the vault: it, or a copy of it, has the highest generation.",
            "Export its entries, and import them into a new vault.",
        )
    if known.id:
        document = document.descending([known.id])
    try:
        envelope, data = encrypt(known, document)
    except CryptoError as error:
        raise NotSavedError(f"Couldn't save the vault: {error}.") from None
    except (TypeError, ValueError, RecursionError):
        raise NotSavedError("Couldn't save the vault: JSON can't represent its contents.") from None
    if len(data) > LIMIT:
        raise NotSavedError(
            f"Couldn't save the vault: it would be larger than {LIMIT // 2**20} MiB.",
            "Delete entries or large icons.",
        )
    return unlocked(envelope, known.key, document, digest(data)), data


def digest(data: bytes) -> bytes:
    """Return the SHA-256 of the file."""
    return sha256(data)
