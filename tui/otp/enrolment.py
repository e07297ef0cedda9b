"""Bringing one entry to a phone: the URI that its QR code says, and who reads it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.errors import EntryError
from tui.otp import uri
from tui.otp.entry import DEFAULT_DIGITS, DEFAULT_PERIOD, Algorithm, Entry, OtpType

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
    usual = (Algorithm.SHA1, DEFAULT_DIGITS[entry.type], DEFAULT_PERIOD[entry.type])
    if (entry.algorithm, entry.digits, entry.period) != usual:
        return (
            "Not every app heeds other hashes, digits and periods than the usual: "
            "compare the first code."
        )
    return ""
