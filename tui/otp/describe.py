"""Describes entries: details without the secret, and the URI to set up a phone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tui.errors import EntryError
from tui.otp.codes import code_length, period
from tui.otp.entry import Algorithm, Category, Entry, OtpType
from tui.text import plural, safe

FORWARDED = "servers may ask for its code"
"""What the mark for forwarding allows."""
_LONGEST_LINE = 100_000
_USUAL_LENGTH = 16
"""Base32 characters of 80 bits, which most sites give at least."""


def details(
    entry: Entry, categories: Iterable[Category], warning: str = ""
) -> list[tuple[str, str]]:
    """Return pairs of name and value, safe to show; unknown values are left out.

    `categories` are all categories of the vault, `warning` is about the issuer. Only notes
    have several lines. Digits and period are the ones that the type uses.
    """
    places = {place.category for place in entry.categories}
    names = [each.name for each in sorted(categories, key=_ranking) if each.id in places]
    seconds = period(entry)
    found = [
        ("Issuer", safe(entry.issuer)),
        ("Warning", warning),
        ("Account", safe(entry.account or "")),
        ("Type", entry.type.label),
        ("Algorithm", entry.algorithm.value if entry.type.has_digits else ""),
        ("Digits", str(code_length(entry))),
        ("Period", "" if seconds is None else f"{seconds} s"),
        ("Counter", str(entry.counter) if entry.type.has_counter else ""),
        ("Categories", ", ".join(safe(name) for name in names)),
        ("Icon", _icon(entry.icon)),
        ("Pinned", "yes" if entry.pinned else ""),
        ("SSH", FORWARDED if entry.forward else ""),
        ("Note", "\n".join(safe(line, _LONGEST_LINE) for line in entry.note.splitlines())),
        ("Created", local_time(entry.created)),
        ("Changed", local_time(entry.updated)),
        ("Last used", last_used(entry, local_time(entry.used))),
    ]
    return [(name, value) for name, value in found if value]


def short_secret(entry: Entry) -> str:
    """Return a sentence if the secret is so short that a part of it may be missing; else ""."""
    length = len(entry.secret.normal)
    if entry.type is OtpType.MOTP or length >= _USUAL_LENGTH:
        return ""
    return f"The secret has only {plural(length, 'character')}. Most have {_USUAL_LENGTH} or more."


def local_time(moment: int, *, seconds: bool = False) -> str:
    """Return a Unix time as local time, `2026-11-21 04:40` or `… 04:40:59`; empty for 0."""
    if not moment:
        return ""
    try:
        local = datetime.fromtimestamp(moment, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return "date out of range"
    return f"{local:%Y-%m-%d %H:%M:%S}" if seconds else f"{local:%Y-%m-%d %H:%M}"


def last_used(entry: Entry, when: str) -> str:
    """Return `when`, which is when a code was last used, and how often one was copied."""
    count = entry.copy_count or 0
    times = {1: "once", 2: "twice"}.get(count, f"{count} times")
    parts = when if entry.used else "", f"copied {times}" if count else ""
    return ", ".join(part for part in parts if part) or "never"


def _ranking(category: Category) -> int:
    return category.ranking


def _icon(icon: str | None) -> str:
    if not icon:
        return ""
    return "custom icon" if icon.startswith("@") else safe(icon, 80)


_NOTES = {
    OtpType.STEAM: "Authenticator Pro reads this as a Steam code; other apps show wrong codes.",
    OtpType.MOTP: "This is a motp:// URI, which few apps besides Authenticator Pro can read. "
    "It doesn't contain the PIN.",
    OtpType.YANDEX: "Few apps besides Authenticator Pro and Yandex's own can read this. "
    "It doesn't contain the PIN.",
}


@dataclass(frozen=True, slots=True)
class SetupUri:
    """The URI that adds an entry to another app. Its repr hides it."""

    uri: str = field(repr=False)
    """The URI, with the secret."""
    note: str
    """Which apps read it, if not all, and what to check; may be empty."""


def setup_uri(entry: Entry) -> SetupUri:
    """Return the URI that adds `entry` to another app.

    Raises:
        EntryError: the entry has no URI.
    """
    from tui.otp import uri  # the code list, which shows details, needs no URIs

    try:
        made = uri.build(entry)
    except UnicodeEncodeError:
        raise EntryError("its secret is not valid text") from None
    return SetupUri(made, _NOTES.get(entry.type) or _note(entry))


def _note(entry: Entry) -> str:
    kind = entry.type
    if kind.has_counter:
        return (
            f"The phone continues from counter {entry.counter}. "
            "After that, phone and vault count separately."
        )
    defaults = (Algorithm.SHA1, kind.default_digits, kind.default_period)
    if (entry.algorithm, entry.digits, entry.period) != defaults:
        return (
            "Some apps ignore non-default algorithms, digits and periods. Compare the first code."
        )
    return ""
