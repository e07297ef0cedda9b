"""The browser extension Authenticator's backup, plain or encrypted (spec: formats.md, section 11).

Three ages of encryption: each secret under the password (v1); each under a key that the password
opens (v2); whole entries under a key derived with Argon2id (v3). All use OpenSSL's container.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry, number, otp_type
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import BackupPasswordError, CryptoError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_KINDS = ("OTPStorage", "EncOTPStorage", "Key")
_PARTS = frozenset(("secret", "data", "issuer", "account"))
"""What an entry of an old backup, without `dataType`, has one of."""
_OLD_ENTRY = frozenset(("secret", "hash", "index", "type"))
"""What the extension wrote for every entry before `dataType` (src/models/storage.ts)."""
_SALTED = b"Salted__"
_ARGON2 = Argon2Params(time_cost=2, memory_kib=19 * 1024, parallelism=1)
_WRONG = "Wrong password, or the file is damaged."
_BATTLE_DIGITS = 8
_MOST_KEYS = 50
"""Maximum number of keys that are derived for one file; the extension has one."""
_TYPE_OF_PREFIX = {"blz": "battle", "bliz": "battle", "stm": "steam"}
"""Starts of secrets in old backups, before a dash."""
_is_hex = re.compile("[0-9a-f]+", re.IGNORECASE).fullmatch
_is_base32 = re.compile("[a-z2-7]+=*", re.IGNORECASE).fullmatch


def _sniff(content: FileContent) -> bool:
    root = content.json
    if not isinstance(root, dict):
        return False
    if _old_key(root) is not None:
        return True
    return any(isinstance(row, dict) and _is_own(row) for row in root.values())


def _is_own(row: dict[str, Any]) -> bool:
    """Return True if only the extension writes such an object."""
    return row.get("dataType") in _KINDS or row.keys() >= _OLD_ENTRY


def _old_key(root: dict[str, Any]) -> str | None:
    """Return the encrypted key of v2; None if there is none."""
    key = root.get("key")
    found = key.get("enc") if isinstance(key, dict) and "hash" in key else None
    return found if isinstance(found, str) else None


def _needs(content: FileContent) -> Needs:
    root = content.json
    rows = root.values() if isinstance(root, dict) else ()
    return Needs.PASSWORD if any(map(_is_encrypted, rows)) else Needs.NOTHING


def _is_encrypted(row: Any) -> bool:
    return isinstance(row, dict) and (
        row.get("dataType") == "EncOTPStorage" or row.get("encrypted") is True
    )


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Return the entries of a backup.

    Raises:
        FormatError: it is not from the extension.
        BackupPasswordError: the password is wrong or missing, or the file is damaged.
    """
    root = _json.load_object(data)
    password = credentials.password.encode(errors="replace")
    if any(map(_is_encrypted, root.values())) and not password:
        raise BackupPasswordError("This backup needs its password.")
    opened = _Opener(root, password)
    collector = Collector()
    rows = [row for row in root.values() if isinstance(row, dict) and _is_entry(row)]
    for row in sorted(map(opened.row, rows), key=_index):
        collector.add(row.get("issuer"), partial(_entry, row))
    return collector.backup()


def _is_entry(row: dict[str, Any]) -> bool:
    kind = row.get("dataType", "OTPStorage")
    return kind != "Key" and ("dataType" in row or not _PARTS.isdisjoint(row))


