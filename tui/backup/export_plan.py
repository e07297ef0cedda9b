"""Export plans: which entries to export, what a format loses, and a comparison. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from tui.backup.formats.vault_copy import invalid_items
from tui.backup.match import code_fields
from tui.backup.model import Backup, ExportPlan, Format, Problem
from tui.otp.entry import Entry
from tui.otp.search import find
from tui.text import clean, listed, safe

if TYPE_CHECKING:
    from tui.vault.document import Document

UNNAMED = "Unnamed"
"""The issuer of an entry without any name, in a format that needs one."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A difference between what was written and what was read back."""

    what: str
    """The entry or list, safe to show."""
    field: str
    """The field that differs, as shown to the user."""


def select(
    document: Document,
    *,
    category: str | None = None,
    query: str = "",
    ids: Collection[str] | None = None,
) -> Backup:
    """Return the entries of `document` that match all arguments, in its order.

    `category` is the id of a category, `query` a search, `ids` the ids of entries. Without
    arguments, returns all entries, categories and icons, with invalid items of the vault as
    `problems`; otherwise only the categories and icons that the entries use.
    """
    if category is None and ids is None and not query.strip():
        return Backup(
            document.entries,
            document.categories,
            document.icons,
            invalid_items(document),
            document.profiles,
        )
    found = find(document.entries, document.categories, query)
    if category is not None:
        found = [each for each in found if category in {one.category for one in each.categories}]
    if ids is not None:
        chosen = frozenset(ids)
        found = [each for each in found if each.id in chosen]
    used = {place.category for each in found for place in each.categories}
    shown = {each.icon for each in found}
    return Backup(
        tuple(found),
        tuple(each for each in document.categories if each.id in used),
        tuple(each for each in document.icons if f"@{each.id}" in shown),
        profiles=document.profiles,
    )


def plan_export(target: Format, backup: Backup) -> ExportPlan:
    """Return what `target` can store of `backup`, what is left out, and what changes.

    Entries get the issuer that the format needs. Adds to the format's own plan the fields that it
    can't store of each entry, and the problems of `backup`.
    """
    if target.plan_export is None:
        raise ValueError(f"{target.name} can't be written")
    named = replace(backup, entries=tuple(_named(target, each) for each in backup.entries))
    plan = target.plan_export(named)
    held = {entry.id for entry in plan.backup.entries}
    pairs = [*zip(backup.entries, named.entries, strict=True)]
    labels = {now.label: was.label for was, now in pairs}
    given = (
        Problem(was.label, f"its issuer becomes “{safe(now.issuer, 64)}”", refused=False)
        for was, now in pairs
        if was.issuer != now.issuer and was.id in held
    )
    lost = (
        Problem(entry.label, f"without its {listed(names)}", refused=False)
        for entry in backup.entries
        if entry.id in held and (names := [*_lost(target, entry, backup)])
    )
    return replace(
        plan,
        left_out=(
            *_relabeled(plan.left_out, labels),
            *(each for each in backup.problems if each.refused),
        ),
        changed=(*given, *_relabeled(plan.changed, labels), *lost),
        notes=(*_relabeled(plan.notes, labels),),
    )


def compare(target: Format, written: Backup, read: Backup) -> Mismatch | None:
    """Return the first difference between what was written and what was read back.

    Compares names, the fields that determine codes, and all others that the format stores.
    """
    for problem in read.problems:
        return Mismatch(problem.what, problem.reason)
    if len(written.entries) != len(read.entries):
        return Mismatch("The file", f"{len(read.entries)} of {len(written.entries)} entries")
    for was, now in zip(written.entries, read.entries, strict=True):
        before, after = _held(target, was), _held(target, now)
        for field, value in before.items():
            if after.get(field) != value:
                return Mismatch(was.label, field)
    stored = target.holds | target.keeps
    if "categories" in stored and written.categories != read.categories:
        return Mismatch("The file", "categories")
    if "icon" in stored and written.icons != read.icons:
        return Mismatch("The file", "icons")
    return None


def suggested_name(target: Format, day: date) -> str:
    """Return a file name for an export made on `day`: `otp-tui-2026-11-21.authpro`."""
    return f"otp-tui-{day.isoformat()}{target.suffixes[0]}"


def _named(target: Format, entry: Entry) -> Entry:
    """Return `entry` with the issuer that the format needs: its account, or a placeholder."""
    account = clean(entry.account or "").strip()
    needed = target.needs_issuer or (target.needs_name and not account)
    if not needed or clean(entry.issuer).strip():
        return entry
    return replace(entry, issuer=account or UNNAMED)


def _relabeled(problems: Iterable[Problem], labels: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems of a plan with the names that the entries have in the vault."""
    for each in problems:
        yield replace(each, what=labels.get(each.what, each.what))


def _lost(target: Format, entry: Entry, backup: Backup) -> Iterator[str]:
    """Yield the names of the parts of `entry` that the format can't store at all.

    The mark for forwarding is not among them: it is a setting of this program.
    """
    own = entry.icon is not None and any(f"@{icon.id}" == entry.icon for icon in backup.icons)
    for field, name, there in (
        ("pin", "PIN", bool(entry.pin)),
        ("note", "note", bool(entry.note)),
        ("categories", "categories", bool(entry.categories)),
        ("icon", "custom icon", own),
        ("pinned", "pinned state", entry.pinned),
    ):
        if there and field not in target.holds | target.keeps:
            yield name


def _held(target: Format, entry: Entry) -> dict[str, object]:
    """Return the fields of `entry` that the format stores."""
    names = {"issuer": entry.issuer, "account": entry.account or ""}
    more = {field: getattr(entry, field) for field in target.holds | target.keeps}
    return {**code_fields(entry), **names, **more}
