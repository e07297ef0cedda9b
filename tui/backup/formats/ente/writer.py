"""Writes the list of URIs in an export of Ente Auth."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tui.backup.formats._round_trip import check_all_fit, plan_round_trip, stored_categories
from tui.backup.formats._uri_lines import DISPLAY, MICROSECONDS, read_line
from tui.backup.match import code_fields
from tui.backup.model import Backup, ExportPlan
from tui.errors import EntryError
from tui.otp.entry import Entry, OtpType
from tui.text import clean

_TYPES = (OtpType.TOTP, OtpType.HOTP, OtpType.STEAM)


def dump(backup: Backup) -> bytes:
    """Return the lines.

    Raises:
        FormatError: the app can't store an entry.
    """
    plan = plan_export(backup)
    check_all_fit(plan, "Ente Auth")
    names = stored_categories(backup)[1]
    lines = (_line(entry, names, place) for place, entry in enumerate(plan.backup.entries))
    return "\n".join(lines).encode()


def plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back.

    The app keeps the names of categories, but neither their order nor those without entries.
    """
    names = stored_categories(backup)[1]
    plan = plan_round_trip(
        backup,
        lambda entry: _reread(entry, names),
        most_categories=max(1, len(names)),
    )
    named = {each.id: each for each in plan.backup.categories}
    used = dict.fromkeys(
        place.category for each in plan.backup.entries for place in each.categories
    )
    categories = tuple(replace(named[each], ranking=place) for place, each in enumerate(used))
    return replace(plan, backup=replace(plan.backup, categories=categories))


def _reread(entry: Entry, names: Mapping[str, str]) -> Entry:
    """Return the entry that is read from the line of `entry`.

    Raises:
        EntryError: it would have different codes, or the app doesn't know its type.
    """
    if entry.type not in _TYPES:
        raise EntryError("only TOTP, HOTP and Steam are supported")
    found, _ = read_line(_line(entry, names, 0))
    if code_fields(found) != code_fields(entry):
        raise EntryError("its URI would have different codes")
    return found


def _line(entry: Entry, names: Mapping[str, str], position: int) -> str:
    """Return a line as the app writes it."""
    issuer, account = clean(entry.issuer).strip(), clean(entry.account or "").strip()
    query: dict[str, Any] = {
        "algorithm": entry.algorithm.value,
        "digits": entry.digits if entry.type.has_digits else entry.type.default_digits,
        "issuer": issuer,
        "period": entry.period if entry.type.has_period else entry.type.default_period,
        "secret": entry.secret.normal,
    }
    if entry.type is OtpType.HOTP:
        query["counter"] = entry.counter
    display: dict[str, Any] = {
        "pinned": entry.pinned,
        "trashed": bool(entry.deleted),
        "lastUsedAt": entry.used * MICROSECONDS,
        "tapCount": entry.copy_count,
        "tags": list(
            dict.fromkeys(
                names[each.category] for each in entry.categories if each.category in names
            )
        ),
        "note": entry.note,
        "position": position,
        "iconSrc": "",
        "iconID": "",
    }
    if entry.copy_count is None:
        del display["tapCount"]
    query[DISPLAY] = json.dumps(display, separators=(",", ":"))
    values = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in query.items())
    label = f"{quote(issuer, safe='')}:{quote(account, safe='')}"
    return f"otpauth://{entry.type.value}/{label}?{values}"
