"""Shared by the vault's tests: a clock, cheap parameters, entries, a full document."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from tui.crypto.kdf import Argon2Params
from tui.otp.entry import Algorithm, Binding, Category, Entry, Icon, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document, Unreadable

FLOOR = Argon2Params(2, 19456, 1)
"""The cheapest parameters allowed in new files."""
PASSWORD = "ﬁne Grüße \N{BLACK STAR}"
"""A password that NFKC changes."""
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
"""Base32 of `12345678901234567890`, the secret of RFC 4226, appendix D."""
RFC_CODES = ["755224", "287082", "359152", "969429", "338314", "254676"]
"""RFC 4226, appendix D."""


class MovedClock:
    """A clock that stands still until it is advanced."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.moment = now

    def now(self) -> float:
        return self.moment

    def steady(self) -> float:
        return self.moment


class Drawn:
    """Return a source of reproducible random bytes."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._drawn = 0

    def __call__(self, length: int) -> bytes:
        self._drawn += 1
        return hashlib.sha256(f"{self._seed} {self._drawn}".encode()).digest()[:length]


def entry(name: str = "Site", kind: OtpType = OtpType.TOTP, **changes: object) -> Entry:
    """Return an entry whose id follows from its name."""
    made = Entry(
        id=identity(name), type=kind, issuer=name, account="me", secret=Secret.base32(RFC_SECRET)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def identity(name: str) -> str:
    """Return an id in the form of a UUID."""
    digits = hashlib.sha256(name.encode()).hexdigest()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))


def document(*entries: Entry) -> Document:
    """Return a document of these entries and nothing else."""
    return Document(entries=entries)


def full_document() -> Document:
    """Return a document with every type, and with everything that a reader has to keep."""
    web = Category.named("Wéb", 1)
    return Document(
        entries=(
            entry(
                "Totp",
                algorithm=Algorithm.SHA512,
                digits=8,
                period=60,
                icon="@1badcafe",
                categories=(Binding(web.id, 3), Binding("00000000", 0)),
                ranking=-2,
                pinned=True,
                copy_count=7,
                note='two\nlines "quoted" \\',
                created=1_600_000_000,
                updated=1_650_000_000,
                revision=5,
                extra={"colour": "red", "later": {"deep": [1, 2, None]}},
            ),
            entry("Hotp", OtpType.HOTP, counter=2**63 - 1, account=None),
            entry("Steam", OtpType.STEAM, digits=5, secret=Secret.base32("gezd gnbv-gy3t====")),
            entry("motp ☃", OtpType.MOTP, period=10, secret=Secret.text("e3 15 Ab"), pin="1234"),
            entry("Yandex", OtpType.YANDEX, digits=8, secret=_yandex(), pin="000111"),
        ),
        categories=(web, Category.named("Work")),
        icons=(Icon("1badcafe", "iVBORw0KGgo="),),
        preferences={"sort": "issuer", "columns": [1, 2]},
        unreadable=(
            Unreadable({"id": "x", "type": "quantum"}, "“issuer” is missing", "(no name)"),
        ),
        extra={"future": {"of": "otp"}},
        kept={("categories", web.id): {"colour": "#fff"}},
    )


def _yandex() -> Secret:
    return Secret.base32("GEZDGNBVGY3TQOJQGEZDGNBVGY")
