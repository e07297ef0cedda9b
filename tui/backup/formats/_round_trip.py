"""Export plans for formats that store entries one by one, made by a trial write and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from tui.backup.formats._entries import category_name
from tui.backup.model import Backup, ExportPlan, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import Binding, Category, Entry, category_id
from tui.text import safe


def plan_round_trip(
    backup: Backup,
    reread: Callable[[Entry], Entry],
    most_categories: int = 0,
    *,
    drops_empty: bool = False,
) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back.

    `reread` writes and reads an entry; it raises EntryError if the format can't store it.
    `most_categories` is how many categories of an entry the format stores, by name. With
    `drops_empty`, categories without entries are left out.
    """
    categories, names = stored_categories(backup) if most_categories else ((), {})
    kept: list[Entry] = []
    left_out: list[Problem] = []
    changed: list[Problem] = []
    for entry in sorted(backup.entries, key=lambda each: each.ranking):
        try:
            found = reread(entry)
        except EntryError as error:
            left_out.append(Problem(entry.label, str(error)))
            continue
        for change in _changes(entry, found):
            changed.append(Problem(entry.label, change, refused=False))
        bound: tuple[Binding, ...] = ()
        if most_categories:
            ids = dict.fromkeys(
                category_id(names[each.category])
                for each in entry.categories
                if each.category in names
            )
            bound = tuple(map(Binding, ids))[:most_categories]
            if len(bound) < len(entry.categories):
                left = len(entry.categories) - len(bound)
                change = f"it is removed from {left} of its {len(entry.categories)} categories"
                changed.append(Problem(entry.label, change, refused=False))
        kept.append(replace(found, id=entry.id, ranking=len(kept), categories=bound))
    if drops_empty:
        used = {place.category for entry in kept for place in entry.categories}
        filled = [category for category in categories if category.id in used]
        categories = tuple(replace(each, ranking=at) for at, each in enumerate(filled))
    return ExportPlan(Backup(tuple(kept), categories), tuple(left_out), tuple(changed))


def check_all_fit(plan: ExportPlan, label: str) -> None:
    """Check that nothing is left out; `label` is the name of the format or its app.

    Raises:
        FormatError: an entry is left out; the message names the first one.
    """
    if plan.left_out:
        first, others = plan.left_out[0], len(plan.left_out) - 1
        more = f" and {others} more" if others else ""
        raise FormatError(f"{label} can't store {first.what}{more}: {first.reason}.")


def stored_categories(backup: Backup) -> tuple[tuple[Category, ...], dict[str, str]]:
    """Return the categories in the user's order as `Collector` reads them, and names by their id.

    Their names are cleaned, their rankings count from 0; those without a name are left out.
    """
    made: dict[str, Category] = {}
    names: dict[str, str] = {}
    for each in sorted(backup.categories, key=lambda category: category.ranking):
        name = category_name(each.name)
        if name:
            names[each.id] = name
            right = category_id(name)
            made.setdefault(right, Category(right, name, len(made)))
    return tuple(made.values()), names


def _changes(entry: Entry, found: Entry) -> Iterator[str]:
    for name, before, after in (
        ("issuer", entry.issuer, found.issuer),
        ("account", entry.account or "", found.account or ""),
    ):
        if before != after:
            yield f"its {name} becomes “{safe(after, 64)}”"
    if entry.secret.given != found.secret.given:
        yield "its secret is written in uppercase, without spaces, dashes or padding"
