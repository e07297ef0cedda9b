"""Collects what a reader finds in a file: entries, groups as categories, icons, problems."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from tui.backup.model import Backup, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import (
    Algorithm,
    Binding,
    Category,
    Entry,
    Icon,
    OtpType,
    category_id,
    check,
    short,
)
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT, clean, safe

MAX_ENTRIES = 50_000
"""Maximum number of entries in a file."""
MAX_GROUPS = 250_000
"""Maximum number of groups of all entries in a file, counted for each entry."""
MAX_NOTE = 100_000
"""Maximum length of a note, in characters."""
MAX_ICON = 1 << 20
"""Maximum size of an icon, in bytes."""
_WHOLE = re.compile(r"-?\d+")
_MOST_READ = 4 * NAME_LIMIT
"""The part of a name that is read, in characters: with control characters it may be longer."""


class Collector:
    """The contents of one file, in its order."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._problems: list[Problem] = []
        self._categories: dict[str, Category] = {}
        self._icons: dict[str, Icon] = {}
        self._rows = self._groups = 0

    def add(self, name: object, read: Callable[[], Entry], groups: Iterable[object] = ()) -> None:
        """Add the entry that `read` returns; if it raises EntryError, add a problem.

        `name` is the name of the entry in the file, for the problem. `groups` are names of
        categories; what is not text or empty is ignored.

        Raises:
            FormatError: the file has too many entries or groups.
        """
        self._rows += 1
        if self._rows > MAX_ENTRIES:
            raise FormatError(f"The backup has more than {MAX_ENTRIES} entries.")
        try:
            entry = read()
        except EntryError as error:
            self._problems.append(Problem(self._called(name), str(error)))
            return
        bound = dict.fromkeys(filter(None, map(self.category, groups)))
        self._entries.append(
            replace(
                entry,
                ranking=len(self._entries),
                categories=tuple(Binding(each) for each in bound) or entry.categories,
            )
        )

    def refuse(self, name: object, reason: str) -> None:
        """Add a problem for a row that is not an entry; `reason` ends a sentence."""
        self._rows += 1
        self._problems.append(Problem(self._called(name), reason))

    def remark(self, name: object, reason: str) -> None:
        """Add a problem for something that was changed or dropped, not refused."""
        self._problems.append(Problem(self._called(name), reason, refused=False))

    def category(self, name: object) -> str | None:
        """Return the id of the category with that name, which is created at its first use.

        Raises:
            FormatError: the file has too many groups.
        """
        self._groups += 1
        if self._groups > MAX_GROUPS:
            raise FormatError(f"The backup has more than {MAX_GROUPS} groups.")
        cleaned = category_name(name)
        if not cleaned:
            return None
        made = Category(category_id(cleaned), cleaned, len(self._categories))
        return self._categories.setdefault(made.id, made).id

    def icon(self, image: bytes) -> str | None:
        """Keep a custom icon; return the value for `Entry.icon`, None if it is too large."""
        if not 0 < len(image) <= MAX_ICON:
            return None
        data = base64.b64encode(image).decode()
        made = Icon(hashlib.sha1(data.encode(), usedforsecurity=False).hexdigest()[:8], data)
        self._icons.setdefault(made.id, made)
        return f"@{made.id}"

    def backup(self) -> Backup:
        """Return all that was collected."""
        return Backup(
            tuple(self._entries),
            tuple(self._categories.values()),
            tuple(self._icons.values()),
            tuple(self._problems),
        )

    def _called(self, name: object) -> str:
        shown = safe(name, 64) if isinstance(name, str) and name.strip() else ""
        return f"entry {self._rows} ({shown})" if shown else f"entry {self._rows}"


def category_name(name: object) -> str:
    """Return a group's name in a file as the name of a category; empty if it can't be one."""
    return clean(name[:_MOST_READ]).strip()[:NAME_LIMIT] if isinstance(name, str) else ""


