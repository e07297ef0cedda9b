"""An independent implementation of Authenticator Pro's encryption, from primitives."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MEMORY_KIB = 65536
"""The memory that the key of a strong backup takes."""


def decrypt(data: bytes, password: str) -> dict[str, Any]:
    """Return the JSON of a strong or legacy backup as it was published."""
    if data[:16] == b"AUTHENTICATORPRO":
        plain = AESGCM(strong_key(data[16:32], password)).decrypt(data[32:44], data[44:], None)
    else:
        assert data[:16] == b"AuthenticatorPro"
        key = hashlib.pbkdf2_hmac("sha1", password.encode(), data[16:36], 64000, 32)
        cipher = Cipher(algorithms.AES(key), modes.CBC(data[36:52])).decryptor()
        padded = cipher.update(data[52:]) + cipher.finalize()
        plain = padded[: -padded[-1]]
    return dict(json.loads(plain))


def strong_key(salt: bytes, password: str) -> bytes:
    """Return the key of a strong backup."""
    return hash_secret_raw(password.encode(), salt, 3, MEMORY_KIB, 4, 32, Type.ID)


def headerless(plain: bytes, password: str, salt: bytes = b"\xc3" * 16) -> bytes:
    """Return the strong variant as published: salt, nonce, ciphertext, tag."""
    nonce = b"\xd4" * 12
    return salt + nonce + AESGCM(strong_key(salt, password)).encrypt(nonce, plain, None)


def entry(**changes: Any) -> dict[str, Any]:
    """Return an entry as the app writes it, with `changes`; a value of ... leaves a key out."""
    row: dict[str, Any] = {
        "Type": 2,
        "Icon": None,
        "Issuer": "Example",
        "Username": "ada",
        "Secret": "JBSWY3DPEHPK3PXP",
        "Pin": None,
        "Algorithm": 0,
        "Digits": 6,
        "Period": 30,
        "Counter": 0,
        "CopyCount": 0,
        "Ranking": 0,
    }
    row.update(changes)
    return {key: value for key, value in row.items() if value is not ...}


def plain(*entries: Any, **lists: Any) -> bytes:
    """Return a plain backup of these entries and other top-level lists."""
    return json.dumps({"Authenticators": list(entries), **lists}).encode()
