"""Writes Authenticator Pro's JSON, with only what the app can restore.

The app restores a file as a whole or not at all. So entries that it would refuse are left out and
reported. Specs: authenticator-pro.md, seed documents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from tui.backup.formats._round_trip import check_all_fit
from tui.backup.formats.authenticator_pro.json_reader import (
    ALGORITHMS,
    BASE64,
    ICON_ID,
    ICON_NAME,
    LONGEST_GIVEN,
    MAX_ENTRIES,
    MAX_ICON,
    MAX_INT,
    TYPES,
)
from tui.backup.model import Backup, ExportPlan, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import Binding, Category, Entry, Icon, OtpType, category_id
from tui.text import NAME_LIMIT, clean, safe

ISSUER_LIMIT = 32
"""Maximum length of an issuer in the app, in characters."""
USERNAME_LIMIT = 40
"""Maximum length of a username in the app, in characters."""
_SHORTEST_MOTP_SECRET = 16
_DIGITS = {OtpType.HOTP: (6, 8), OtpType.TOTP: (6, 10)}
_TYPE_NUMBERS = {kind: number for number, kind in TYPES.items()}
_ALGORITHM_NUMBERS = {algorithm: number for number, algorithm in ALGORITHMS.items()}


def plan_export(backup: Backup) -> ExportPlan:
    """Return what the app can restore of `backup`, and what it can't."""
    changed: list[Problem] = []
    categories, ids = _categories(backup.categories, changed)
    icons = _icons(backup.icons, changed)
    left_out: list[Problem] = []
    notes: list[Problem] = []
    kept: list[tuple[str, Entry, list[str]]] = []
    for entry in backup.entries:
        changes: list[str] = []
        try:
            kept.append((entry.label, _fitted(entry, ids, changes), changes))
        except EntryError as error:
            left_out.append(Problem(entry.label, str(error)))
    shared = _shared(entry for _, entry, _ in kept)
    seen: set[str] = set()
    entries: list[Entry] = []
    for label, entry, changes in kept:
        given = entry.secret.given
        bound = shared.get(given, ())
        if bound != entry.categories:
            changes.append("also gets the categories of the other entry with this secret")
        if given in seen:
            why = "has the same secret as an earlier entry; Authenticator Pro keeps only the first"
            notes.append(Problem(label, why, refused=False))
        elif any(char in given for char in " -") and entry.type is not OtpType.MOTP:
            why = "its secret contains spaces or dashes; Authenticator Pro may refuse it"
            notes.append(Problem(label, why, refused=False))
        seen.add(given)
        entries.append(replace(entry, categories=bound))
        changed += (Problem(label, change, refused=False) for change in changes)
    held = Backup(tuple(entries), categories, icons)
    return ExportPlan(held, tuple(left_out), tuple(changed), tuple(notes))


