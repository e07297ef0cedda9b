"""All that is told of an entry but its secret, in words: for the screen and the command line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from tui.otp.codes import period
from tui.otp.entry import DEFAULT_DIGITS, Category, Entry, OtpType
from tui.text import safe

KINDS = {
    OtpType.TOTP: "TOTP, changes with time",
    OtpType.HOTP: "HOTP, counts its codes",
    OtpType.STEAM: "Steam",
    OtpType.MOTP: "Mobile-OTP",
    OtpType.YANDEX: "Yandex",
}
"""What a type is called."""
_COUNTED = (OtpType.TOTP, OtpType.HOTP)
_LONGEST = 100_000


def details(entry: Entry, categories: Iterable[Category]) -> list[tuple[str, str]]:
    """Return pairs of a name and a value, both fit to show; what is not known is left out.

    A note keeps its lines; the other values are one.
    `categories` are the vault's. Digits and period are those that count for the type.
    """
    places = {place.category for place in entry.categories}
    names = [each.name for each in sorted(categories, key=_ranking) if each.id in places]
    seconds = period(entry)
    told = [
        ("Issuer", safe(entry.issuer)),
        ("Account", safe(entry.account or "")),
        ("Type", KINDS[entry.type]),
        ("Algorithm", entry.algorithm.value if entry.type in _COUNTED else ""),
        ("Digits", str(digits(entry))),
        ("Period", "" if seconds is None else f"{seconds} s"),
        ("Counter", str(entry.counter) if entry.type is OtpType.HOTP else ""),
        ("Categories", ", ".join(safe(name) for name in names)),
        ("Icon", _icon(entry.icon)),
        ("Pinned", "yes" if entry.pinned else ""),
        ("Note", "\n".join(safe(line, _LONGEST) for line in entry.note.splitlines())),
        ("Created", local_time(entry.created)),
        ("Changed", local_time(entry.updated)),
        ("Copied", _copied(entry)),
    ]
    return [(name, value) for name, value in told if value]


def digits(entry: Entry) -> int:
    """Return how many characters a code of `entry` has."""
    return entry.digits if entry.type in _COUNTED else DEFAULT_DIGITS[entry.type]


def local_time(moment: int) -> str:
    """Return a Unix second as `2026-11-21 04:40` in local time; empty for 0."""
    if not moment:
        return ""
    try:
        return f"{datetime.fromtimestamp(moment, UTC).astimezone():%Y-%m-%d %H:%M}"
    except (OverflowError, ValueError, OSError):
        return "at no date that can be written"


def _ranking(category: Category) -> int:
    return category.ranking


def _icon(icon: str | None) -> str:
    if not icon:
        return ""
    return "a picture of your own" if icon.startswith("@") else safe(icon, 80)


def _copied(entry: Entry) -> str:
    count = entry.copy_count or 0
    times = "once" if count == 1 else f"{count} times"
    last = f", last {local_time(entry.used)}" if entry.used else ""
    return f"{times}{last}" if count or last else "never"
