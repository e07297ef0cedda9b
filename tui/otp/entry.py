"""Entries, categories and icons, as the vault stores them."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from tui import limits
from tui.errors import EntryError
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT, plural, safe

MAX_PERIOD = limits.PERIOD
MAX_COUNTER = limits.COUNTER
_NOTHING: Mapping[str, Any] = MappingProxyType({})


class OtpType(StrEnum):
    """The five types of one-time passwords, and which fields each has."""

    TOTP = "totp"
    HOTP = "hotp"
    STEAM = "steam"
    MOTP = "motp"
    YANDEX = "yandex"

    @property
    def label(self) -> str:
        """Long name to show: `Time-based (TOTP)`, `Steam`."""
        return _LABELS.get(self) or self.short_label

    @property
    def short_label(self) -> str:
        """Short name to show: `TOTP`, `Mobile-OTP`."""
        return _SHORT_LABELS[self]

    @property
    def has_digits(self) -> bool:
        """True if entries set their own digits and hash."""
        return self in (OtpType.TOTP, OtpType.HOTP)

    @property
    def has_period(self) -> bool:
        """True if entries set their own period."""
        return self is OtpType.TOTP

    @property
    def has_counter(self) -> bool:
        """True if codes depend on a counter instead of the time."""
        return self is OtpType.HOTP

    @property
    def has_pin(self) -> bool:
        """True if codes depend on a PIN."""
        return self in (OtpType.MOTP, OtpType.YANDEX)

    @property
    def default_digits(self) -> int:
        """Default number of characters in a code; the only one possible without `has_digits`."""
        return _DEFAULT_DIGITS[self]

    @property
    def default_period(self) -> int:
        """Default number of seconds that a code is valid; the only one possible without
        `has_period`."""
        return 10 if self is OtpType.MOTP else 30


_LABELS = {OtpType.TOTP: "Time-based (TOTP)", OtpType.HOTP: "Counter-based (HOTP)"}
_SHORT_LABELS = {
    OtpType.TOTP: "TOTP",
    OtpType.HOTP: "HOTP",
    OtpType.STEAM: "Steam",
    OtpType.MOTP: "Mobile-OTP",
    OtpType.YANDEX: "Yandex",
}
_DEFAULT_DIGITS = {
    OtpType.TOTP: 6,
    OtpType.HOTP: 6,
    OtpType.STEAM: 5,
    OtpType.MOTP: 6,
    OtpType.YANDEX: 8,
}


class Algorithm(StrEnum):
    """Hash functions of HOTP and TOTP (RFC 4226, RFC 6238)."""

    SHA1 = "SHA1"
    SHA256 = "SHA256"
    SHA512 = "SHA512"


@dataclass(frozen=True, slots=True)
class Category:
    """A named group of entries."""

    id: str
    """First 8 hex digits of the SHA-1 of the name, as Authenticator Pro has it."""
    name: str = field(repr=False)
    """The name as typed; the repr hides it."""
    ranking: int = 0
    """Position among the categories."""

    @classmethod
    def named(cls, name: str, ranking: int = 0) -> Category:
        """Return a category with the id derived from `name`."""
        return cls(category_id(name), name, ranking)


def category_id(name: str) -> str:
    """Return the id of the category `name` (spec: seed-authenticator-pro-strong.txt)."""
    return hashlib.sha1(name.encode(), usedforsecurity=False).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Icon:
    """A custom icon, kept for export and never decoded."""

    id: str
    """First 8 hex digits of the SHA-1 of `data`."""
    data: str
    """The image as base64 text."""


@dataclass(frozen=True, slots=True)
class Binding:
    """The membership of an entry in a category."""

    category: str
    """The category's id."""
    ranking: int = 0
    """The position of the entry in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One account: its secret, names and settings.

    Immutable: to change an entry, create a new one with `dataclasses.replace`.
    """

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    """UUID that never changes and is never exported."""
    type: OtpType
    """The algorithm."""
    issuer: str
    """The service, e.g. GitHub; may be empty."""
    account: str | None = None
    """The username there; None if an app wrote null."""
    secret: Secret
    """The shared secret."""
    algorithm: Algorithm = Algorithm.SHA1
    """Hash of HOTP and TOTP; the other types have their own."""
    digits: int = 6
    """Characters of a code (HOTP and TOTP 1 to 10)."""
    period: int = 30
    """Seconds that a code is valid (all but HOTP)."""
    counter: int = 0
    """HOTP: the counter of the next code."""
    pin: str | None = None
    """Mobile-OTP and Yandex: the PIN that codes depend on."""
    icon: str | None = None
    """Name of an icon, or `@` and the id of a custom icon."""
    categories: tuple[Binding, ...] = ()
    """The categories that the entry is in."""
    ranking: int = 0
    """Position in the manual order."""
    pinned: bool = False
    """True if it is shown before the others."""
    copy_count: int | None = None
    """Number of copies; None if no app ever counted."""
    used: int = 0
    """Unix time of the last copy; 0 if never copied here."""
    note: str = ""
    """Any text."""
    created: int = 0
    """Unix time of its creation; 0 if unknown."""
    updated: int = 0
    """Unix time of its last change; 0 if unknown."""
    revision: int = 0
    """Number of changes."""
    deleted: int = 0
    """Unix time of its deletion; 0 if it is not in the trash."""
    forward: bool = False
    """True if `otp-tui ssh-agent` may forward its codes to servers."""
    extra: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False, hash=False)
    """Keys in the vault that this version doesn't know, kept unchanged."""

    def __repr__(self) -> str:
        return f"Entry({self.type.value}, {self.label!r})"

    @property
    def label(self) -> str:
        """Issuer and account, safe to show: `GitHub (octocat)`."""
        issuer, account = safe(self.issuer, 64).strip(), safe(self.account or "", 64).strip()
        return f"{issuer} ({account})" if issuer and account else issuer or account or "(no name)"


