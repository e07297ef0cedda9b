"""Undo and redo of the last step, from a record in the document, encrypted with the rest.

A step that can be undone leaves a record in the preferences: how to get back, and a digest of the
document after the step. Any other change, by any program, invalidates the digest and the record
with it. Undoing is itself such a step: undoing it redoes the first one. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

from tui.errors import EntryError, NothingToUndoError
from tui.otp.entry import Entry, label_of
from tui.text import safe
from tui.vault.document import Document
from tui.vault.undo_record import digest_of, raised, record_of, reverted

KEY = "undo"
"""The preference that stores the record."""

_UNDO_OF = "undoing of the "
"""How the label of an undo starts in the file."""


@dataclass(frozen=True, slots=True)
class Step:
    """The last step of a document, which `undo` undoes."""

    label: str
    """What it did, as the end of a sentence, safe to show: `deletion of GitHub (octocat)`."""
    is_undo: bool = False
    """True if it undid the step with that label, so that undoing it is a redo."""


# --- steps that can be undone ----------------------------------------------------------------


def undoable(
    change: Callable[[Document], Document], label: str, *, sets_counters: bool = False
) -> Callable[[Document], Document]:
    """Return `change` as a step that can be undone; `label` is as in `Step`.

    With `sets_counters`, the user entered the counters that it changes, and undo restores them.
    """

    def step(document: Document) -> Document:
        after = change(document)
        if after == document:
            return document
        return with_undo(document, after, label, sets_counters=sets_counters)

    return step


def undoable_as_one(
    change: Callable[[Document], Document], label: str, moment: int
) -> Callable[[Document], Document]:
    """Return `change` as a step that is undone together with its repetitions right before it."""

    def step(document: Document) -> Document:
        after = change(document)
        if after == document:
            return document
        repeated = last_step(document) == Step(label)
        return with_undo(_reverted(document, moment) if repeated else document, after, label)

    return step


def step_label(what: str, entries: Collection[Entry]) -> str:
    """Return the label of a step: `deletion of GitHub (octocat)`, or `deletion of 3 entries`."""
    return f"{what} of {label_of(entries)}"


def with_undo(
    before: Document, after: Document, label: str, *, sets_counters: bool = False
) -> Document:
    """Return `after` with the record of how to get back to `before`; arguments as `undoable`.

    A step that changes unknown parts, or too much, leaves no record and removes the previous one.
    """
    plain = without_undo(after)
    earlier = without_undo(before)
    if plain == earlier:
        return plain
    same = (before.unreadable, before.extra, before.kept)
    if same != (after.unreadable, after.extra, after.kept):
        return plain
    record = record_of(earlier, plain, label, sets_counters=sets_counters)
    if record is None:
        return plain
    record["mark"] = digest_of(plain, record)
    return replace(plain, preferences={**plain.preferences, KEY: record})


# --- undoing ---------------------------------------------------------------------------------


def last_step(document: Document) -> Step | None:
    """Return the step that `undo` would undo; None if there is nothing to undo."""
    record = document.preferences.get(KEY)
    if not isinstance(record, dict) or not isinstance(record.get("label"), str):
        return None
    rest = {key: value for key, value in record.items() if key != "mark"}
    try:
        if record.get("mark") != digest_of(without_undo(document), rest):
            return None
    except (AttributeError, EntryError, LookupError, TypeError, ValueError):
        # Another version wrote it, in a form that this one doesn't know.
        return None
    label = safe(record["label"], 200)
    return Step(label.removeprefix(_UNDO_OF), label.startswith(_UNDO_OF))


def undo(document: Document, moment: int, shown: Document | None = None) -> Document:
    """Return `document` as it was before its last step; a second call redoes the step.

    Copy counts keep later changes, and so do counters, so that no code is repeated: see
    `kept_counters`. `moment` is the current Unix time, `shown` the document that the user saw.

    Raises:
        NothingToUndoError: there is no step, or something else changed since, or the last step is
            not that of `shown`.
    """
    step = last_step(document)
    if shown is not None and mark_of(document) != mark_of(shown):
        what = "" if step is None else f"{_UNDO_OF if step.is_undo else ''}{step.label}"
        last = f"The last change is the {what}." if what else ""
        raise NothingToUndoError("Nothing was undone: another program changed the vault.", last)
    if step is None:
        raise NothingToUndoError("Nothing to undo.", "Only the last change can be undone.")
    label = step.label if step.is_undo else f"{_UNDO_OF}{step.label}"
    sets_counters = document.preferences[KEY].get("sets_counters") is True
    after = _reverted(document, moment)
    return with_undo(document, after, label, sets_counters=sets_counters)


def kept_counters(document: Document) -> str:
    """Return a sentence about counters that the last step raised and `undo` won't lower, or ""."""
    if last_step(document) is None:
        return ""
    kept = raised(document, document.preferences[KEY])
    if not kept:
        return ""
    words = "counters" if len(kept) > 1 else "counter"
    stay = "stay" if len(kept) > 1 else "stays"
    return f"The {words} of {label_of(kept)} {stay}, so that no code is repeated."


def without_undo(document: Document) -> Document:
    """Return `document` without the record of its last step."""
    if KEY not in document.preferences:
        return document
    rest = {key: value for key, value in document.preferences.items() if key != KEY}
    return replace(document, preferences=rest)


def without_stale_undo(before: Document, after: Document) -> Document:
    """Return `after` without the record that it inherited from `before`, if that is now invalid."""
    record = after.preferences.get(KEY)
    if record is None or record != before.preferences.get(KEY) or last_step(after) is not None:
        return after
    return without_undo(after)


def mark_of(document: Document) -> object:
    """Return what tells the last step of a document from others; None if there is none."""
    record = document.preferences.get(KEY)
    return record.get("mark") if isinstance(record, dict) else None


def _reverted(document: Document, moment: int) -> Document:
    return reverted(without_undo(document), document.preferences[KEY], moment)
