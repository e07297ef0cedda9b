"""Finds entries that match (identical, same secret, same name), and their differences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui.otp.entry import Entry, OtpType
from tui.text import safe
from tui.vault.document import by_secret

Key = Callable[[Entry], tuple[object, ...] | None]
"""Computes the key that an entry is found by; None if it has none."""


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that differs between an entry of a backup and one of the vault."""

    field: str
    """The name of the field, as shown to the user."""
    here: str
    """The vault's value, safe to show; empty for a PIN."""
    there: str
    """The backup's value, safe to show; empty for a PIN."""


def differences(existing: Entry, entry: Entry) -> tuple[FieldDifference, ...]:
    """Return the names and settings in which `entry` differs from `existing`."""
    types = (existing.type, entry.type)
    fields = [
        ("type", existing.type.value, entry.type.value),
        ("issuer", safe(existing.issuer, 64), safe(entry.issuer, 64)),
        ("account", safe(existing.account or "", 64), safe(entry.account or "", 64)),
    ]
    if any(each.has_digits for each in types):
        fields.append(("algorithm", existing.algorithm.value, entry.algorithm.value))
        fields.append(("digits", str(existing.digits), str(entry.digits)))
    if OtpType.HOTP in types:
        fields.append(("counter", str(existing.counter), str(entry.counter)))
    elif OtpType.TOTP in types:
        fields.append(("period", f"{existing.period} s", f"{entry.period} s"))
    found = [FieldDifference(*field) for field in fields if field[1] != field[2]]
    if _pin(existing) != _pin(entry):
        found.append(FieldDifference("PIN", "", ""))
    return tuple(found)


def by_names(entry: Entry) -> tuple[object, ...] | None:
    """Return a key that entries with the same issuer and account share; None without names."""
    names = (entry.issuer.strip().casefold(), (entry.account or "").strip().casefold())
    return names if any(names) else None


def by_secret_and_names(entry: Entry) -> tuple[object, ...]:
    """Return a key that entries with the same secret, issuer and account share."""
    return (*by_secret(entry), entry.issuer, entry.account or "")


def by_everything(entry: Entry) -> tuple[object, ...]:
    """Return a key that entries with the same secret, names and settings share.

    Settings that the type doesn't use are ignored, e.g. the period of a Steam entry. So are
    counters, which change.
    """
    return (
        *by_secret_and_names(entry),
        entry.type,
        (entry.algorithm, entry.digits) if entry.type.has_digits else None,
        entry.period if entry.type is OtpType.TOTP else None,
        _pin(entry),
    )


def code_fields(entry: Entry) -> dict[str, object]:
    """Return the fields that determine the codes of `entry`, by name, without the PIN."""
    fields: dict[str, object] = {"type": entry.type, "secret": entry.secret.normal}
    if entry.type.has_digits:
        fields |= {"algorithm": entry.algorithm, "digits": entry.digits}
    if entry.type.has_period:
        fields["period"] = entry.period
    if entry.type.has_counter:
        fields["counter"] = entry.counter
    return fields


class Index:
    """Entries by key; each can be found until it is taken."""

    def __init__(self, entries: Iterable[Entry], key: Key) -> None:
        self._key = key
        self._waiting: dict[tuple[object, ...], list[Entry]] = {}
        for entry in reversed(tuple(entries)):
            made = key(entry)
            if made is not None:
                self._waiting.setdefault(made, []).append(entry)

    def first(self, entry: Entry, taken: set[str]) -> Entry | None:
        """Return the first entry that shares the key of `entry` and whose id is not in `taken`."""
        made = self._key(entry)
        waiting = self._waiting.get(made, []) if made is not None else []
        while waiting and waiting[-1].id in taken:
            waiting.pop()
        return waiting[-1] if waiting else None


def _pin(entry: Entry) -> str | None:
    return (entry.pin or "") if entry.type.has_pin else None
