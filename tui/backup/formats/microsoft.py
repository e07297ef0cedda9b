"""The database of Microsoft Authenticator for Android, copied from a rooted device; import only."""

from __future__ import annotations

import base64

from tui.backup.content import FileContent
from tui.backup.formats import _sqlite
from tui.backup.formats._sqlite import Value
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError
from tui.otp.entry import Entry, OtpType, short

_TABLE = "accounts"
_COLUMNS = ("name", "username", "oath_secret_key", "account_type")
_OPTIONAL = ("encrypted_oath_secret_key", "ux_position")
_ANY, _MICROSOFT, _WORK = 0, 1, 2
_MICROSOFT_DIGITS = 8


def _sniff(content: FileContent) -> bool:
    return _sqlite.has_columns(content.data, _TABLE, ("oath_secret_key",))


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read the accounts in the order of the app.

    Raises:
        FormatError: it is not such a database.
    """
    from tui.backup.formats._entries import Collector

    collector = Collector()
    rows = _sqlite.rows(data, _TABLE, _COLUMNS, _OPTIONAL)
    for row in sorted(rows, key=_position):
        name = row["name"] or row["username"]
        collector.add(name, lambda row=row: _entry(row))  # type: ignore[misc]
    return collector.backup()


def _position(row: dict[str, Value]) -> int:
    position = row["ux_position"]
    return position if type(position) is int else 0


def _entry(row: dict[str, Value]) -> Entry:
    from tui.backup.formats._entries import make_entry

    kind, secret = row["account_type"], row["oath_secret_key"]
    if kind == _WORK:
        raise EntryError("it approves sign-ins of a work account, and has no codes to move")
    if kind not in {_ANY, _MICROSOFT}:
        raise EntryError(f"its type {short(kind)} is not supported")
    if not secret and row["encrypted_oath_secret_key"]:
        raise EntryError("its secret is encrypted with a key of the phone")
    if not isinstance(secret, str):
        raise EntryError("it has no secret" if secret is None else "its secret is not text")
    digits = None
    key: str | bytes = secret
    if kind == _MICROSOFT:
        digits = _MICROSOFT_DIGITS
        try:
            key = base64.b64decode(secret, validate=True)
        except ValueError:
            raise EntryError("its secret is not base64") from None
    return make_entry(OtpType.TOTP, row["name"], row["username"], key, digits=digits)


FORMAT = Format(
    name="microsoft",
    label="Microsoft Authenticator database (rooted phone)",
    suffixes=(".sqlite", ".db"),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    app="Microsoft Authenticator",
    how_to_export="As root, copy /data/data/com.azure.authenticator/databases/PhoneFactor.",
    encrypted=False,
    write_needs=Needs.NOTHING,
)
