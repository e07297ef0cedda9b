"""The encryption of Ente Auth's exports: Argon2id, and libsodium's secretstream.

Spec: formats.md, section 3.
"""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from tui.backup.formats import _json
from tui.backup.formats._passwords import password_bytes
from tui.backup.formats._xchacha import (
    NONCE_LENGTH,
    STREAM_OVERHEAD,
    stream_decrypt,
    stream_encrypt,
)
from tui.backup.model import Credentials
from tui.crypto import kdf
from tui.errors import AuthenticationError, BackupPasswordError, CryptoError, FormatError

_VERSION = 1
_SALT = 16
_KIB = 1024


def decrypt(data: bytes, credentials: Credentials) -> bytes:
    """Return the list of URIs in an encrypted export.

    Raises:
        FormatError: it is not one, is damaged, or from a newer version of the app.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    root = _json.load_object(data)
    version = root.get("version")
    if type(version) is int and version > _VERSION:
        raise FormatError(
            "This export is from a newer version of Ente Auth.", "Export it without encryption."
        )
    given = root.get("kdfParams")
    if not isinstance(given, dict):
        raise FormatError("The file is not an export of Ente Auth.")
    memory, iterations = given.get("memLimit"), given.get("opsLimit")
    if type(memory) is not int or type(iterations) is not int:
        raise FormatError("The export's key derivation has no valid memory or iterations.")
    salt = _bytes(given.get("salt"), "salt")
    header = _bytes(root.get("encryptionNonce"), "nonce")
    sealed = _bytes(root.get("encryptedData"), "data")
    if len(salt) != _SALT or len(header) != NONCE_LENGTH or len(sealed) < STREAM_OVERHEAD:
        raise FormatError("The export is incomplete.")
    key = _key(password_bytes(credentials), salt, kdf.Argon2Params(iterations, memory // _KIB, 1))
    try:
        return stream_decrypt(key, header, sealed)
    except AuthenticationError:
        raise BackupPasswordError("Wrong password, or the backup is damaged.") from None


def encrypt(plain: bytes, credentials: Credentials) -> bytes:
    """Return an encrypted export with this list of URIs.

    Raises:
        FormatError: the password is missing or not valid text, or memory is short.
    """
    password = password_bytes(credentials, FormatError)
    # libsodium always derives with one thread.
    params = kdf.Argon2Params(credentials.kdf.time_cost, credentials.kdf.memory_kib, 1)
    salt, header = os.urandom(_SALT), os.urandom(NONCE_LENGTH)
    sealed = stream_encrypt(_key(password, salt, params), header, plain)
    root = {
        "version": _VERSION,
        "kdfParams": {
            "memLimit": params.memory_kib * _KIB,
            "opsLimit": params.time_cost,
            "salt": base64.b64encode(salt).decode(),
        },
        "encryptedData": base64.b64encode(sealed).decode(),
        "encryptionNonce": base64.b64encode(header).decode(),
    }
    return json.dumps(root, indent=2).encode()


def _key(password: bytes, salt: bytes, params: kdf.Argon2Params) -> bytes:
    try:
        return kdf.argon2_of_file("ID", password, salt, params)
    except CryptoError as error:
        raise FormatError(f"Can't derive the key: {str(error).rstrip('.')}.") from None


def _bytes(value: Any, what: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except (TypeError, ValueError):
        raise FormatError(f"The export's {what} is not base64.") from None
