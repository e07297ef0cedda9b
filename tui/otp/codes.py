"""Codes of entries at a given time."""

from __future__ import annotations

from dataclasses import dataclass, field

from tui.errors import EntryError
from tui.otp import algorithms
from tui.otp.algorithms import step_at
from tui.otp.entry import Entry, OtpType

_SPLITS = {6: (3,), 7: (3,), 8: (2, 5), 9: (3, 6), 10: (4, 7)}
_LETTERS_SPLIT = (4,)


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time password. Its repr hides it."""

    text: str = field(repr=False)
    """The characters to type."""
    valid_until: float | None
    """Unix time at which it expires; None for HOTP."""


def code_at(entry: Entry, moment: float) -> Code:
    """Return the code of `entry` at `moment` (Unix time); for HOTP, the code of its counter.

    Steam, Mobile-OTP and Yandex have fixed digits and periods; the entry's are ignored.

    Raises:
        EntryError: the time is before 1970 or too far ahead, or a PIN is missing.
    """
    return _code(entry, moment, 0)


def next_code(entry: Entry, moment: float) -> Code:
    """Return the code that follows `code_at`: of the next period or, for HOTP, of counter + 1.

    Raises:
        EntryError: as `code_at`.
    """
    return _code(entry, moment, 1)


def period(entry: Entry) -> int | None:
    """Return the number of seconds that a code is valid; None for HOTP.

    Only TOTP uses the period of the entry; other types keep it for export.
    """
    if entry.type.has_counter:
        return None
    return entry.period if entry.type.has_period else entry.type.default_period


def code_length(entry: Entry) -> int:
    """Return the number of characters in a code of `entry`."""
    return entry.digits if entry.type.has_digits else entry.type.default_digits


def remaining(entry: Entry, moment: float) -> int | None:
    """Return the seconds until the code expires, rounded up; None for HOTP.

    Raises:
        EntryError: the time is before 1970 or too far ahead.
    """
    seconds = period(entry)
    return None if seconds is None else (step_at(moment, seconds) + 1) * seconds - int(moment)


def group(text: str) -> str:
    """Return a code in groups for reading: `492 039`, `77 402 198`, `oact macq`.

    Codes shorter than six characters, e.g. Steam's, are not split.
    """
    cuts = _LETTERS_SPLIT if len(text) == 8 and text.isalpha() else _SPLITS.get(len(text), ())
    starts, ends = (0, *cuts), (*cuts, len(text))
    return " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _code(entry: Entry, moment: float, ahead: int) -> Code:
    seconds = period(entry)
    if seconds is None:
        return Code(_text(entry, entry.counter + ahead), None)
    number = step_at(moment, seconds) + ahead
    return Code(_text(entry, number), float((number + 1) * seconds))


def _text(entry: Entry, number: int) -> str:
    key = entry.secret.key
    match entry.type:
        case OtpType.TOTP | OtpType.HOTP:
            return algorithms.hotp(key, number, entry.digits, entry.algorithm)
        case OtpType.STEAM:
            return algorithms.steam(key, number)
        case OtpType.MOTP:
            return algorithms.motp(key, number, _pin(entry))
        case OtpType.YANDEX:
            pin = _pin(entry)
            if not pin:
                raise EntryError("Yandex codes need a PIN, and this entry has none", "Add the PIN.")
            return algorithms.yandex(key, number, pin)


def _pin(entry: Entry) -> bytes:
    try:
        return (entry.pin or "").encode()
    except UnicodeEncodeError:
        raise EntryError("its PIN is not valid text") from None
