"""TOTP Authenticator's backup, and its preference file (spec: formats.md, section 10)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _android_xml, _json
from tui.backup.formats._entries import Collector, make_entry, text
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_LIST = "STATIC_TOTP_CODES_LIST"
_DEFAULT = "TotpAuthenticator"
"""The password that the app uses if none is set."""
_UNKNOWN = "Unknown"
_BLOCK = 16
_is_base64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}").fullmatch
_SPACE = b" \t\n\r\v\f"


def _sniff(content: FileContent) -> bool:
    if b"<map" in content.data[:1024]:
        return _LIST.encode() in content.data
    return bool(_ciphertext(content.data))


def _ciphertext(data: bytes) -> bytes:
    """Return the decoded text of a backup; empty if it can't be one."""
    text = data.translate(None, _SPACE)
    if len(data) < 2 * _BLOCK or not _is_base64(text):
        return b""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
    return b"" if len(found) % _BLOCK else found


def _needs(content: FileContent) -> Needs:
    sealed = _ciphertext(content.data)
    if not sealed:
        return Needs.NOTHING
    try:
        _opened(sealed, _DEFAULT)
    except BackupPasswordError:
        return Needs.PASSWORD
    return Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Return the entries of a backup or a preference file.

    Raises:
        FormatError: it is not from TOTP Authenticator.
        BackupPasswordError: the password is wrong or missing, or the file is damaged.
    """
    sealed = _ciphertext(data)
    if sealed:
        rows = _opened(sealed, credentials.password or _DEFAULT)
    else:
        listed = _android_xml.preferences(data).get(_LIST)
        if not isinstance(listed, str):
            raise FormatError("The file is not from TOTP Authenticator: it has no list of codes.")
        rows = _json.load(listed.encode(errors="surrogatepass"))
    if not isinstance(rows, list):
        raise FormatError("The file is not from TOTP Authenticator: it is not a list.")
    collector = Collector()
    for row in rows:
        name = row.get("issuer") if isinstance(row, dict) else None
        collector.add(name, partial(_entry, row))
    return collector.backup()


def _opened(sealed: bytes, password: str) -> Any:
    """Return the list; nothing authenticates the file, so what isn't one has a wrong password."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.padding import PKCS7

    key = hashlib.sha256(password.encode(errors="replace")).digest()
    cipher, remover = Cipher(AES(key), CBC(bytes(_BLOCK))).decryptor(), PKCS7(128).unpadder()
    try:
        padded = cipher.update(sealed) + cipher.finalize()
        plain = remover.update(padded) + remover.finalize()
        (listed,) = _json.load_object(plain)
        return _json.load(listed.encode(errors="surrogatepass"))
    except (ValueError, FormatError):
        raise BackupPasswordError("Wrong password, or the file is damaged.") from None


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    issuer, account = text(row.get("issuer"), "issuer"), text(row.get("name"), "name")
    if issuer == _UNKNOWN:
        issuer = account
    return make_entry(
        OtpType.TOTP,
        issuer,
        account,
        _secret(row.get("key"), row.get("base", 32)),
        digits=row.get("digits"),
        period=row.get("period"),
    )


def _secret(given: object, base: object) -> object:
    if not isinstance(given, str) or base == 32:
        return given
    try:
        if base == 16:
            return bytes.fromhex(given)
        if base == 64:
            return base64.b64decode(given, validate=True)
    except ValueError:
        raise EntryError(f"its secret is not base {base}") from None
    raise EntryError("its secret is in an unknown base")


FORMAT = Format(
    name="totp-authenticator",
    label="TOTP Authenticator",
    suffixes=(".encrypt", ".xml"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="TOTP Authenticator",
    how_to_export="Settings > Backup and restore > Encrypted backup.",
    weak_sniff=True,
)
