"""All that is told of an entry but its secret, in words: for the screen and the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui.errors import EntryError
from tui.otp import uri
from tui.otp.codes import code_length, period
from tui.otp.entry import Algorithm, Category, Entry, OtpType
from tui.text import safe

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
        ("Type", entry.type.label),
        ("Algorithm", entry.algorithm.value if entry.type.has_digits else ""),
        ("Digits", str(code_length(entry))),
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


_NOTES = {
    OtpType.STEAM: "Authenticator Pro reads it as Steam's; "
    "other apps take it for an ordinary code and show wrong ones.",
    OtpType.MOTP: "It is a motp:// URI, which Authenticator Pro reads and few other apps do. "
    "The PIN is not in it.",
    OtpType.YANDEX: "Authenticator Pro and Yandex' own app read it, few others do. "
    "The PIN is not in it.",
}


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What enrols a phone. Its repr does not show it."""

    uri: str = field(repr=False)
    """The entry as a URI, with its secret."""
    note: str
    """Which apps read it, where not every one does, and what to look at; may be empty."""


def enrolment(entry: Entry) -> Enrolment:
    """Return what enrols a phone for `entry`.

    Raises:
        EntryError: there is no URI of it.
    """
    try:
        made = uri.build(entry)
    except UnicodeEncodeError:
        raise EntryError("its secret is not text") from None
    return Enrolment(made, _NOTES.get(entry.type) or _note(entry))


def _note(entry: Entry) -> str:
    if entry.type is OtpType.HOTP:
        return (
            f"The phone goes on from counter {entry.counter}. "
            "From then on it and this vault count apart."
        )
    usual = (Algorithm.SHA1, entry.type.default_digits, entry.type.default_period)
    if (entry.algorithm, entry.digits, entry.period) != usual:
        return (
            "Not every app heeds other hashes, digits and periods than the usual: "
            "compare the first code."
        )
    return ""
