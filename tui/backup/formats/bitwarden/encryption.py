"""Password-protected exports: the key derivation and the encrypted texts."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import uuid
from dataclasses import dataclass, field
from typing import Any

from tui.backup.formats._passwords import password_bytes
from tui.backup.model import Credentials
from tui.crypto import kdf
from tui.crypto.aead import aes_cbc_decrypt, aes_cbc_encrypt
from tui.crypto.bounds import MAX_PBKDF2_ROUNDS
from tui.crypto.kdf import Argon2Params
from tui.errors import AuthenticationError, BackupPasswordError, CryptoError, FormatError

_PBKDF2, _ARGON2ID = 0, 1
_CHECK = "encKeyValidation_DO_NOT_EDIT"
_DAMAGED = "The Bitwarden export is damaged."
_MAX_ITERATIONS, _MIN_MIB, _MAX_PARALLELISM = 10, 16, 16
"""What Bitwarden allows in its settings."""


@dataclass(frozen=True, slots=True)
class _Keys:
    encryption: bytes = field(repr=False)
    mac: bytes = field(repr=False)


def is_readable(root: Any) -> bool:
    """Return True if a password may open this export: a JSON object that `decrypt` accepts."""
    if not isinstance(root, dict):
        return False
    try:
        _check(root)
    except FormatError:
        return False
    return True


def decrypt(root: dict[str, Any], credentials: Credentials) -> bytes:
    """Return the JSON in a password-protected export.

    Raises:
        BackupPasswordError: the password is wrong or missing.
        FormatError: it is not password-protected, or it is damaged.
    """
    _check(root)
    keys = _keys(root, password_bytes(credentials))
    checked = root.get(_CHECK)
    if checked is not None:
        try:
            _open(checked, keys)
        except AuthenticationError:
            raise BackupPasswordError("Wrong password.") from None
    try:
        return _open(root["data"], keys)
    except AuthenticationError:
        if checked is None:
            raise BackupPasswordError("Wrong password.") from None
        raise FormatError(_DAMAGED) from None


def encrypt(plaintext: bytes, credentials: Credentials) -> bytes:
    """Return a password-protected export, with a key derivation that Bitwarden accepts.

    Raises:
        FormatError: the password is missing, or is not valid text.
    """
    password, params = password_bytes(credentials, FormatError), credentials.kdf
    root: dict[str, Any] = {
        "encrypted": True,
        "passwordProtected": True,
        "salt": base64.b64encode(secrets.token_bytes(16)).decode(),
        "kdfType": _ARGON2ID,
        "kdfIterations": min(params.time_cost, _MAX_ITERATIONS),
        "kdfMemory": max(-(-params.memory_kib // 1024), _MIN_MIB),
        "kdfParallelism": min(params.parallelism, _MAX_PARALLELISM),
    }
    keys = _keys(root, password)
    root[_CHECK] = _seal(str(uuid.uuid4()).encode(), keys)
    root["data"] = _seal(plaintext, keys)
    return json.dumps(root, indent=2).encode()


def _check(root: dict[str, Any]) -> None:
    if root.get("passwordProtected") is not True:
        raise FormatError(
            "This Bitwarden export is encrypted for your account, which otp-tui can't read.",
            "Export it again as “Password protected”.",
        )
    if not isinstance(root.get("data"), str) or not isinstance(root.get("salt"), str):
        raise FormatError(_DAMAGED)
    iterations, memory, parallelism = _parameters(root)
    if root.get("kdfType") == _ARGON2ID:
        try:
            kdf.check_foreign(Argon2Params(iterations, memory << 10, parallelism))
        except CryptoError as error:
            raise FormatError(f"{_DAMAGED[:-1]}: {error}.") from None
    elif not 1 <= iterations <= MAX_PBKDF2_ROUNDS:
        raise FormatError(
            f"{_DAMAGED[:-1]}: it needs too many rounds of PBKDF2 (at most {MAX_PBKDF2_ROUNDS:,})."
        )


def _parameters(root: dict[str, Any]) -> tuple[int, int, int]:
    """Return iterations, memory in MiB and parallelism; 0 for PBKDF2, which has only the first."""
    kind, iterations = root.get("kdfType"), root.get("kdfIterations")
    memory, parallelism = root.get("kdfMemory"), root.get("kdfParallelism")
    if type(kind) is not int or kind not in (_PBKDF2, _ARGON2ID):
        raise FormatError(
            "This Bitwarden export derives its key in a way that otp-tui doesn't know.",
            "Update otp-tui.",
        )
    if kind == _PBKDF2:
        memory = parallelism = 0
    if type(iterations) is not int or type(memory) is not int or type(parallelism) is not int:
        raise FormatError(_DAMAGED)
    return iterations, memory, parallelism


def _keys(root: dict[str, Any], password: bytes) -> _Keys:
    salt = root["salt"].encode(errors="replace")
    iterations, memory, parallelism = _parameters(root)
    try:
        if root["kdfType"] == _ARGON2ID:
            params = Argon2Params(iterations, memory << 10, parallelism)
            key = kdf.argon2_of_file("ID", password, hashlib.sha256(salt).digest(), params)
        else:
            key = kdf.pbkdf2("SHA256", password, salt, iterations)
    except CryptoError as error:
        raise FormatError(f"The Bitwarden export can't be opened: {error}.") from None
    return _Keys(kdf.hkdf_expand_sha256(key, b"enc"), kdf.hkdf_expand_sha256(key, b"mac"))


def _open(sealed: object, keys: _Keys) -> bytes:
    """Return the plaintext of `2.IV|ciphertext|MAC`.

    Raises:
        AuthenticationError: the MAC doesn't match.
        FormatError: it is not such a text.
    """
    kind, _, rest = sealed.partition(".") if isinstance(sealed, str) else ("", "", "")
    parts = rest.split("|")
    if kind != "2" or len(parts) != 3:
        raise FormatError(_DAMAGED)
    try:
        iv, ciphertext, mac = (base64.b64decode(part, validate=True) for part in parts)
    except (binascii.Error, ValueError):
        raise FormatError(_DAMAGED) from None
    if not hmac.compare_digest(_mac(iv + ciphertext, keys), mac):
        raise AuthenticationError("wrong key, or the data was changed")
    try:
        return aes_cbc_decrypt(keys.encryption, iv, ciphertext)
    except CryptoError:
        raise FormatError(_DAMAGED) from None


def _seal(plaintext: bytes, keys: _Keys) -> str:
    iv = secrets.token_bytes(16)
    ciphertext = aes_cbc_encrypt(keys.encryption, iv, plaintext)
    parts = (iv, ciphertext, _mac(iv + ciphertext, keys))
    return "2." + "|".join(base64.b64encode(part).decode() for part in parts)


def _mac(data: bytes, keys: _Keys) -> bytes:
    return hmac.digest(keys.mac, data, "sha256")
