"""cotp: its JSON, its JSON of URIs, and its database. Spec: formats.md, sections 10 and 11."""

from __future__ import annotations

import base64
import re
from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry, otp_type
from tui.backup.formats._passwords import password_bytes
from tui.backup.formats._uri_lines import is_uri, read_line
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import (
    AuthenticationError,
    BackupPasswordError,
    CryptoError,
    EntryError,
    FormatError,
)
from tui.otp.entry import Entry

_DATABASE = frozenset({"version", "nonce", "salt", "cipher"})
_VERSION, _DATABASE_VERSION = 2, 1
_PARAMS = Argon2Params(4, 32768, 4)
_SALT, _NONCE, _TAG = 16, 24, 16
_own_host = re.compile("otpauth://(yandex|motp)/", re.IGNORECASE)
_USUAL = {"yandex": "otpauth://yaotp/", "motp": "motp://"}


def _sniff(content: FileContent) -> bool:
    root = content.json
    if not isinstance(root, dict):
        return False
    if root.keys() == {"items"}:
        rows = root["items"]
        first = rows[0] if isinstance(rows, list) and rows else None
        return isinstance(first, str) and is_uri(first[:64].encode(errors="replace"))
    return _is_plain(root) or root.keys() >= _DATABASE


def _is_plain(root: dict[str, Any]) -> bool:
    return "version" in root and isinstance(root.get("elements"), list)


def _needs(content: FileContent) -> Needs:
    root = content.json
    encrypted = isinstance(root, dict) and root.keys() >= _DATABASE
    return Needs.PASSWORD if encrypted else Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read an export or the database.

    Raises:
        FormatError: it is damaged, or from a newer version of cotp.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    root = _json.load_object(data)
    if root.keys() >= _DATABASE:
        plain = _json.load(_decrypt(root, credentials))
        # The first versions stored the list alone.
        root = {"version": 1, "elements": plain} if isinstance(plain, list) else plain
    if isinstance(root, dict) and isinstance(root.get("items"), list):
        return _read_uris(root["items"])
    if not isinstance(root, dict) or not _is_plain(root):
        raise FormatError("The file is not from cotp.")
    _check_version(root["version"], _VERSION)
    found = Collector()
    for row in root["elements"]:
        given = row if isinstance(row, dict) else {}
        found.add(given.get("issuer") or given.get("label"), partial(_entry, row))
    return found.backup()


def _read_uris(rows: list[Any]) -> Backup:
    found = Collector()
    for row in rows:
        found.add(None, partial(_from_uri, row))
    return found.backup()


def _from_uri(row: Any) -> Entry:
    if not isinstance(row, str):
        raise EntryError("it is not text")
    return read_line(_own_host.sub(lambda host: _USUAL[host[1].lower()], row.strip(), count=1))[0]


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    return make_entry(
        otp_type(row.get("type")),
        row.get("issuer"),
        row.get("label"),
        row.get("secret"),
        algorithm=row.get("algorithm"),
        digits=row.get("digits"),
        period=row.get("period"),
        counter=row.get("counter"),
        pin=row.get("pin"),
    )


def _decrypt(root: dict[str, Any], credentials: Credentials) -> bytes:
    from tui.backup.formats._xchacha import xchacha20_poly1305_decrypt

    _check_version(root["version"], _DATABASE_VERSION)
    nonce, salt, sealed = (_bytes(root[name], name) for name in ("nonce", "salt", "cipher"))
    if len(nonce) != _NONCE or len(salt) != _SALT or len(sealed) < _TAG:
        raise FormatError("The database is incomplete.")
    password = password_bytes(credentials)
    try:
        key = kdf.argon2_of_file("ID", password, salt, _PARAMS)
    except CryptoError as error:
        raise FormatError(f"Can't derive the key: {str(error).rstrip('.')}.") from None
    try:
        return xchacha20_poly1305_decrypt(key, nonce, sealed)
    except AuthenticationError:
        raise BackupPasswordError("Wrong password, or the database is damaged.") from None


def _check_version(version: Any, newest: int) -> None:
    if type(version) is not int or version < 1:
        raise FormatError("The file has no valid version of cotp.")
    if version > newest:
        raise FormatError("The file is from a newer version of cotp, which otp-tui can't read.")


def _bytes(value: Any, what: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        raise FormatError(f"The database's {what} is not base64.") from None


FORMAT = Format(
    name="cotp",
    label="cotp",
    suffixes=(".json", ".cotp"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="cotp",
    how_to_export="cotp export --path FILE. The database itself, db.cotp, can also be read.",
)
