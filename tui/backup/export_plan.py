"""What is to be exported, and what a format makes of it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from tui.backup.formats.vault_copy import invalid_items
from tui.backup.model import Backup, ExportPlan, Format, Problem
from tui.errors import MatchError
from tui.otp.entry import Category, Entry, OtpType
from tui.otp.search import find
from tui.text import safe

if TYPE_CHECKING:
    from tui.vault.document import Document


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An entry, a list or a number of entries that did not come back as it was written."""

    what: str
    """Which, fit to show."""
    field: str
    """In which of its fields, as the user knows it."""


def select(
    document: Document,
    *,
    category: str | None = None,
    query: str = "",
    ids: Collection[str] | None = None,
) -> Backup:
    """Return the entries of `document` that fit all that is asked, in its order.

    `category` is a category's id or name, `query` as in a search, `ids` those of entries.
    With nothing asked that is all, every category and icon included, and in `problems` what
    in the vault does not validate; else the categories and icons that the entries use.

    Raises:
        MatchError: there is no such category; the candidates are the names.
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
        wanted = _category_ids(document.categories, category)
        found = [each for each in found if wanted & {place.category for place in each.categories}]
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
    """Return what of `backup` is written by `target`, what is not, and what changes.

    To what the format itself says is added, entry by entry, what it has no place for, and the
    problems of `backup`. `ExportPlan.backup` is what `export` takes.
    """
    if target.plan_export is None:
        raise ValueError(f"{target.name} cannot be written")
    planned = target.plan_export(backup)
    held = {entry.id for entry in planned.backup.entries}
    lost = tuple(
        Problem(entry.label, f"stays behind: {', '.join(names)}", refused=False)
        for entry in backup.entries
        if entry.id in held and (names := tuple(_lost(target, entry, backup)))
    )
    return replace(
        planned,
        left_out=(*planned.left_out, *(each for each in backup.problems if each.refused)),
        changed=(*planned.changed, *lost),
    )


def compare(target: Format, written: Backup, read: Backup) -> Mismatch | None:
    """Return the first difference between what was to be written and what was read again.

    Compared is what makes the codes, the names, and all else that the format holds.
    """
    for problem in read.problems:
        return Mismatch(problem.what, problem.reason)
    if len(written.entries) != len(read.entries):
        return Mismatch("The file", f"{len(read.entries)} of {len(written.entries)} entries")
    for was, now in zip(written.entries, read.entries, strict=True):
        before, after = _told(target, was), _told(target, now)
        for field, value in before.items():
            if after.get(field) != value:
                return Mismatch(was.label, field)
    if "categories" in target.holds and written.categories != read.categories:
        return Mismatch("The file", "categories")
    if "icon" in target.holds and written.icons != read.icons:
        return Mismatch("The file", "icons")
    return None


def suggested_name(target: Format, day: date) -> str:
    """Return a file name for an export made on `day`: `otp-tui-2026-11-21.authpro`."""
    return f"otp-tui-{day.isoformat()}{target.suffixes[0]}"


def _category_ids(categories: tuple[Category, ...], wanted: str) -> frozenset[str]:
    folded = wanted.strip().casefold()
    exactly = frozenset(each.id for each in categories if wanted in (each.name, each.id))
    alike = frozenset(each.id for each in categories if each.name.strip().casefold() == folded)
    if exactly or alike:
        return exactly or alike
    raise MatchError(
        f"There is no category “{safe(wanted, 80)}”.",
        "There are:" if categories else "There are none yet.",
        tuple(safe(each.name, 80) for each in sorted(categories, key=lambda each: each.ranking)),
    )


def _lost(target: Format, entry: Entry, backup: Backup) -> Iterator[str]:
    """Name what of `entry` the format has no place for, where there is something."""
    own = entry.icon is not None and any(f"@{icon.id}" == entry.icon for icon in backup.icons)
    for field, name, there in (
        ("pin", "the PIN", bool(entry.pin)),
        ("note", "the note", bool(entry.note)),
        ("categories", "its categories", bool(entry.categories)),
        ("icon", "its own icon", own),
        ("pinned", "that it is pinned", entry.pinned),
    ):
        if there and field not in target.holds:
            yield name


def _told(target: Format, entry: Entry) -> dict[str, object]:
    """Return what the format tells of `entry`, by field."""
    told: dict[str, object] = {
        "type": entry.type,
        "issuer": entry.issuer,
        "account": entry.account or "",
        "secret": entry.secret.normal,
    }
    if entry.type.has_digits:
        told |= {"algorithm": entry.algorithm, "digits": entry.digits}
    if entry.type is OtpType.TOTP:
        told["period"] = entry.period
    if entry.type is OtpType.HOTP:
        told["counter"] = entry.counter
    return told | {field: getattr(entry, field) for field in target.holds}
