"""Sample entries of every type, and a temporary vault with them."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.crypto.bounds import MIN_MEMORY_KIB, MIN_TIME_COST
from tui.crypto.kdf import Argon2Params
from tui.otp.entry import (
    Algorithm,
    Binding,
    Category,
    Entry,
    OtpType,
)
from tui.otp.secret import Secret
from tui.vault.document import Document
from tui.vault.vault import Vault

if TYPE_CHECKING:
    from tui.clock import Clock

DEMO_PASSWORD = "demo demo"  # noqa: S105 - it protects nothing
"""The password of every demo vault."""

_CATEGORIES = tuple(
    Category.named(name, place) for place, name in enumerate(("Web", "Work", "Family"))
)
_NOTE = "Recovery codes are in the safe."
_SHA256, _SHA512 = Algorithm.SHA256, Algorithm.SHA512
_MADE: tuple[tuple[OtpType, str, str, str, dict[str, Any]], ...] = (
    (
        OtpType.TOTP,
        "GitHub",
        "octocat",
        "Web Work",
        {"icon": "github", "pinned": True, "copy_count": 14, "note": _NOTE},
    ),
    (OtpType.TOTP, "Google", "google@gmail.com", "Web", {"icon": "google", "pinned": True}),
    (OtpType.TOTP, "Registrar", "ops@example.org", "Work", {"digits": 8, "period": 60}),
    (OtpType.STEAM, "Steam", "gordon", "Family", {"icon": "steam"}),
    (OtpType.HOTP, "Bank", "gordon", "Family", {"counter": 12}),
    (OtpType.TOTP, "Proton", "octocat@example.org", "Web", {"algorithm": _SHA256}),
    (OtpType.TOTP, "Server room", "ops", "Work", {"algorithm": _SHA512, "digits": 8}),
    (OtpType.MOTP, "VPN", "gordon", "Work", {"pin": "1234"}),
    (OtpType.YANDEX, "Яндекс", "octocat", "Web", {"pin": "5239"}),
    (OtpType.TOTP, "郵便局", "家族", "Family", {}),
    (OtpType.TOTP, "Café Zürich", "fidélité", "Family", {"digits": 7, "period": 20}),
    (OtpType.TOTP, "Backups 🔐", "ops@example.org", "Work", {"algorithm": _SHA256, "period": 45}),
)


_USED = 7200
"""How many seconds ago the first entry was last used."""
_CREATED = 90 * 86_400
"""How many seconds ago all entries were created."""


def demo_document(moment: float) -> Document:
    """Return a dozen entries in three categories, as if used until `moment` (Unix seconds)."""
    return Document(
        entries=tuple(_entry(place, int(moment)) for place in range(len(_MADE))),
        categories=_CATEGORIES,
    )


def make_demo_vault(folder: Path, clock: Clock) -> tuple[Path, str]:
    """Create a vault with the sample entries in `folder`; return its path and password.

    Raises:
        VaultError: it can't be written.
    """
    path = folder / "demo.json"
    params = Argon2Params(MIN_TIME_COST, MIN_MEMORY_KIB, 1)
    vault = Vault.create(path, DEMO_PASSWORD, params, clock)
    vault.change(lambda _empty: demo_document(clock.now()))
    return path, DEMO_PASSWORD


def _entry(place: int, moment: int) -> Entry:
    type_, issuer, account, groups, more = _MADE[place]
    return Entry(
        type=type_,
        issuer=issuer,
        account=account,
        secret=_secret(type_, f"{issuer}:{account}"),
        categories=tuple(
            Binding(category.id, place) for category in _CATEGORIES if category.name in groups
        ),
        ranking=place,
        created=moment - _CREATED,
        updated=moment - _CREATED,
        used=moment - _USED if "copy_count" in more else 0,
        **{"digits": type_.default_digits, "period": type_.default_period, **more},
    )


def _secret(type_: OtpType, seed: str) -> Secret:
    """Return a secret derived from `seed`, so that every demo shows the same codes."""
    key = hashlib.sha256(f"otp-tui demo {seed}".encode()).digest()[:16]
    if type_ is OtpType.MOTP:
        return Secret.text(key.hex())
    return Secret.base32(base64.b32encode(key).decode().rstrip("="))
