"""The ways in which an AVTotpy server may encrypt: a table of variants, to try and to write.

Spec: avtotpy.md. The documentation names the cipher and the inputs of the key, but not how they
are combined.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product

from tui.backup.formats.avtotpy.header import (
    HEADER_LENGTH,
    MAGIC_LENGTH,
    NONCE_LENGTH,
    SALT_LENGTH,
)
from tui.errors import AuthenticationError

# Each line is one way to derive the key; the likelier ones come first, and the first is the
# default. `a+b` is a concatenation, `-` is empty. The vault stores these lines in the profiles of
# imported files, so add lines anywhere but never change one.
DERIVATIONS = (
    # function and hash, its key (HKDF: input key), then HKDF: salt, info; HMAC and hash: message
    "hkdf-sha256 secret salt user",
    "hkdf-sha512 secret salt user",
    "hkdf-sha256 secret salt+user -",
    "hkdf-sha256 secret user+salt -",
    "hkdf-sha256 secret+user salt -",
    "hkdf-sha256 user+secret salt -",
    "hkdf-sha512 secret salt+user -",
    "hkdf-sha512 secret user+salt -",
    "hkdf-sha512 secret+user salt -",
    "hkdf-sha512 user+secret salt -",
    "hmac-sha256 secret user+salt",
    "hmac-sha256 secret salt+user",
    "hmac-sha512 secret user+salt",
    "hmac-sha512 secret salt+user",
    "hkdf-sha256 secret user salt",
    "hkdf-sha256 secret - user+salt",
    "hkdf-sha256 secret - salt+user",
    "hkdf-sha512 secret user salt",
    "hkdf-sha512 secret - user+salt",
    "hkdf-sha512 secret - salt+user",
    "hmac-sha256 secret+user salt",
    "hmac-sha256 salt secret+user",
    "hash-sha256 - secret+user+salt",
    "hash-sha256 - secret+salt+user",
    "hash-sha256 - salt+secret+user",
    "hash-sha256 - user+secret+salt",
    "hash-sha512 - secret+user+salt",
)
KEY_LENGTHS = (32, 16)
"""AES-256 and AES-128; derived bytes are truncated to that length."""
PREFIX_LENGTHS = (0, 1, 2, 4, 3)
"""Bytes before the nonce, for the version of the encryption scheme."""
ASSOCIATED = ("-", "header", "user", "prefix", "magic+version", "salt")
"""Associated data: authenticated together with the payload."""

_MOST_WORK = 2**29
"""Maximum number of bytes to decrypt: large files are tried with the likeliest variants only."""


@dataclass(frozen=True, slots=True)
class CipherVariant:
    """One way to encrypt a payload."""

    derivation: str = DERIVATIONS[0]
    """One of DERIVATIONS."""
    key_length: int = KEY_LENGTHS[0]
    """Bytes of the key."""
    prefix_length: int = PREFIX_LENGTHS[0]
    """Bytes before the nonce."""
    associated: str = ASSOCIATED[0]
    """One of ASSOCIATED."""


@cache
def cipher_variants() -> tuple[CipherVariant, ...]:
    """Return all variants, those closest to the default first."""
    tables = (DERIVATIONS, KEY_LENGTHS, PREFIX_LENGTHS, ASSOCIATED)
    places = sorted(product(*(range(len(table)) for table in tables)), key=sum)
    return tuple(
        CipherVariant(DERIVATIONS[way], KEY_LENGTHS[key], PREFIX_LENGTHS[prefix], ASSOCIATED[more])
        for way, key, prefix, more in places
        if not (ASSOCIATED[more] == "prefix" and PREFIX_LENGTHS[prefix] == 0)
    )


def unseal(data: bytes, secret: bytes, user: bytes) -> tuple[CipherVariant, bytes, bytes]:
    """Return the variant that opens a file, the bytes before the nonce, and the plaintext.

    Raises:
        AuthenticationError: no variant opens it, so the user or the secret is wrong.
        CryptoError: this system doesn't have the cipher.
    """
    from tui.crypto.aead import AesGcmSiv

    ciphers: dict[tuple[str, int], AesGcmSiv] = {}
    parts = _parts(data, secret, user)
    payload = data[HEADER_LENGTH:]
    tries = max(1, _MOST_WORK // max(1, len(payload)))
    for variant in cipher_variants()[:tries]:
        start = variant.prefix_length
        parts["prefix"] = payload[:start]
        name = (variant.derivation, variant.key_length)
        if name not in ciphers:
            key = _derive(variant.derivation, parts)
            ciphers[name] = AesGcmSiv(key[: variant.key_length])
        nonce, sealed = payload[start : start + NONCE_LENGTH], payload[start + NONCE_LENGTH :]
        try:
            plain = ciphers[name].decrypt(nonce, sealed, _joined(variant.associated, parts))
        except AuthenticationError:
            continue
        return variant, parts["prefix"], plain
    raise AuthenticationError("no known cipher variant opens the payload")


def seal(
    header: bytes,
    plain: bytes,
    variant: CipherVariant,
    *,
    secret: bytes,
    user: bytes,
    prefix: bytes,
) -> bytes:
    """Return header and payload: `prefix`, a new nonce, ciphertext and tag.

    Raises:
        CryptoError: this system doesn't have the cipher.
    """
    import os

    from tui.crypto.aead import AesGcmSiv

    parts = {**_parts(header, secret, user), "prefix": prefix}
    key = _derive(variant.derivation, parts)[: variant.key_length]
    nonce = os.urandom(NONCE_LENGTH)
    sealed = AesGcmSiv(key).encrypt(nonce, plain, _joined(variant.associated, parts))
    return header + prefix + nonce + sealed


def _parts(data: bytes, secret: bytes, user: bytes) -> dict[str, bytes]:
    header = data[:HEADER_LENGTH]
    return {
        "secret": secret,
        "user": user,
        "header": header,
        "magic": header[:MAGIC_LENGTH],
        "version": header[MAGIC_LENGTH:-SALT_LENGTH],
        "salt": header[-SALT_LENGTH:],
    }


def _derive(derivation: str, parts: Mapping[str, bytes]) -> bytes:
    """Return at least 32 bytes."""
    from tui.crypto.kdf import hkdf_sha256, hkdf_sha512

    function, first, *others = derivation.split()
    method, name = function.split("-")
    key, inputs = _joined(first, parts), [_joined(each, parts) for each in others]
    if method == "hkdf":
        hkdf = hkdf_sha256 if name == "sha256" else hkdf_sha512
        return hkdf(key, inputs[0], inputs[1])
    if method == "hmac":
        return hmac.digest(key, inputs[0], name)
    return hashlib.new(name, inputs[0]).digest()


def _joined(names: str, parts: Mapping[str, bytes]) -> bytes:
    return b"".join(parts[name] for name in names.split("+") if name != "-")
