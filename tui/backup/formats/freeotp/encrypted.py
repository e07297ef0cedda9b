"""Reads the encrypted backup of FreeOTP 2.

The map has `masterKey`, encrypted with the password, and of each token its secret under a UUID,
encrypted with the master key, and its settings under the UUID and `-token`, in clear.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from tui.backup.formats._entries import Collector
from tui.backup.formats._passwords import password_bytes
from tui.backup.formats.freeotp import object_stream, tokens
from tui.backup.model import Backup, Credentials
from tui.crypto.bounds import MAX_PBKDF2_ROUNDS
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry

_MASTER = "masterKey"
_TOKEN = "-token"  # noqa: S105 - the end of a key's name
_CIPHER = "AES/GCM/NoPadding"
_KDF = re.compile("PBKDF2withHmac(SHA1|SHA256|SHA512)", re.IGNORECASE)
_OLDER_KEY = "its secret is encrypted with an older master key, which is not in the backup"
_KEY_LENGTHS = (16, 24, 32)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A key encrypted with AES-GCM."""

    nonce: bytes
    ciphertext: bytes = field(repr=False)
    """With the tag."""
    authenticated: bytes
    """The name of the key's algorithm."""


@dataclass(frozen=True, slots=True)
class _Stream:
    """What can be read without the password."""

    hash_name: Literal["SHA1", "SHA256", "SHA512"]
    rounds: int
    salt: bytes
    master: _Sealed
    values: Mapping[str, str] = field(repr=False)


def open_stream(data: bytes) -> _Stream:
    """Return the content, with the master key still encrypted.

    Raises:
        FormatError: it is damaged, or encrypted in an unknown way.
    """
    values = object_stream.read_map(data)
    text = values.pop(_MASTER, None)
    if text is None:
        raise FormatError("The FreeOTP backup has no master key.")
    try:
        master = tokens.load(text)
        salt = tokens.signed_bytes(master.get("mSalt"), "salt")
        sealed = _sealed(master.get("mEncryptedKey"))
    except EntryError as error:
        raise FormatError(f"The master key of the FreeOTP backup is damaged: {error}.") from None
    algorithm, rounds = master.get("mAlgorithm"), master.get("mIterations")
    known = _KDF.fullmatch(algorithm) if isinstance(algorithm, str) else None
    if known is None:
        raise FormatError(
            "The FreeOTP backup derives its key in a way that otp-tui doesn't know.",
            "It may come from a newer version of FreeOTP.",
        )
    if type(rounds) is not int or not 1 <= rounds <= MAX_PBKDF2_ROUNDS:
        raise FormatError(f"PBKDF2 rounds must be a whole number from 1 to {MAX_PBKDF2_ROUNDS}.")
    name = cast("Literal['SHA1', 'SHA256', 'SHA512']", known[1].upper())
    return _Stream(name, rounds, salt, sealed, values)


def read(data: bytes, credentials: Credentials) -> Backup:
    """Read a backup, in the order of the settings in the file.

    Raises:
        BackupPasswordError: the password is wrong or missing.
        FormatError: the file is damaged.
    """
    from tui.crypto.aead import aes_gcm_decrypt
    from tui.crypto.kdf import pbkdf2

    stream = open_stream(data)
    password = password_bytes(credentials)
    key = pbkdf2(stream.hash_name, password, stream.salt, stream.rounds)
    sealed = stream.master
    try:
        master = aes_gcm_decrypt(key, sealed.nonce, sealed.ciphertext, sealed.authenticated)
    except AuthenticationError:
        raise BackupPasswordError("Wrong password.") from None
    if len(master) not in _KEY_LENGTHS:
        raise FormatError("The master key of the FreeOTP backup has an unknown length.")
    return _entries(stream.values, master)


def _entries(values: Mapping[str, str], master: bytes) -> Backup:
    collector = Collector()
    for key, text in values.items():
        if key.endswith(_TOKEN):
            uuid = key.removesuffix(_TOKEN)
            name = _name(text) or uuid
            secret = values.get(uuid)
            collector.add(
                name,
                lambda text=text, secret=secret: _entry(text, secret, master),  # type: ignore[misc]
            )
        elif f"{key}{_TOKEN}" not in values:
            collector.refuse(key, "its name and settings are missing")
    return collector.backup()


def _name(text: str) -> str:
    try:
        return tokens.name_of(tokens.load(text), renames=False)
    except EntryError:
        return ""


def _entry(text: str, sealed_text: str | None, master: bytes) -> Entry:
    from tui.crypto.aead import aes_gcm_decrypt

    if sealed_text is None:
        raise EntryError("its secret is missing")
    sealed = _sealed(tokens.load(tokens.load(sealed_text).get("key")))
    try:
        secret = aes_gcm_decrypt(master, sealed.nonce, sealed.ciphertext, sealed.authenticated)
    except AuthenticationError:
        raise EntryError(_OLDER_KEY) from None
    return tokens.entry(tokens.load(text), secret, renames=False)


def _sealed(value: Any) -> _Sealed:
    if not isinstance(value, dict):
        raise EntryError("its encrypted key is missing")
    if value.get("mCipher") != _CIPHER:
        raise EntryError("its cipher is unknown")
    name = value.get("mToken")
    if not isinstance(name, str):
        raise EntryError("the name of its algorithm is missing")
    return _Sealed(
        _nonce(tokens.signed_bytes(value.get("mParameters"), "list of parameters")),
        tokens.signed_bytes(value.get("mCipherText"), "encrypted key"),
        name.encode(errors="replace"),
    )


def _nonce(parameters: bytes) -> bytes:
    """Return the nonce: in ASN.1 parameters (RFC 5084 section 3.2), on Android 6 alone."""
    from tui.crypto.aead import NONCE_LENGTH

    if parameters[:1] == b"\x30":
        parameters = parameters[2:]
    nonce = parameters[2 : 2 + NONCE_LENGTH]
    if parameters[:2] != bytes((4, NONCE_LENGTH)) or len(nonce) != NONCE_LENGTH:
        raise EntryError("its nonce is missing")
    return nonce
