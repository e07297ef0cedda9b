"""Steam Guard accounts: files of the Steam app and of Steam Desktop Authenticator; import only."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_ISSUER = "Steam"
_SECRET = "shared_secret"  # noqa: S105 - the name of a key
_TURN_OFF = "In Steam Desktop Authenticator, remove the encryption, then import the .maFile."


def _sniff(content: FileContent) -> bool:
    root = content.json
    if not isinstance(root, dict):
        return False
    return _SECRET in root or _has_accounts(root.get("accounts")) or _is_manifest(root)


def _has_accounts(accounts: Any) -> bool:
    return isinstance(accounts, dict) and any(
        isinstance(each, dict) and _SECRET in each for each in accounts.values()
    )


def _is_manifest(root: dict[str, Any]) -> bool:
    """True for the list of files that Steam Desktop Authenticator keeps beside them."""
    entries = root.get("entries")
    return isinstance(entries, list) and any(
        isinstance(each, dict) and "encryption_iv" in each for each in entries
    )


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read all accounts.

    Raises:
        FormatError: it is not such a file, or is encrypted.
    """
    from tui.backup.formats._entries import Collector

    if _is_encrypted(data):
        raise FormatError(
            "This maFile is encrypted by Steam Desktop Authenticator, which otp-tui can't read.",
            _TURN_OFF,
        )
    root = _json.load_object(data)
    if _is_manifest(root):
        raise FormatError(
            "This is Steam Desktop Authenticator's list of accounts, without their secrets.",
            _TURN_OFF if root.get("encrypted") else "Import the .maFile files beside it.",
        )
    collector = Collector()
    for row in _rows(root):
        if isinstance(row, dict):
            collector.add(row.get("account_name"), lambda row=row: _entry(row))  # type: ignore[misc]
        else:
            collector.refuse(None, "it is not an object")
    return collector.backup()


def _is_encrypted(data: bytes) -> bool:
    try:
        sealed = base64.b64decode(data.strip(), validate=True)
    except ValueError:
        return False
    return bool(sealed) and len(sealed) % 16 == 0


def _rows(root: dict[str, Any]) -> Iterable[Any]:
    if _SECRET in root:
        return [root]
    accounts = root.get("accounts")
    if not isinstance(accounts, dict):
        raise FormatError("The file has no Steam account.")
    return accounts.values()


def _entry(row: dict[str, Any]) -> Entry:
    from tui.backup.formats._entries import make_entry

    secret = row.get(_SECRET)
    if not isinstance(secret, str):
        raise EntryError("it has no secret" if secret is None else "its secret is not text")
    try:
        key = base64.b64decode(secret + "=" * (-len(secret) % 4), validate=True)
    except ValueError:
        raise EntryError("its secret is not base64") from None
    return make_entry(OtpType.STEAM, _ISSUER, row.get("account_name"), key)


FORMAT = Format(
    name="steam",
    label="Steam Guard account",
    suffixes=(".mafile",),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    app="Steam",
    how_to_export="Steam Desktop Authenticator: a .maFile in its folder maFiles. Rooted phone:\n"
    "Steamguard-… in /data/data/com.valvesoftware.android.steam.community/files.",
    encrypted=False,
    write_needs=Needs.NOTHING,
    names=(".mafile",),
)
