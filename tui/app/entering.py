"""What the form for an entry does to the vault: each a step that can be undone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.backup.plan import DEFAULT_CHOICES, Report, apply, plan
from tui.otp.entry import Binding, Category, Entry
from tui.text import plural
from tui.vault import categories, edit
from tui.vault.document import by_secret
from tui.vault.undo import with_undo

if TYPE_CHECKING:
    from tui.backup.model import Backup
    from tui.vault.document import Document


def add_entry(
    document: Document, entry: Entry, wanted: Mapping[Category, bool], moment: int
) -> Document:
    """Return `document` with a new entry; `wanted` and `moment` as in `edit_entry`.

    Raises:
        EntryError: the entry has no codes.
        UsageError: the name of a category is too long.
    """
    document, places = _categories(document, wanted)
    bindings = tuple(Binding(identity) for identity, inside in places.items() if inside)
    return edit.add(document, [replace(entry, categories=bindings)], moment)


def edit_entry(
    document: Document,
    before: Entry,
    changes: Mapping[str, Any],
    wanted: Mapping[Category, bool],
    moment: int,
) -> Document:
    """Return `document` with `changes`, by field, made to `before`.

    `wanted` maps categories to whether the entry is in them; those that do not exist yet are
    created. `moment` is the current Unix second.

    Raises:
        MatchError: the entry is not in the vault anymore.
        EntryError: the changed entry has no codes.
        UsageError: the name of a category is too long.
    """
    document, places = _categories(document, wanted)
    edited = edit.edit(document, before, changes, moment)
    return categories.assign(edited, {before.id}, places, moment)


def put_all(
    document: Document, backup: Backup, unticked: Collection[int], moment: int
) -> tuple[Document, Report]:
    """Return `document` with the entries of a text or a picture, as one step, and the report.

    What is here already is passed over. `unticked` are the places in the plan that stay out.
    """
    rows = plan(document, backup)
    ticked = [place for place in range(len(rows)) if place not in unticked]
    after, report = apply(document, backup, rows, DEFAULT_CHOICES, moment, ticked=ticked)
    if report.added:
        after = with_undo(document, after, f"addition of {plural(report.added, 'entry')}")
    return after, report


def told(report: Report) -> str:
    """Return what `put_all` did, for the user: `12 entries added, 2 already here.`"""
    others = [
        f"{count} {words}"
        for count, words in (
            (report.already_here, "already here"),
            (report.skipped - report.already_here, "left out"),
            (report.refused, "not read"),
        )
        if count
    ]
    if report.added:
        added = plural(report.added, "entry")
        return f"{', '.join([f'{added} added', *others])}."
    return f"Nothing was added: {', '.join(others) or 'there are no entries'}."


def lost(backup: Backup) -> str:
    """Return the first thing that a text or a picture did not give, as a sentence, or nothing."""
    first = next((f"{each.what}: {each.reason}." for each in backup.problems), "")
    return first[:1].upper() + first[1:]


def by_secrets(document: Document, but_for: Entry | None) -> dict[tuple[object, ...], Entry]:
    """Return the entries, `but_for` that one, by `by_secret`; of several the first."""
    own = but_for.id if but_for else ""
    return {by_secret(each): each for each in reversed(document.entries) if each.id != own}


def _categories(
    document: Document, wanted: Mapping[Category, bool]
) -> tuple[Document, dict[str, bool]]:
    """Return `document` with the missing categories, and `wanted` by their ids."""
    places: dict[str, bool] = {}
    for category, inside in wanted.items():
        here = _find(document, category)
        if here is None and inside:
            document = categories.create(document, category.name)
            here = _find(document, category)
        if here is not None:
            places[here.id] = inside
    return document, places


def _find(document: Document, wanted: Category) -> Category | None:
    """Return the category with that id, or else with that name."""
    for category in document.categories:
        if category.id == wanted.id:
            return category
    return next((one for one in document.categories if one.name == wanted.name), None)