def make_entry(
    kind: OtpType,
    issuer: object,
    account: object,
    secret: object,
    *,
    algorithm: object = None,
    digits: object = None,
    period: object = None,
    counter: object = None,
    pin: object = None,
    note: object = None,
    pinned: bool = False,
    trashed: bool = False,
    copy_count: object = None,
    icon: str | None = None,
) -> Entry:
    """Return an entry from values as a file has them: numbers may be text, all may be missing.

    `secret` is base32 text (Mobile-OTP: any text), or bytes. A period in an HOTP entry, and
    settings that the type doesn't have, are ignored. A trashed entry has `deleted` 1.

    Raises:
        EntryError: a value is missing, invalid or not supported.
    """
    made = Entry(
        type=kind,
        issuer=text(issuer, "issuer"),
        account=text(account, "account"),
        secret=_secret(kind, secret),
        algorithm=hash_function(algorithm) if kind.has_digits else Algorithm.SHA1,
        digits=number(digits, "digits", kind.default_digits)
        if kind.has_digits
        else kind.default_digits,
        period=number(period, "period", kind.default_period)
        if kind.has_period
        else kind.default_period,
        counter=number(counter, "counter", 0) if kind.has_counter else 0,
        pin=(text(pin, "PIN") or None) if kind.has_pin else None,
        note=checked_note(note),
        pinned=pinned,
        deleted=1 if trashed else 0,
        copy_count=None if copy_count is None else max(0, number(copy_count, "use count", 0)),
        icon=icon,
    )
    return check(made)


def text(value: object, called: str) -> str:
    """Return a name without control characters; empty if it is missing.

    Raises:
        EntryError: it is not text, or too long.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise EntryError(f"its {called} is not text")
    if len(value) > _MOST_READ:
        raise EntryError(
            f"its {'PIN' if called == 'PIN' else 'name'} is longer than {NAME_LIMIT} characters"
        )
    return clean(value)


def number(value: object, called: str, default: int) -> int:
    """Return a whole number, which may be written as text; `default` if it is missing.

    Raises:
        EntryError: it is something else.
    """
    if value is None or value == "":
        return default
    if type(value) is int:
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and len(value) < 20 and _WHOLE.fullmatch(value.strip()):
        return int(value.strip())
    raise EntryError(f"its {called} is {short(value)}, not a whole number")


def hash_function(value: object) -> Algorithm:
    """Return the hash function of a name like `SHA256`, `sha-256` or `HmacSHA256`.

    Missing, empty and the text `null` are SHA1.

    Raises:
        EntryError: it is another one.
    """
    if value is None:
        return Algorithm.SHA1
    name = str(value).upper().replace("-", "").replace("_", "").removeprefix("HMAC").strip()
    if name in ("", "NULL"):
        return Algorithm.SHA1
    try:
        return Algorithm(name)
    except ValueError:
        raise EntryError(f"its hash function {short(value)} is not supported") from None


def otp_type(value: object, default: OtpType | None = None) -> OtpType:
    """Return the type of a name like `totp`, `HOTP`, `steam`, `motp` or `yandex`.

    Raises:
        EntryError: it is another one, or missing without a default.
    """
    if value is None and default is not None:
        return default
    name = str(value).strip().lower()
    try:
        return _OTHER_NAMES.get(name) or OtpType(name)
    except ValueError:
        raise EntryError(f"its type {short(value)} is not supported") from None


_OTHER_NAMES = {"yaotp": OtpType.YANDEX, "mobile-otp": OtpType.MOTP, "steam guard": OtpType.STEAM}


def _secret(kind: OtpType, given: object) -> Secret:
    if isinstance(given, bytes):
        if not given:
            raise EntryError("the secret is empty")
        given = (
            given.hex() if kind is OtpType.MOTP else base64.b32encode(given).decode().rstrip("=")
        )
    if not isinstance(given, str):
        raise EntryError("it has no secret" if given is None else "its secret is not text")
    return Secret.text(given) if kind is OtpType.MOTP else Secret.base32(given)


def checked_note(value: object) -> str:
    """Return a note; empty if it is missing.

    Raises:
        EntryError: it is too long, or not text.
    """
    if value is None:
        return ""
    if not isinstance(value, str):
        raise EntryError("its note is not text")
    if len(value) > MAX_NOTE:
        raise EntryError(f"its note is longer than {MAX_NOTE} characters")
    return value
