"""Authenticator Pro (now Stratum): its strong, legacy and plain backups.

Spec: authenticator-pro.md. The JSON inside is read in `_authenticator_pro_json` and written in
`_authenticator_pro_fit`; here are the headers and the encryption around it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from tui.backup.formats._authenticator_pro_fit import dump, fit
from tui.backup.formats._authenticator_pro_json import parse
from tui.backup.formats._json import is_object, is_text
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import AuthenticationError, BackupPasswordError, FormatError

STRONG_HEADER = b"AUTHENTICATORPRO"
"""First 16 bytes of what the app writes today."""
LEGACY_HEADER = b"AuthenticatorPro"
"""First 16 bytes of what older versions wrote: only the case differs."""

_SALT, _NONCE, _TAG = 16, 12, 16
_LEGACY_SALT, _LEGACY_IV, _LEGACY_ROUNDS = 20, 16, 64_000
_KEY = 32
_PLAIN = re.compile(rb'"Authenticators"\s*:\s*\[')
_HOLDS = frozenset(
    {"account", "secret", "algorithm", "digits", "period", "counter", "pin", "icon", "categories"}
) | {"ranking", "copy_count"}
_WRONG = "The password does not open the backup, or the backup is damaged."


def _is_strong(data: bytes) -> bool:
    return data.startswith(STRONG_HEADER)


def _is_legacy(data: bytes) -> bool:
    return data.startswith(LEGACY_HEADER)


def _is_plain(data: bytes) -> bool:
    return is_object(data) and _PLAIN.search(data) is not None


def _needs(data: bytes) -> Needs:
    return Needs.NOTHING if is_object(data) and is_text(data) else Needs.PASSWORD


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read any of the three that shows what it is, whichever was asked for.

    Raises:
        FormatError: it is none of them, or cut short.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    if _is_strong(data):
        return parse(_open_strong(data[len(STRONG_HEADER) :], credentials))
    if _is_legacy(data):
        return _parse_unproven(_open_legacy(data[len(LEGACY_HEADER) :], credentials))
    if is_object(data):
        return parse(data)
    raise FormatError(
        "The file is not an Authenticator Pro backup.",
        "One without a header opens only as authenticator-pro.",
    )


def _read_or_headerless(data: bytes, credentials: Credentials) -> Backup:
    """Read like `_read`, and the headerless strong form of the published table too.

    Raises:
        FormatError: it is text that is no backup, or cut short.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    if _is_strong(data) or _is_legacy(data):
        return _read(data, credentials)
    if is_object(data) and (is_text(data) or not credentials.password):
        # A salt may begin as JSON does, but what follows it is no text.
        return parse(data)
    if is_text(data):
        raise FormatError("The file is not an Authenticator Pro backup.")
    return parse(_open_strong(data, credentials))


def _open_strong(data: bytes, credentials: Credentials) -> bytes:
    from tui.crypto.aead import aes_gcm_decrypt

    if len(data) < _SALT + _NONCE + _TAG:
        raise FormatError("The backup is cut short.")
    key = _strong_key(_password(credentials, BackupPasswordError), data[:_SALT])
    body = data[_SALT:]
    try:
        return aes_gcm_decrypt(key, body[:_NONCE], body[_NONCE:])
    except AuthenticationError:
        raise BackupPasswordError(_WRONG) from None


def _open_legacy(data: bytes, credentials: Credentials) -> bytes:
    from tui.crypto.aead import aes_cbc_decrypt

    salt, iv = data[:_LEGACY_SALT], data[_LEGACY_SALT : _LEGACY_SALT + _LEGACY_IV]
    body = data[_LEGACY_SALT + _LEGACY_IV :]
    if not body or len(body) % 16:
        raise FormatError("The backup is cut short, or has bytes that do not belong to it.")
    key = _legacy_key(_password(credentials, BackupPasswordError), salt)
    try:
        return aes_cbc_decrypt(key, iv, body)
    except AuthenticationError:
        raise BackupPasswordError(_WRONG) from None


def _parse_unproven(plain: bytes) -> Backup:
    """Parse what AES-CBC gave: one wrong password in 256 gets this far, with garbage."""
    if not is_object(plain) or not is_text(plain):
        raise BackupPasswordError(_WRONG)
    return parse(plain)


def _seal_strong(plain: bytes, password: bytes) -> bytes:
    from tui.crypto.aead import aes_gcm_encrypt

    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = aes_gcm_encrypt(_strong_key(password, salt), nonce, plain)
    return STRONG_HEADER + salt + nonce + sealed


def _seal_legacy(plain: bytes, password: bytes) -> bytes:
    from tui.crypto.aead import aes_cbc_encrypt

    salt, iv = os.urandom(_LEGACY_SALT), os.urandom(_LEGACY_IV)
    return LEGACY_HEADER + salt + iv + aes_cbc_encrypt(_legacy_key(password, salt), iv, plain)


def _strong_key(password: bytes, salt: bytes) -> bytes:
    from tui.crypto.kdf import Argon2Params, argon2id

    return argon2id(password, salt, Argon2Params(3, 65536, 4), _KEY)


def _legacy_key(password: bytes, salt: bytes) -> bytes:
    from tui.crypto.kdf import pbkdf2_sha1

    return pbkdf2_sha1(password, salt, _LEGACY_ROUNDS, _KEY)


def _password(credentials: Credentials, error: type[FormatError]) -> bytes:
    if not credentials.password:
        raise error("An encrypted backup needs a password, and none was given.")
    try:
        return credentials.password.encode()
    except UnicodeEncodeError:
        raise error("The backup's password is not text that can be encoded.") from None


def _writer(seal: Callable[[bytes, bytes], bytes]) -> Callable[[Backup, Credentials], bytes]:
    def write(backup: Backup, credentials: Credentials) -> bytes:
        password = _password(credentials, FormatError)
        return seal(dump(backup), password)

    return write


FORMATS = (
    Format(
        name="authenticator-pro",
        label="Authenticator Pro (Stratum)",
        suffixes=(".authpro", ".stratum", ".bin"),
        sniff=_is_strong,
        needs=_needs,
        read=_read_or_headerless,
        write=_writer(_seal_strong),
        fit=fit,
        holds=_HOLDS,
    ),
    Format(
        name="authenticator-pro-legacy",
        label="Authenticator Pro, old encryption",
        suffixes=(".authpro", ".bin"),
        sniff=_is_legacy,
        needs=_needs,
        read=_read,
        write=_writer(_seal_legacy),
        fit=fit,
        holds=_HOLDS,
    ),
    Format(
        name="authenticator-pro-plain",
        label="Authenticator Pro, not encrypted",
        suffixes=(".json", ".authpro", ".stratum"),
        sniff=_is_plain,
        needs=_needs,
        read=_read,
        write=lambda backup, _credentials: dump(backup),
        fit=fit,
        holds=_HOLDS,
        encrypted=False,
        asks=Needs.NOTHING,
    ),
)
