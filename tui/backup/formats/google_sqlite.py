"""The database of Google Authenticator for Android, copied from a rooted device; import only."""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats import _sqlite
from tui.backup.formats._sqlite import Value
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError
from tui.otp.entry import Entry, OtpType, short

_TABLE = "accounts"
_COLUMNS = ("email", "secret", "type")
_OPTIONAL = ("counter", "issuer", "isencrypted")
_TYPES = {0: OtpType.TOTP, 1: OtpType.HOTP}


def _sniff(content: FileContent) -> bool:
    return _sqlite.has_columns(content.data, _TABLE, _COLUMNS)


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read the accounts in the order of their ids.

    Raises:
        FormatError: it is not such a database.
    """
    from tui.backup.formats._entries import Collector

    collector = Collector()
    for row in _sqlite.rows(data, _TABLE, _COLUMNS, _OPTIONAL):
        collector.add(row["email"], lambda row=row: _entry(row))  # type: ignore[misc]
    return collector.backup()


def _entry(row: dict[str, Value]) -> Entry:
    from tui.backup.formats._entries import make_entry, text

    if row["isencrypted"]:
        raise EntryError("its secret is encrypted with a key of the phone")
    kind = _TYPES.get(row["type"]) if type(row["type"]) is int else None
    if kind is None:
        raise EntryError(f"its type {short(row['type'])} is not supported")
    issuer, name = text(row["issuer"], "issuer").strip(), text(row["email"], "account").strip()
    if issuer and f"{name}:".startswith(f"{issuer}:"):
        name = name[len(issuer) + 1 :].strip()
    return make_entry(kind, issuer, name, _secret(row["secret"]), counter=row["counter"])


def _secret(value: Value) -> Value:
    if isinstance(value, bytes):
        raise EntryError("its secret is not text")
    return value


FORMAT = Format(
    name="google-sqlite",
    label="Google Authenticator database (rooted phone)",
    suffixes=(".sqlite", ".db"),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    app="Google Authenticator",
    how_to_export="As root, copy the file databases in the folder\n"
    "/data/data/com.google.android.apps.authenticator2/databases.",
    encrypted=False,
    write_needs=Needs.NOTHING,
)