def label_of(entries: Collection[Entry]) -> str:
    """Return the label of a single entry, or the number of entries: `3 entries`."""
    if len(entries) == 1:
        return next(iter(entries)).label
    return plural(len(entries), "entry")


def check(entry: Entry) -> Entry:
    """Return `entry` if its fields are valid.

    Raises:
        EntryError: a field is out of bounds; the message names the field and the bounds.
    """
    if len(entry.issuer) > NAME_LIMIT or len(entry.account or "") > NAME_LIMIT:
        raise EntryError(f"its name is longer than {NAME_LIMIT} characters")
    if entry.type.has_digits and not 1 <= entry.digits <= 10:
        raise EntryError(f"digits must be 1 to 10, not {short(entry.digits)}")
    if not 1 <= entry.period <= MAX_PERIOD:
        raise EntryError(f"period must be 1 second to a year, not {short(entry.period)}")
    if not 0 <= entry.counter <= MAX_COUNTER:
        raise EntryError(f"counter must be 0 to 2^63 - 1, not {short(entry.counter)}")
    if entry.type is OtpType.YANDEX:
        entry.secret.require_yandex()
    return entry


def with_changes(entry: Entry, changes: Mapping[str, Any]) -> Entry:
    """Return `entry` with other values for some fields.

    If the type changes without a new secret, the same text is read again: it may be base32 for one
    type and plain text (Mobile-OTP) for another.

    Raises:
        EntryError: the text is not a secret of the new type.
    """
    if "type" in changes and "secret" not in changes:
        given = entry.secret.given
        read = Secret.text if changes["type"] is OtpType.MOTP else Secret.base32
        changes = {**changes, "secret": read(given)}
    return replace(entry, **changes)


def short(value: object) -> str:
    """Return `value` to quote in a message: safe, at most 24 characters."""
    try:
        return safe(str(value), 24)
    except ValueError:
        return "a number too long to show"