def dump(backup: Backup) -> bytes:
    """Return the JSON of `backup`, with the changes that `plan_export` reports.

    Raises:
        FormatError: the app can't restore an entry, or there are more than 50,000.
    """
    plan = plan_export(backup)
    check_all_fit(plan, "Authenticator Pro")
    if len(backup.entries) > MAX_ENTRIES:
        raise FormatError(f"A backup can have at most {MAX_ENTRIES} entries.")
    held = plan.backup
    root = {
        "Authenticators": [_row(entry) for entry in held.entries],
        "Categories": [
            {"Id": each.id, "Name": each.name, "Ranking": each.ranking} for each in held.categories
        ],
        "AuthenticatorCategories": [
            {"CategoryId": each.category, "AuthenticatorSecret": secret, "Ranking": each.ranking}
            for secret, bindings in _shared(held.entries).items()
            for each in bindings
        ],
        "CustomIcons": [{"Id": each.id, "Data": each.data} for each in held.icons],
    }
    try:
        return json.dumps(root, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise FormatError("A name or PIN contains an invalid character. Enter it again.") from None


def _row(entry: Entry) -> dict[str, Any]:
    row = {
        "Type": _TYPE_NUMBERS[entry.type],
        "Icon": entry.icon,
        "Issuer": entry.issuer,
        "Username": entry.account,
        "Secret": entry.secret.given,
        "Pin": entry.pin,
        "Algorithm": _ALGORITHM_NUMBERS[entry.algorithm],
        "Digits": entry.digits,
        "Period": entry.period,
        "Counter": entry.counter,
        "CopyCount": entry.copy_count,
        "Ranking": entry.ranking,
    }
    if entry.copy_count is None:
        del row["CopyCount"]
    return row


def _fitted(entry: Entry, ids: dict[str, str], changes: list[str]) -> Entry:
    issuer = _name(entry.issuer, "issuer", ISSUER_LIMIT, changes)
    account = entry.account and _name(entry.account, "account", USERNAME_LIMIT, changes)
    if not issuer.strip():
        raise EntryError("its issuer is empty")
    if len(entry.pin or "") > LONGEST_GIVEN or not _is_text(entry.pin or ""):
        raise EntryError("its PIN is too long, or contains an invalid character")
    icon = entry.icon if entry.icon in (None, "") or ICON_NAME.fullmatch(entry.icon) else None
    if icon != entry.icon:
        changes.append("its icon is left out: invalid name")
    if entry.type is OtpType.MOTP and len(entry.secret.given) < _SHORTEST_MOTP_SECRET:
        raise EntryError(f"its secret is shorter than {_SHORTEST_MOTP_SECRET} characters")
    ranking = _small(entry.ranking)
    copies = entry.copy_count if entry.copy_count is None else _small(entry.copy_count)
    if (ranking, copies) != (entry.ranking, entry.copy_count):
        changes.append("its ranking or copy count is too high and is set to the maximum")
    bound = {
        ids[each.category]: _small(each.ranking)
        for each in entry.categories
        if each.category in ids
    }
    if len(bound) != len(entry.categories):
        changes.append("it is removed from a category that is not exported")
    return replace(
        entry,
        issuer=issuer,
        account=account,
        digits=_digits(entry, changes),
        icon=icon,
        ranking=ranking,
        copy_count=copies,
        categories=tuple(Binding(category, place) for category, place in bound.items()),
    )


def _digits(entry: Entry, changes: list[str]) -> int:
    if not entry.type.has_digits:
        only = entry.type.default_digits
        if entry.digits != only:
            changes.append(f"its digits are set to {only}, the only value for its type")
        return only
    least, most = _DIGITS[entry.type]
    if not least <= entry.digits <= most:
        name = entry.type.name
        raise EntryError(f"it has {entry.digits} digits; {name} supports only {least} to {most}")
    return entry.digits


def _name(text: str, field: str, limit: int, changes: list[str]) -> str:
    cleaned = clean(text)
    if cleaned != text:
        changes.append(f"its {field} is written without control characters")
    if len(cleaned) > limit:
        changes.append(f"its {field} is shortened to {limit} characters")
    return cleaned[:limit]


def _small(number: int) -> int:
    return max(-MAX_INT, min(number, MAX_INT))


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _categories(
    given: Iterable[Category], changed: list[Problem]
) -> tuple[tuple[Category, ...], dict[str, str]]:
    """Return the categories with ids derived from their names, and a map from old to new ids."""
    made: dict[str, Category] = {}
    ids: dict[str, str] = {}
    for each in given:
        name = clean(each.name)
        what = f"category {safe(name, 64)}".rstrip()
        if not name.strip() or len(name) > NAME_LIMIT:
            changed.append(Problem(what, "left out: its name is empty or too long", False))
            continue
        if name != each.name:
            change = "its name is written without control characters"
            changed.append(Problem(what, change, refused=False))
        right = category_id(name)
        ids[each.id] = right
        made.setdefault(right, Category(right, name, _small(each.ranking)))
    return tuple(made.values()), ids


def _icons(given: Iterable[Icon], changed: list[Problem]) -> tuple[Icon, ...]:
    """Return the icons that the app can read."""
    kept = []
    for each in given:
        fits = ICON_ID.fullmatch(each.id) and BASE64.fullmatch(each.data)
        if fits and len(each.data) <= MAX_ICON:
            kept.append(each)
        else:
            why = "left out: not base64, or too large"
            changed.append(Problem(f"icon {safe(each.id, 16)}", why, refused=False))
    return tuple(kept)


def _shared(entries: Iterable[Entry]) -> dict[str, tuple[Binding, ...]]:
    """Return the bindings by secret, as entries with the same secret share them in the file."""
    made: dict[str, dict[str, Binding]] = {}
    for entry in entries:
        bound = made.setdefault(entry.secret.given, {})
        for each in entry.categories:
            bound.setdefault(each.category, each)
    return {secret: tuple(bound.values()) for secret, bound in made.items()}
