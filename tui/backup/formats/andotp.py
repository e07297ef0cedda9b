"""andOTP: its JSON, plain, and with the new and the old encryption. Spec: formats.md, section 7."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import replace
from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry, number, otp_type
from tui.backup.formats._passwords import password_bytes
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.crypto import kdf
from tui.crypto.aead import NONCE_LENGTH, TAG_LENGTH, aes_gcm_decrypt
from tui.crypto.bounds import MAX_PBKDF2_ROUNDS
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret

_KEYS = frozenset({"secret", "label", "type"})
_ARMOR = b"-----BEGIN PGP MESSAGE-----"
_is_message = re.compile(
    rb"\x84.\x03|\x85..\x03|\x8c.\x04|\xc1(?:[\xc0-\xdf].|.)[\x03\x06]|\xc3.[\x04-\x06]", re.DOTALL
).match
"""Finds the first packet, with the key for a recipient or a password, and its version (RFC 9580,
sections 4.2, 5.1 and 5.3)."""
_ROUNDS, _SALT = 4, 12
_MIN_ROUNDS = 1000
"""Minimum rounds of a file that is recognized; the app uses 140,000 to 160,000."""
_SHORTEST_NEW = _ROUNDS + _SALT + NONCE_LENGTH + TAG_LENGTH
_SHORTEST_OLD = NONCE_LENGTH + TAG_LENGTH
_LATEST = 2**40


def _sniff(content: FileContent) -> bool:
    if content.data.lstrip()[: len(_ARMOR)] == _ARMOR:
        return True
    if _MIN_ROUNDS <= _rounds(content.data) <= MAX_PBKDF2_ROUNDS:
        return True
    root = content.json
    return (
        isinstance(root, list)
        and bool(root)
        and isinstance(root[0], dict)
        and root[0].keys() >= _KEYS
        and ("algorithm" in root[0] or "digits" in root[0])
    )


def _rounds(data: bytes) -> int:
    """Return the rounds at the start of a file; 0 if it is too short for the new encryption."""
    return struct.unpack_from(">I", data)[0] if len(data) >= _SHORTEST_NEW else 0


def _needs(content: FileContent) -> Needs:
    data = content.data
    return Needs.PASSWORD if _is_encrypted(data) and not _is_pgp(data) else Needs.NOTHING


def _is_encrypted(data: bytes) -> bool:
    """Return True if a file may have one of the app's encryptions: even an OpenPGP message may."""
    return (
        len(data) >= _SHORTEST_OLD
        and not data.lstrip().startswith(_ARMOR)
        and not (data.lstrip()[:1] in (b"[", b"{") and _json.is_text(data))
    )


def _is_pgp(data: bytes) -> bool:
    """Return True for an OpenPGP message, as text or as bytes."""
    return data.lstrip().startswith(_ARMOR) or _is_message(data) is not None


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read a plain or an encrypted backup.

    Raises:
        FormatError: it is damaged, or encrypted with OpenPGP.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    if not data:
        raise FormatError("The file is empty.")
    encrypted = _is_encrypted(data)
    if encrypted and credentials.password:
        try:
            return _parse(_decrypt(data, password_bytes(credentials)))
        except BackupPasswordError:
            if not _is_pgp(data):
                raise
    if _is_pgp(data):
        raise FormatError(
            "This backup is encrypted with OpenPGP, which otp-tui can't read.",
            "Decrypt it with gpg first.",
        )
    if encrypted:
        password_bytes(credentials)
    return _parse(data)


def _decrypt(data: bytes, password: bytes) -> bytes:
    """Return the JSON. Nothing tells the encryptions apart: the new one is tried first.

    Raises:
        BackupPasswordError: the password is wrong, or the bytes were changed.
    """
    rounds = _rounds(data)
    if 1 <= rounds <= MAX_PBKDF2_ROUNDS:
        salt, body = data[_ROUNDS : _ROUNDS + _SALT], data[_ROUNDS + _SALT :]
        key = kdf.pbkdf2("SHA1", password, salt, rounds)
        try:
            return aes_gcm_decrypt(key, body[:NONCE_LENGTH], body[NONCE_LENGTH:])
        except AuthenticationError:
            pass
    key = hashlib.sha256(password).digest()
    try:
        return aes_gcm_decrypt(key, data[:NONCE_LENGTH], data[NONCE_LENGTH:])
    except AuthenticationError:
        raise BackupPasswordError("Wrong password, or the backup is damaged.") from None


def _parse(data: bytes) -> Backup:
    rows = _json.load(data)
    if not isinstance(rows, list):
        raise FormatError("The file is not a backup of andOTP.")
    found = Collector()
    for row in rows:
        given = row if isinstance(row, dict) else {}
        tags = given.get("tags")
        name = given.get("issuer") or given.get("label")
        found.add(name, partial(_entry, row), tags if isinstance(tags, list) else ())
    return found.backup()


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    kind, secret = otp_type(row.get("type")), row.get("secret")
    if kind is OtpType.MOTP and "pin" not in row:  # exports of cotp for andOTP have PINs
        secret = _motp_secret(secret)
    issuer, account = row.get("issuer"), row.get("label")
    if "issuer" not in row and isinstance(account, str) and " - " in account:
        # Before version 0.6, labels were like `GitHub - GitHub:octocat`.
        issuer, _, account = account.partition(" - ")
        account = account.removeprefix(f"{issuer}:")
    entry = make_entry(
        kind,
        issuer,
        account,
        secret,
        algorithm=row.get("algorithm"),
        digits=row.get("digits"),
        period=row.get("period"),
        counter=row.get("counter"),
        pin=row.get("pin"),
        copy_count=row.get("used_frequency"),
    )
    used = number(row.get("last_used"), "last use", 0) // 1000
    return replace(entry, used=used if 0 <= used < _LATEST else 0)


def _motp_secret(given: object) -> str:
    """Return the text of a Mobile-OTP secret, which is stored in base32."""
    if not isinstance(given, str):
        raise EntryError("it has no secret" if given is None else "its secret is not text")
    try:
        return Secret.base32(given).key.decode()
    except UnicodeDecodeError:
        raise EntryError("its secret is not text") from None


FORMAT = Format(
    name="andotp",
    label="andOTP",
    suffixes=(".json.aes", ".json.gpg"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="andOTP",
    how_to_export="Menu > Backups > Backup (encrypted), with a password.",
    names=(".json.aes", ".json.gpg"),
    weak_sniff=True,
)