class _Opener:
    """Opens the encrypted entries of one file."""

    def __init__(self, root: dict[str, Any], password: bytes) -> None:
        self._password = password
        self._keys: dict[str, bytes] = {}
        self._salts = {
            str(row.get("id")): str(row.get("salt", ""))
            for row in root.values()
            if isinstance(row, dict) and row.get("dataType") == "Key"
        }
        old = _old_key(root)
        self._secret_key = password
        if old is not None and password:
            self._secret_key = _decrypted(old, password).hex().encode()

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return an entry with its secret in clear."""
        if row.get("dataType") == "EncOTPStorage":
            return self._whole(row)
        if row.get("encrypted") is True:
            secret = _decrypted(row.get("secret"), self._secret_key)
            return {**row, "secret": _text(secret)}
        return row

    def _whole(self, row: dict[str, Any]) -> dict[str, Any]:
        identity = str(row.get("keyId"))
        if identity not in self._salts:
            raise FormatError("The backup is damaged: the key of an entry is missing.")
        if identity not in self._keys:
            if len(self._keys) == _MOST_KEYS:
                raise FormatError(f"The backup has more than {_MOST_KEYS} keys.")
            salt = self._salts[identity].encode(errors="replace")
            try:
                derived = kdf.argon2_of_file("ID", self._password, salt, _ARGON2)
            except CryptoError as error:
                raise FormatError(f"Can't open the file: {str(error).rstrip('.')}.") from None
            self._keys[identity] = base64.b64encode(derived).rstrip(b"=")
        try:
            found = _json.load_object(_decrypted(row.get("data"), self._keys[identity]))
        except FormatError:
            raise BackupPasswordError(_WRONG) from None
        return {"index": row.get("index"), **found}


def _decrypted(given: object, passphrase: bytes) -> bytes:
    """Return the content of an OpenSSL container: `Salted__`, 8 bytes, AES-256-CBC.

    Key and IV are MD5 digests, one round for each block (EVP_BytesToKey).

    Raises:
        FormatError: it is not such a container.
        BackupPasswordError: the passphrase is wrong, or it is damaged.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.padding import PKCS7

    try:
        data = base64.b64decode(given, validate=True) if isinstance(given, str) else b""
    except (binascii.Error, ValueError):
        data = b""
    salt, sealed = data[8:16], data[16:]
    if not data.startswith(_SALTED) or not sealed or len(sealed) % 16:
        raise FormatError("The backup is damaged: an encrypted value is incomplete.")
    derived = block = b""
    while len(derived) < 48:
        block = hashlib.md5(block + passphrase + salt, usedforsecurity=False).digest()
        derived += block
    cipher = Cipher(AES(derived[:32]), CBC(derived[32:48])).decryptor()
    remover = PKCS7(128).unpadder()
    try:
        padded = cipher.update(sealed) + cipher.finalize()
        return remover.update(padded) + remover.finalize()
    except ValueError:
        raise BackupPasswordError(_WRONG) from None


def _text(data: bytes) -> str:
    try:
        return data.decode("ascii")
    except UnicodeDecodeError:
        raise BackupPasswordError(_WRONG) from None


def _index(row: dict[str, Any]) -> int:
    try:
        return number(row.get("index"), "index", 0)
    except EntryError:
        return 0


def _entry(row: dict[str, Any]) -> Entry:
    given, secret = _type_and_secret(row)
    name, digits = str(given).lower(), row.get("digits")
    if name in ("hex", "hhex"):
        kind = OtpType.HOTP if name == "hhex" else OtpType.TOTP
        try:
            secret = bytes.fromhex(str(secret))
        except ValueError:
            raise EntryError("its secret is not hexadecimal") from None
    elif name == "battle":
        kind, digits = OtpType.TOTP, _BATTLE_DIGITS
    else:
        kind = otp_type(given, OtpType.TOTP)
    return make_entry(
        kind,
        str(row.get("issuer") or "").partition("::")[0],
        row.get("account"),
        secret,
        algorithm=row.get("algorithm"),
        digits=digits,
        period=row.get("period"),
        counter=row.get("counter"),
        pinned=row.get("pinned") is True,
    )


def _type_and_secret(row: dict[str, Any]) -> tuple[object, object]:
    """Return type and secret of an entry; in old backups, the secret says the type.

    Source: the extension's storage.ts, which does the same when it imports a backup.
    """
    given, secret = row.get("type"), row.get("secret")
    if not isinstance(secret, str):
        return given, secret
    prefix, dash, rest = secret.partition("-")
    if dash and prefix in _TYPE_OF_PREFIX:
        return _TYPE_OF_PREFIX[prefix], rest
    if _is_hex(secret) and not _is_base32(secret):
        kinds = {"totp": "hex", "hotp": "hhex"}
        return kinds.get(str(given or "totp").lower(), given), secret
    return given, secret


FORMAT = Format(
    name="authenticator-cc",
    label="Authenticator (browser extension)",
    suffixes=(".json",),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="Authenticator (browser extension)",
    how_to_export="Cog > Backup > Download Backup File. Its list of URIs can be imported as well.",
)
