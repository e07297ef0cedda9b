"""Merge of three vault files into one, as git asks a merge driver to do. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tui.errors import UsageError, VaultError
from tui.files import LIMIT
from tui.vault import envelope as envelopes
from tui.vault import seal
from tui.vault.changes import both_sentence, changes
from tui.vault.counters import with_highest_counters
from tui.vault.merge import merge
from tui.vault.merge_by_age import merge_by_age
from tui.vault.reader import MAX_GENERATION, VERSION
from tui.vault.recovery_keys import of_slots
from tui.vault.undo import without_undo

if TYPE_CHECKING:
    from tui.vault.document import Document
    from tui.vault.envelope import Envelope
    from tui.vault.versions import VaultFile


def merged_file(
    base: VaultFile | None, ours: VaultFile, theirs: VaultFile, key: bytes
) -> tuple[bytes, str]:
    """Return a vault file with the changes of both sides since `base`, as a new generation.

    The second item is a notice for the user, or "".

    Raises:
        UsageError: they are not of one vault.
        VaultError: one of them is damaged or has another key, or the result is too large.
    """
    from tui.vault.document import write
    from tui.vault.versions import opens

    files = [ours, theirs] if base is None else [base, ours, theirs]
    if len({file.envelope.vault_id for file in files}) > 1:
        raise UsageError("The files are not versions of one vault.")
    if not {*_wrapped(ours)} & {*_wrapped(theirs)} and not (
        opens(ours, key) and opens(theirs, key)
    ):
        raise VaultError(
            "The password was changed on one side.",
            "Merge the files with otp-tui merge, which asks for both passwords.",
        )
    ancestor = base if base is not None and opens(base, key) else None
    our, their = ours.open(key), theirs.open(key)
    document = without_undo(_merged(ancestor, our, their, key))
    generation = max(file.envelope.generation for file in files) + 1
    if generation > MAX_GENERATION:
        raise VaultError("The vault was saved too often.")
    slots = _slots(base, ours, theirs).slots
    envelope = replace(ours.envelope, slots=slots, generation=generation, version=VERSION)
    own = replace(document, recovery=of_slots(document.recovery, slots))
    data = envelopes.serialize(seal.seal(envelope, key, write(own)))
    if len(data) > LIMIT:
        raise VaultError("The merged vault would be too large.")
    return data, both_sentence(changes(our, document, their))


def _wrapped(file: VaultFile) -> list[bytes]:
    return [slot.wrapped_key for slot in file.envelope.slots]


def _merged(base: VaultFile | None, ours: Document, theirs: Document, key: bytes) -> Document:
    if base is None:
        return merge_by_age(ours, theirs)
    common = base.open(key)
    merged = merge(common, ours, theirs)
    if base.id in ours.history and base.id in theirs.history:
        return merged
    # A commit can also go back to an older file. No counter may go back with it.
    return with_highest_counters(merged, common, ours, theirs)


def _slots(base: VaultFile | None, ours: VaultFile, theirs: VaultFile) -> Envelope:
    """Return the header with the slots to keep: those of the side that changed the password."""
    if base is not None and ours.envelope.slots == base.envelope.slots:
        return theirs.envelope
    if base is not None and theirs.envelope.slots == base.envelope.slots:
        return ours.envelope
    return max(ours.envelope, theirs.envelope, key=lambda one: one.generation)
