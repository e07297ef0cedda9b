"""The fields of an entry form, as text: validation, and conversion to an entry."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from tui.errors import EntryError
from tui.otp.entry import (
    MAX_COUNTER,
    MAX_PERIOD,
    Algorithm,
    Entry,
    OtpType,
    with_changes,
)
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT, clean, is_blank

NOTE_LIMIT = 10_000
"""Maximum length of a note, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The fields of a form. An empty number means the default. The repr shows no text, as a URI
    with the secret may be typed into any field.
    """

    type: OtpType = OtpType.TOTP
    """The algorithm."""
    issuer: str = field(default="", repr=False)
    """The service, e.g. GitHub."""
    account: str = field(default="", repr=False)
    """The user's name there."""
    secret: str = field(default="", repr=False)
    """Base32, or any text for Mobile-OTP."""
    algorithm: Algorithm = Algorithm.SHA1
    """Hash of HOTP and TOTP."""
    digits: str = field(default="", repr=False)
    """Characters of a code (HOTP and TOTP)."""
    period: str = field(default="", repr=False)
    """Seconds that a code is valid (TOTP)."""
    counter: str = field(default="", repr=False)
    """Counter of the next code (HOTP)."""
    pin: str = field(default="", repr=False)
    """PIN (Mobile-OTP and Yandex)."""
    note: str = field(default="", repr=False)
    """Any text."""
    forward: bool = False
    """True if `otp-tui ssh-agent` may forward its codes to servers."""

    @classmethod
    def of(cls, entry: Entry) -> Draft:
        """Return the fields of an existing entry; empty if its type doesn't have them.

        A counter from when the entry was counter-based stays, in case it becomes that again.
        """
        kind = entry.type
        return cls(
            type=kind,
            issuer=entry.issuer,
            account=entry.account or "",
            secret=entry.secret.given,
            algorithm=entry.algorithm if kind.has_digits else Algorithm.SHA1,
            digits=str(entry.digits) if kind.has_digits else "",
            period=str(entry.period) if kind.has_period else "",
            counter=str(entry.counter) if kind.has_counter or entry.counter else "",
            pin=entry.pin or "",
            note=entry.note,
            forward=entry.forward,
        )

    def mistakes(self, base: Entry | None = None) -> dict[str, str]:
        """Return a short sentence for each invalid field, by the name of the field.

        `base` is the entry being edited; a PIN is not required if it never had one.
        """
        found: dict[str, str] = {}
        for name in ("issuer", "account"):
            if len(getattr(self, name)) > NAME_LIMIT:
                found[name] = f"At most {NAME_LIMIT} characters."
        if is_blank(self.issuer) and is_blank(self.account):
            found["issuer"] = "Enter an issuer or an account."
        try:
            self._secret()
        except EntryError as error:
            found["secret"] = _sentence(error)
        for name, low, high in self._numbers():
            text = getattr(self, name).strip()
            if text and not _is_number(text, low, high):
                found[name] = f"A whole number from {low} to {high}."
        never_had = base is not None and base.type is self.type and not base.pin
        if self.type.has_pin and not self.pin and not never_had:
            found["pin"] = "These codes need a PIN."
        if len(self.note) > NOTE_LIMIT and (base is None or self.note != base.note):
            found["note"] = f"At most {NOTE_LIMIT} characters."
        return found

    def entry(self, base: Entry | None = None) -> Entry:
        """Return a new entry, or `base` with `changes` applied.

        Raises:
            EntryError: a field is invalid.
        """
        if base is not None:
            return with_changes(base, self.changes(base))
        self._require_no_mistakes(None)
        return Entry(**self._values())

    def changes(self, base: Entry) -> dict[str, Any]:
        """Return the new values of the changed fields of `base`, by name.

        Cleaning doesn't change text that was not edited, and fields that the type doesn't have keep
        the values of `base`; of another type, only the counter does.

        Raises:
            EntryError: a field is invalid; the message is about the first one.
        """
        self._require_no_mistakes(base)
        before = Draft.of(base)
        texts, kept = {"issuer", "account"}, self._lacking() & {"counter"}
        if base.type is self.type:
            texts, kept = {*texts, "secret", "pin"}, self._lacking()
        kept |= {name for name in texts if getattr(self, name) == getattr(before, name)}
        return {
            name: value
            for name, value in self._values().items()
            if name not in kept and value != getattr(base, name)
        }

    def edited(self, base: Entry) -> dict[str, Any]:
        """Return the fields, as text, in which this form of `base` was edited, by name."""
        before = Draft.of(base)
        return {
            each.name: typed
            for each in fields(self)
            if (typed := getattr(self, each.name)) != getattr(before, each.name)
        }

    def _require_no_mistakes(self, base: Entry | None) -> None:
        for name, mistake in self.mistakes(base).items():
            raise EntryError(f"{name}: {mistake}")

    def _values(self) -> dict[str, Any]:
        kind = self.type
        return {
            "type": kind,
            "issuer": clean(self.issuer).strip(),
            "account": clean(self.account).strip() or None,
            "secret": self._secret(),
            "algorithm": self.algorithm if kind.has_digits else Algorithm.SHA1,
            "digits": self._number("digits", kind.default_digits),
            "period": self._number("period", kind.default_period),
            "counter": self._number("counter", 0),
            "pin": (self.pin or None) if kind.has_pin else None,
            "note": self.note,
            "forward": self.forward,
        }

    def _lacking(self) -> set[str]:
        """Return the names of the fields that the type doesn't have."""
        kind = self.type
        there = {
            "algorithm": kind.has_digits,
            "digits": kind.has_digits,
            "period": kind.has_period,
            "counter": kind.has_counter,
            "pin": kind.has_pin,
        }
        return {name for name, has in there.items() if not has}

    def _secret(self) -> Secret:
        if not self.secret.strip():
            raise EntryError("the secret is missing")
        if self.type is OtpType.MOTP:
            return Secret.text(self.secret.strip())
        secret = Secret.base32(self.secret.strip())
        if self.type is OtpType.YANDEX:
            secret.require_yandex()
        return secret

    def _numbers(self) -> list[tuple[str, int, int]]:
        """Return the numeric fields of the type, with their bounds."""
        bounds = [("digits", 1, 10), ("period", 1, MAX_PERIOD), ("counter", 0, MAX_COUNTER)]
        lacking = self._lacking()
        return [bound for bound in bounds if bound[0] not in lacking]

    def _number(self, name: str, default: int) -> int:
        text = getattr(self, name).strip()
        return int(text) if text and name not in self._lacking() else default


def _is_number(text: str, low: int, high: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20 and low <= int(text) <= high


def _sentence(error: EntryError) -> str:
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."
