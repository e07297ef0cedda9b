"""Entries in JSON output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui.otp.entry import Category, Entry


def named(entry: Entry) -> dict[str, Any]:
    """Return what identifies an entry."""
    return {"id": entry.id, "issuer": entry.issuer, "account": entry.account}


def described(entry: Entry, categories: Iterable[Category]) -> dict[str, Any]:
    """Return what an entry is, without its secret; `categories` are all of the vault."""
    from tui.otp.codes import code_length, period

    places = {place.category for place in entry.categories}
    ordered = sorted(categories, key=lambda category: category.ranking)
    return {
        "id": entry.id,
        "type": entry.type.value,
        "issuer": entry.issuer,
        "account": entry.account,
        "algorithm": entry.algorithm.value,
        "digits": code_length(entry),
        "period": period(entry),
        "counter": entry.counter if entry.type.has_counter else None,
        "categories": [category.name for category in ordered if category.id in places],
        "pinned": entry.pinned,
        "forward": entry.forward,
        "note": entry.note,
    }


def secret_fields(entry: Entry) -> dict[str, Any]:
    """Return what codes are computed from, as it was given."""
    return {"secret": entry.secret.given, "pin": entry.pin}
