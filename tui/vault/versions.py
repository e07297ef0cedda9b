"""Other files of a vault, e.g. its older copies, and which of them two documents come from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import AuthenticationError, DamagedVaultError, FileError, VaultError
from tui.files import read_limited
from tui.text import safe
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.backups import Backups
from tui.vault.counters import with_highest_counters
from tui.vault.envelope import Envelope, Slot
from tui.vault.history import contains, file_id, generation_of
from tui.vault.state import decrypt, digest

if TYPE_CHECKING:
    from tui.vault.document import Document
    from tui.vault.state import UnlockedState


@dataclass(frozen=True, slots=True)
class VaultFile:
    """A vault file that was read, still encrypted."""

    path: Path
    """Where it was read."""
    name: str
    """Its name, safe to show."""
    envelope: Envelope = field(repr=False)
    """Its contents."""
    digest: bytes = field(repr=False)
    """SHA-256 of its bytes."""

    @classmethod
    def read(cls, path: Path) -> VaultFile:
        """Read a vault file; links are followed, and nothing is changed.

        Raises:
            FileError: it can't be read.
            DamagedVaultError, NewerVaultError: it is not a valid vault.
        """
        name = safe(path.name, 80)
        data = read_limited(path)
        return cls(path, name, envelopes.parse(data, name), digest(data))

    @property
    def id(self) -> str:
        """How histories name it."""
        return file_id(self.envelope.generation, self.digest)

    def has_slot_of(self, slots: Iterable[Slot]) -> bool:
        """Return True if it has one of these slots, and so their vault key."""
        ours = {slot.wrapped_key for slot in slots}
        return any(slot.wrapped_key in ours for slot in self.envelope.slots)

    def open(self, key: bytes) -> Document:
        """Return its document, which descends from this file.

        Raises:
            DamagedVaultError: the key is another one, or the contents were changed.
        """
        return decrypt(self.envelope, key, self.name).descending([self.id])

    def remove(self) -> bool:
        """Delete the file, unless it changed; return False if it is still there."""
        try:
            if digest(read_limited(self.path)) != self.digest:
                return False
            self.path.unlink()
        except (FileError, OSError):
            return not os.path.lexists(self.path)
        return True


def opens(file: VaultFile, key: bytes) -> bool:
    """Return True if `key` is the vault key of the file."""
    try:
        seal.open_payload(file.envelope, key)
    except AuthenticationError:
        return False
    return True


def older_files(vault: Path, vault_id: str) -> tuple[VaultFile, ...]:
    """Return the older copies in the folder `backups` next to a vault, newest first."""
    return tuple(_older_files(vault, vault_id))


def has_ancestor(vault: Path, vault_id: str, document: Document) -> bool:
    """Return True if `document` descends from one of the older copies of a vault."""
    return any(file.id in document.history for file in _older_files(vault, vault_id))


def _older_files(vault: Path, vault_id: str) -> Iterator[VaultFile]:
    backups = Backups(vault)
    try:
        names = backups.kept()
    except OSError:
        return
    for name in names:
        try:
            file = VaultFile.read(backups.folder / name)
        except (FileError, VaultError):
            continue
        if file.envelope.vault_id == vault_id:
            yield file


def has_newer_key(
    found: UnlockedState, known: UnlockedState, files: Sequence[VaultFile]
) -> bool | None:
    """Return True if `found` has a vault key that replaced the one of `known`; None if unknown.

    A key is the older one if it opens a file that the other state descends from. If none of `files`
    shows that, it is newer only if `found` descends from `known`, which is unknown if the history
    of `found` doesn't reach as far back.
    """

    def replaced(old: UnlockedState, new: UnlockedState) -> bool:
        history = new.document.history
        return any(file.id in history and opens(file, old.key) for file in files)

    if replaced(found, known):
        return False
    history = found.document.history
    if contains(history, known.digest) or replaced(known, found):
        return True
    return None if generation_of(history[0]) > known.envelope.generation else False


class Versions:
    """Files of one vault by id, each decrypted when it is first needed."""

    def __init__(
        self, files: Iterable[VaultFile], keys: Iterable[bytes], opened: Mapping[str, Document]
    ) -> None:
        """`opened` has the documents that are already decrypted, by the id of their file."""
        self._files = {file.id: file for file in files}
        self._keys = tuple(dict.fromkeys(keys))
        self._opened: dict[str, Document | None] = dict(opened)

    def common(self, ours: Document, theirs: Document) -> tuple[str, Document | None]:
        """Return the id and the document of the newest file that both descend from.

        If that file is missing, the document has the parts of it that are certain. If there is no
        older one either, the result is "" and None. A copy that `rekey` encrypted again counts as
        the file that it was.
        """
        both = sorted({*ours.history} & {*theirs.history}, key=generation_of, reverse=True)
        for identity in both:
            document = self._open(identity) or self._rekeyed(identity)
            if document is not None and identity == both[0]:
                return identity, document
            if document is not None:
                from tui.vault.ancestor import known_parts

                return both[0], known_parts(document, self._after(both[0], ours), theirs)
        return "", None

    def documents(self, without: Collection[str] = ()) -> Iterator[Document]:
        """Return the documents of all files that open, but not of those with the ids `without`."""
        for identity in [one for one in self._files if one not in without]:
            document = self._open(identity)
            if document is not None:
                yield document

    def with_highest_counters(self, document: Document, ids: Collection[str]) -> Document:
        """Return `document`, where no counter of these entries is below that in a file."""
        raised = with_highest_counters(document, *self.documents())
        highest = {entry.id: entry for entry in raised.everything}
        return document.holding(
            highest[entry.id] if entry.id in ids else entry for entry in document.everything
        )

    def _after(self, identity: str, ours: Document) -> Document:
        """Return the oldest document of ours that descends from a file that is missing."""
        known = [one for one in ours.history if one in self._files or one in self._opened]
        for one in sorted(known, key=generation_of):
            document = self._open(one) if generation_of(one) > generation_of(identity) else None
            if document is not None and identity in document.history:
                return document
        return ours

    def _rekeyed(self, identity: str) -> Document | None:
        """Return the document of a copy that descends from a file of its own generation."""
        for own, file in self._files.items():
            if file.envelope.generation == generation_of(identity):
                document = self._open(own)
                if document is not None and identity in document.history:
                    return document
        return None

    def _open(self, identity: str) -> Document | None:
        if identity not in self._opened:
            file = self._files.get(identity)
            self._opened[identity] = None if file is None else self._decrypt(file)
        return self._opened[identity]

    def _decrypt(self, file: VaultFile) -> Document | None:
        for key in self._keys:
            try:
                return file.open(key)
            except DamagedVaultError:
                continue
        return None
