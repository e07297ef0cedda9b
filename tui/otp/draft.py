"""An entry as it is typed: text in every field, what is wrong with each, and the entry it makes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from tui.errors import EntryError
from tui.otp.entry import (
    MAX_COUNTER,
    MAX_PERIOD,
    Algorithm,
    Entry,
    OtpType,
)
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT, clean

NOTE_LIMIT = 10_000
"""Longest note, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the fields of a form. An empty number means the usual one.

    The repr shows no text: a URI, which holds the secret, may have been typed into any field.
    """

    type: OtpType = OtpType.TOTP
    """Which algorithm makes the codes."""
    issuer: str = field(default="", repr=False)
    """Who asks for the code."""
    account: str = field(default="", repr=False)
    """Whose account it is."""
    secret: str = field(default="", repr=False)
    """The secret as it was typed: base32, or for Mobile-OTP any text."""
    algorithm: Algorithm = Algorithm.SHA1
    """Hash of HOTP and TOTP."""
    digits: str = ""
    """Characters of a code (HOTP and TOTP)."""
    period: str = ""
    """Seconds that a code is valid (TOTP)."""
    counter: str = ""
    """The counter of the next code (HOTP)."""
    pin: str = field(default="", repr=False)
    """The PIN (Mobile-OTP and Yandex)."""
    note: str = field(default="", repr=False)
    """The user's own words."""

    @classmethod
    def of(cls, entry: Entry) -> Draft:
        """Return the fields of an entry that is there; those that its type lacks are empty."""
        counted = entry.type.has_digits
        return cls(
            type=entry.type,
            issuer=entry.issuer,
            account=entry.account or "",
            secret=entry.secret.given,
            algorithm=entry.algorithm if counted else Algorithm.SHA1,
            digits=str(entry.digits) if counted else "",
            period=str(entry.period) if entry.type is OtpType.TOTP else "",
            counter=str(entry.counter) if entry.type is OtpType.HOTP else "",
            pin=entry.pin or "",
            note=entry.note,
        )

    def mistakes(self, base: Entry | None = None) -> dict[str, str]:
        """Return what is wrong, by the name of the field: a short sentence fit to show.

        Empty where `entry` makes one. A PIN that `base`, the entry that is changed, does not
        have is not asked for.
        """
        found: dict[str, str] = {}
        for name in ("issuer", "account"):
            if len(getattr(self, name)) > NAME_LIMIT:
                found[name] = f"At most {NAME_LIMIT} characters."
        if not clean(self.issuer).strip() and not clean(self.account).strip():
            found["issuer"] = "Name the issuer or the account."
        try:
            self._secret()
        except EntryError as error:
            found["secret"] = _sentence(error)
        for name, low, high in self._numbers():
            text = getattr(self, name).strip()
            if text and not _is_number(text, low, high):
                found[name] = f"A whole number from {low} to {high}."
        lacked = base is not None and base.type is self.type and not base.pin
        if self.type.has_pin and not self.pin and not lacked:
            found["pin"] = "These codes need a PIN."
        if len(self.note) > NOTE_LIMIT:
            found["note"] = f"At most {NOTE_LIMIT} characters."
        return found

    def entry(self, base: Entry | None = None) -> Entry:
        """Return the entry that the fields make: a new one, or `base` with them changed.

        What `base` has and the form does not show is kept.

        Raises:
            EntryError: the fields make none; the message is that of the first mistake.
        """
        wrong = self.mistakes(base)
        if wrong:
            name, why = next(iter(wrong.items()))
            raise EntryError(f"{name}: {why}")
        counter = self._number("counter", 0)
        made = {
            "type": self.type,
            "issuer": clean(self.issuer).strip(),
            "account": clean(self.account).strip() or None,
            "secret": self._secret(),
            "algorithm": self.algorithm if self.type.has_digits else Algorithm.SHA1,
            "digits": self._number("digits", self.type.default_digits),
            "period": self._number("period", self.type.default_period),
            "counter": counter if self.type is OtpType.HOTP else 0,
            "pin": (self.pin or None) if self.type.has_pin else None,
            "note": self.note,
        }
        if base is None:
            return Entry(**made)  # type: ignore[arg-type]
        return _kept(self, base, replace(base, **made))  # type: ignore[arg-type]

    def _secret(self) -> Secret:
        if not self.secret.strip():
            raise EntryError("the secret is needed to make codes")
        if self.type is OtpType.MOTP:
            return Secret.text(self.secret.strip())
        secret = Secret.base32(self.secret.strip())
        if self.type is OtpType.YANDEX:
            secret.require_yandex()
        return secret

    def _numbers(self) -> list[tuple[str, int, int]]:
        bounds = []
        if self.type.has_digits:
            bounds.append(("digits", 1, 10))
        if self.type is OtpType.TOTP:
            bounds.append(("period", 1, MAX_PERIOD))
        if self.type is OtpType.HOTP:
            bounds.append(("counter", 0, MAX_COUNTER))
        return bounds

    def _number(self, name: str, usual: int) -> int:
        shown = any(name == each for each, _, _ in self._numbers())
        text = getattr(self, name).strip()
        return int(text) if shown and text else usual


def _kept(draft: Draft, base: Entry, made: Entry) -> Entry:
    """Keep what was not touched, and what the form does not show for that type."""
    hidden: dict[str, object] = {}
    if draft.issuer == base.issuer:
        hidden["issuer"] = base.issuer
    if draft.account == (base.account or ""):
        hidden["account"] = base.account
    if base.type is not made.type:
        return replace(made, **hidden)  # type: ignore[arg-type]
    if draft.secret == base.secret.given:
        hidden["secret"] = base.secret
    if not made.type.has_digits:
        hidden |= {"algorithm": base.algorithm, "digits": base.digits}
    if made.type is not OtpType.TOTP:
        hidden["period"] = base.period
    if made.type is not OtpType.HOTP:
        hidden["counter"] = base.counter
    if not made.type.has_pin or draft.pin == (base.pin or ""):
        hidden["pin"] = base.pin
    return replace(made, **hidden)  # type: ignore[arg-type]


def _is_number(text: str, low: int, high: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 20 and low <= int(text) <= high


def _sentence(error: EntryError) -> str:
    words = str(error)
    return f"{words[:1].upper()}{words[1:]}."
