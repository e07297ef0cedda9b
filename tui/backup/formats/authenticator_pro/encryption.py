"""The encryption of Authenticator Pro's JSON: the current one (strong) and the legacy one.

Spec: authenticator-pro.md.
"""

from __future__ import annotations

import os

from tui.backup.formats._json import is_object, is_text
from tui.backup.formats._passwords import password_bytes
from tui.backup.model import Credentials
from tui.crypto import kdf
from tui.crypto.aead import aes_cbc_decrypt, aes_cbc_encrypt, aes_gcm_decrypt, aes_gcm_encrypt
from tui.errors import AuthenticationError, BackupPasswordError, FormatError

_SALT, _NONCE, _TAG = 16, 12, 16
_LEGACY_SALT, _LEGACY_IV, _LEGACY_ROUNDS = 20, 16, 64_000
_KEY = 32
_WRONG = "Wrong password, or the backup is damaged."


def open_strong(data: bytes, credentials: Credentials) -> bytes:
    """Return the JSON of the bytes after the strong header.

    Raises:
        FormatError: the data is too short.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    if len(data) < _SALT + _NONCE + _TAG:
        raise FormatError("The backup is incomplete.")
    key = _strong_key(password_bytes(credentials), data[:_SALT])
    body = data[_SALT:]
    try:
        return aes_gcm_decrypt(key, body[:_NONCE], body[_NONCE:])
    except AuthenticationError:
        raise BackupPasswordError(_WRONG) from None


def open_legacy(data: bytes, credentials: Credentials) -> bytes:
    """Return the JSON of the bytes after the legacy header.

    AES-CBC doesn't authenticate: one wrong password in 256 yields valid padding, and only the
    plaintext shows that it is wrong.

    Raises:
        FormatError: the data is too short or too long.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    salt, iv = data[:_LEGACY_SALT], data[_LEGACY_SALT : _LEGACY_SALT + _LEGACY_IV]
    body = data[_LEGACY_SALT + _LEGACY_IV :]
    if not body or len(body) % 16:
        raise FormatError("The backup is incomplete, or has extra bytes at the end.")
    key = _legacy_key(password_bytes(credentials), salt)
    try:
        plain = aes_cbc_decrypt(key, iv, body)
    except AuthenticationError:
        raise BackupPasswordError(_WRONG) from None
    if not is_object(plain) or not is_text(plain):
        raise BackupPasswordError(_WRONG)
    return plain


def seal_strong(plain: bytes, credentials: Credentials) -> bytes:
    """Return the bytes after the strong header: salt, nonce, ciphertext and tag.

    Raises:
        FormatError: the password is missing, or is not valid text.
    """
    password = password_bytes(credentials, FormatError)
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = aes_gcm_encrypt(_strong_key(password, salt), nonce, plain)
    return salt + nonce + sealed


def seal_legacy(plain: bytes, credentials: Credentials) -> bytes:
    """Return the bytes after the legacy header: salt, IV and ciphertext.

    Raises:
        FormatError: the password is missing, or is not valid text.
    """
    password = password_bytes(credentials, FormatError)
    salt, iv = os.urandom(_LEGACY_SALT), os.urandom(_LEGACY_IV)
    return salt + iv + aes_cbc_encrypt(_legacy_key(password, salt), iv, plain)


def _strong_key(password: bytes, salt: bytes) -> bytes:
    return kdf.argon2id(password, salt, kdf.Argon2Params(3, 65536, 4), _KEY)


def _legacy_key(password: bytes, salt: bytes) -> bytes:
    return kdf.pbkdf2_sha1(password, salt, _LEGACY_ROUNDS, _KEY)
