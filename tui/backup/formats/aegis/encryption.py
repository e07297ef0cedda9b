"""The encryption of Aegis: a master key, wrapped by a key from each password (spec: formats.md)."""

from __future__ import annotations

import base64
import binascii
import os
import uuid
from collections.abc import Mapping
from typing import Any

from tui.backup.formats._passwords import password_bytes
from tui.backup.model import Credentials
from tui.crypto import kdf
from tui.crypto.aead import TAG_LENGTH, aes_gcm_decrypt, aes_gcm_encrypt
from tui.crypto.bounds import MAX_SCRYPT_BLOCKS
from tui.errors import AuthenticationError, BackupPasswordError, CryptoError, FormatError

BY_PASSWORD = 1
"""The type of a slot that a password opens; the others need the device."""
_KEY, _NONCE, _SALT = 32, 12, 32
_N, _R, _P = 32768, 8, 1
_MOST_SLOTS = 16
_MOST_WORK = 4 * MAX_SCRYPT_BLOCKS
"""Maximum of N times r times p of all slots together: 4 GiB."""
_LONG = 64
_DAMAGED = "The Aegis backup is damaged."


def decrypt(header: object, sealed: str, credentials: Credentials) -> bytes:
    """Return the JSON of the database `sealed`, which is base64.

    Raises:
        FormatError: the header is invalid, no password opens the file, or its key derivation takes
            too long.
        BackupPasswordError: the password is wrong or missing.
    """
    if not isinstance(header, dict):
        raise FormatError(_DAMAGED)
    slots = _slots(header)
    nonce, tag = _parameters(header.get("params"))
    try:
        body = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError):
        raise FormatError(_DAMAGED) from None
    key = _master_key(slots, credentials)
    try:
        return aes_gcm_decrypt(key, nonce, body + tag)
    except AuthenticationError:
        raise FormatError(_DAMAGED, "The password is right, but the entries changed.") from None


def encrypt(database: bytes, credentials: Credentials) -> tuple[dict[str, Any], str]:
    """Return a header with one password slot, and the encrypted database as base64.

    Raises:
        FormatError: the password is missing, or is not valid text.
    """
    password = password_bytes(credentials, FormatError)
    master, salt = os.urandom(_KEY), os.urandom(_SALT)
    wrapping = kdf.scrypt(password, salt, _N, _R, _P, _KEY)
    key, key_params = _seal(wrapping, master)
    body, params = _seal(master, database)
    slot = {
        "type": BY_PASSWORD,
        "uuid": str(uuid.uuid4()),
        "key": key.hex(),
        "key_params": key_params,
        "n": _N,
        "r": _R,
        "p": _P,
        "salt": salt.hex(),
        "repaired": True,
        "is_backup": False,
    }
    return {"slots": [slot], "params": params}, base64.b64encode(body).decode()


def _slots(header: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the slots that a password opens, with valid and bounded parameters."""
    given = header.get("slots")
    if not isinstance(given, list) or not all(isinstance(slot, dict) for slot in given):
        raise FormatError(_DAMAGED)
    slots = [slot for slot in given if slot.get("type") == BY_PASSWORD]
    if not slots:
        raise FormatError(
            "This Aegis backup can be opened only by the device that created it.",
            "Set a password in Aegis, and export again.",
        )
    costs = [[slot.get(name) for name in ("n", "r", "p")] for slot in slots]
    if any(type(number) is not int or number < 1 for cost in costs for number in cost):
        raise FormatError(_DAMAGED)
    work = sum(n * r * p for n, r, p in costs)
    if len(slots) > _MOST_SLOTS or work > _MOST_WORK:
        raise FormatError("The key derivation of this Aegis backup takes too much memory or time.")
    return slots


def _master_key(slots: list[Mapping[str, Any]], credentials: Credentials) -> bytes:
    """Return the key of the first slot that the password opens."""
    password = password_bytes(credentials, BackupPasswordError)
    for slot in slots:
        wrapped, salt = _bytes(slot.get("key")), _bytes(slot.get("salt"))
        nonce, tag = _parameters(slot.get("key_params"))
        if len(wrapped) != _KEY:
            raise FormatError(_DAMAGED)
        try:
            key = kdf.scrypt(password, salt, slot["n"], slot["r"], slot["p"], _KEY)
            return aes_gcm_decrypt(key, nonce, wrapped + tag)
        except AuthenticationError:
            continue
        except CryptoError as error:
            raise FormatError(f"This Aegis backup can't be opened: {error}.") from None
    if len(password) > _LONG and not all(slot.get("repaired") is True for slot in slots):
        raise BackupPasswordError(
            "Wrong password.",
            "If you are sure of it: old versions of Aegis used long passwords in another way. "
            "Unlock the vault with a newer Aegis, and export again.",
        )
    raise BackupPasswordError("Wrong password.")


def _parameters(given: object) -> tuple[bytes, bytes]:
    """Return nonce and tag."""
    if not isinstance(given, dict):
        raise FormatError(_DAMAGED)
    nonce, tag = _bytes(given.get("nonce")), _bytes(given.get("tag"))
    if (len(nonce), len(tag)) != (_NONCE, TAG_LENGTH):
        raise FormatError(_DAMAGED)
    return nonce, tag


def _bytes(text: object) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        raise FormatError(_DAMAGED) from None


def _seal(key: bytes, plain: bytes) -> tuple[bytes, dict[str, str]]:
    """Return the ciphertext, and its nonce and tag as Aegis writes them."""
    nonce = os.urandom(_NONCE)
    sealed = aes_gcm_encrypt(key, nonce, plain)
    return sealed[:-TAG_LENGTH], {"nonce": nonce.hex(), "tag": sealed[-TAG_LENGTH:].hex()}
