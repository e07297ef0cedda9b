"""Authy's preference files on Android, plain or encrypted (spec: formats.md, section 10).

Also `decrypted_tokens.json`, which published scripts make of the tokens that Authy's server sent:
`{"decrypted_authenticator_tokens": [{"name", "issuer", "decrypted_seed", "digits", …}]}`.
"""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _android_xml, _json
from tui.backup.formats._entries import Collector, make_entry
from tui.backup.formats._passwords import password_bytes
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.crypto import kdf
from tui.crypto.aead import aes_cbc_decrypt
from tui.errors import (
    AuthenticationError,
    BackupPasswordError,
    CryptoError,
    EntryError,
    FormatError,
)
from tui.otp.entry import Entry, OtpType

_PREFIX = "com.authy.storage.tokens."
_LISTS = (f"{_PREFIX}authenticator.key", f"{_PREFIX}authy.key")
_SECRETS = ("decryptedSecret", "encryptedSecret", "secretSeed")
_DECRYPTED = "decrypted_authenticator_tokens"
_ROUNDS = 1000
_MOST_ENCRYPTED = 5000
"""Maximum number of encrypted tokens, as each takes a key derivation of its own."""
_OWN_PERIOD = 10
"""Seconds of a code of Authy's own kind."""


def _sniff(content: FileContent) -> bool:
    if _android_xml.has_value(content.data, _PREFIX):
        return True
    rows = content.json
    if isinstance(rows, dict):
        return isinstance(rows.get(_DECRYPTED), list)
    return isinstance(rows, list) and any(
        isinstance(row, dict) and any(name in row for name in _SECRETS) for row in rows
    )


def _needs(content: FileContent) -> Needs:
    try:
        rows = _rows(content.data)
    except FormatError:
        return Needs.NOTHING
    return Needs.PASSWORD if any(_is_encrypted(row) for row in rows) else Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Return the entries of a preference file, of a list taken out of one, or of
    `decrypted_tokens.json`.

    Raises:
        FormatError: it is not from Authy.
        BackupPasswordError: the password is wrong or missing.
    """
    rows = _rows(data)
    encrypted = sum(map(_is_encrypted, rows))
    if encrypted > _MOST_ENCRYPTED:
        raise FormatError(f"The backup has more than {_MOST_ENCRYPTED} encrypted tokens.")
    password = password_bytes(credentials) if encrypted else b""
    collector = Collector()
    opened: list[bool] = []

    def entry_of(row: Any) -> Entry:
        try:
            entry = _entry(row, password)
        except BackupPasswordError:
            opened.append(False)
            raise EntryError("its encrypted secret is damaged") from None
        if _is_encrypted(row):
            opened.append(True)
        return entry

    for row in rows:
        name = row.get("name") if isinstance(row, dict) else None
        collector.add(name, partial(entry_of, row))
    if opened and not any(opened):
        raise BackupPasswordError("Wrong password.")
    return collector.backup()


def _rows(data: bytes) -> list[Any]:
    if data.lstrip()[:1] == b"[":
        rows = _json.load(data)
        return rows if isinstance(rows, list) else []
    if _json.is_object(data):
        return _decrypted_rows(_json.load_object(data))
    values = _android_xml.preferences(data)
    found: list[Any] = []
    for name in _LISTS:
        text = values.get(name)
        if not isinstance(text, str) or not text:
            continue
        rows = _json.load(text.encode(errors="surrogatepass"))
        if not isinstance(rows, list):
            raise FormatError("The file is not from Authy: its tokens are not a list.")
        found += rows
    return found


def _decrypted_rows(root: dict[str, Any]) -> list[Any]:
    """Return the tokens of `decrypted_tokens.json` as the preference file has them."""
    rows = root.get(_DECRYPTED)
    if not isinstance(rows, list):
        raise FormatError("The file is not from Authy: it has no decrypted tokens.")
    return [
        {
            "name": row.get("name"),
            "originalName": row.get("name"),
            "originalIssuer": row.get("issuer"),
            "decryptedSecret": row.get("decrypted_seed"),
            "digits": row.get("digits"),
        }
        if isinstance(row, dict)
        else row
        for row in rows
    ]


def _is_encrypted(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and not row.get("decryptedSecret")
        and not row.get("secretSeed")
        and bool(row.get("encryptedSecret"))
    )


def _entry(row: Any, password: bytes) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    issuer, account = _names(row)
    digits = row.get("digits")
    if row.get("secretSeed"):
        try:
            key = bytes.fromhex(str(row["secretSeed"]))
        except ValueError:
            raise EntryError("its secret is not hexadecimal") from None
        return make_entry(OtpType.TOTP, issuer, account, key, digits=digits, period=_OWN_PERIOD)
    secret = _decrypted(row, password) if _is_encrypted(row) else row.get("decryptedSecret")
    return make_entry(OtpType.TOTP, issuer, account, secret, digits=digits)


def _names(row: dict[str, Any]) -> tuple[str, str]:
    name = row.get("name") if isinstance(row.get("name"), str) else ""
    original = row.get("originalName") if isinstance(row.get("originalName"), str) else ""
    issuer = row.get("originalIssuer")
    if isinstance(issuer, str) and issuer:
        return issuer, str(name or original).removeprefix(f"{issuer}: ").removeprefix(f"{issuer}:")
    for text, mark in ((original, ":"), (name, " - ")):
        first, found, rest = str(text).partition(mark)
        if found:
            return first.strip(), rest.strip()
    return str(name or original), ""


def _decrypted(row: dict[str, Any], password: bytes) -> str:
    salt = row.get("salt")
    if not isinstance(salt, str):
        raise EntryError("it is encrypted and has no salt")
    try:
        data = base64.b64decode(str(row["encryptedSecret"]), validate=True)
    except (binascii.Error, ValueError):
        raise EntryError("its encrypted secret is not base64") from None
    key = kdf.pbkdf2("SHA1", password, salt.encode(), _ROUNDS)
    try:
        text = aes_cbc_decrypt(key, bytes(16), data).decode("ascii")
    except (AuthenticationError, UnicodeDecodeError):
        raise BackupPasswordError("Wrong password.") from None
    except CryptoError:
        raise EntryError("its encrypted secret is incomplete") from None
    if not text or not all(each.isalnum() or each in "= -" for each in text):
        raise BackupPasswordError("Wrong password.")
    return text


FORMAT = Format(
    name="authy",
    label="Authy",
    suffixes=(".xml", ".json"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="Authy",
    how_to_export="Authy has no export. On a rooted phone, copy "
    "com.authy.storage.tokens.authenticator.xml from shared_prefs in /data/data/com.authy.authy.",
)
