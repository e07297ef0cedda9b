"""Sample entries for the benchmarks."""

from __future__ import annotations

import base64
import hashlib

from tui.otp.entry import Algorithm, Binding, Category, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document

CATEGORIES = tuple(Category.named(name, at) for at, name in enumerate(("Web", "Work", "Home")))


def document(count: int) -> Document:
    """Return a document of `count` entries: TOTP, 6 digits, 30 s, like nearly all real ones."""
    return Document(entries=tuple(_entry(number) for number in range(count)), categories=CATEGORIES)


def _entry(number: int) -> Entry:
    digest = hashlib.sha256(str(number).encode()).digest()
    return Entry(
        id=f"00000000-0000-4000-8000-{number:012}",
        type=OtpType.TOTP,
        issuer=f"Service {number:05}",
        account=f"someone{number}@example.org",
        secret=Secret.base32(base64.b32encode(digest[:20]).decode()),
        algorithm=Algorithm.SHA1,
        categories=(Binding(CATEGORIES[number % 3].id, number),),
        ranking=number,
    )
