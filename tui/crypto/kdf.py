"""Derives keys from passwords and codes. Parameters are checked before memory is allocated.

Derivations that may take long release the GIL, and Ctrl+C on the command line ends the program
without waiting for them: each goes through `interruptible`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from tui.crypto.bounds import (
    ARGON2_VERSION,
    DEFAULT_MEMORY_KIB,
    DEFAULT_PARALLELISM,
    DEFAULT_TIME_COST,
    FOREIGN_MAX_PARALLELISM,
    FOREIGN_MAX_TIME_COST,
    MAX_AES_KDF_ROUNDS,
    MAX_PARALLELISM,
    MAX_PBKDF2_ROUNDS,
    MAX_SCRYPT_BLOCKS,
    MAX_TIME_COST,
    MIN_MEMORY_KIB,
    MIN_TIME_COST,
    argon2_mistake,
)
from tui.errors import CryptoError
from tui.threads import interruptible

_SLICE = 4 << 20
"""Bytes that AES-KDF encrypts at a time."""


@dataclass(frozen=True, slots=True)
class Argon2Params:
    """Parameters of Argon2id. The defaults are for new vaults."""

    time_cost: int = DEFAULT_TIME_COST
    """Iterations over the memory."""
    memory_kib: int = DEFAULT_MEMORY_KIB
    """Memory in KiB."""
    parallelism: int = DEFAULT_PARALLELISM
    """Number of threads that share the work."""


def check_read(params: Argon2Params) -> Argon2Params:
    """Return `params` if files may have them (spec: vault.md, "Strict reader").

    Raises:
        CryptoError: not whole numbers, or out of bounds.
    """
    return _check(params, MAX_TIME_COST, MAX_PARALLELISM)


def _check(params: Argon2Params, most_iterations: int, most_threads: int) -> Argon2Params:
    mistake = argon2_mistake(
        params.time_cost, params.memory_kib, params.parallelism, most_iterations, most_threads
    )
    if mistake:
        raise CryptoError(mistake)
    return params


def check_write(params: Argon2Params) -> Argon2Params:
    """Return `params` if new files may have them: no weaker than the minimum.

    Raises:
        CryptoError: out of the bounds of `check_read`, or below the minimum.
    """
    check_read(params)
    if params.memory_kib < MIN_MEMORY_KIB or params.time_cost < MIN_TIME_COST:
        raise CryptoError(
            f"Argon2 needs at least {MIN_MEMORY_KIB // 1024} MiB and {MIN_TIME_COST} iterations."
        )
    return params


def prepare() -> None:
    """Import the library of `argon2id`, so that a thread that calls it starts at once."""
    import argon2.low_level  # noqa: F401


def argon2id(password: bytes, salt: bytes, params: Argon2Params, length: int = 32) -> bytes:
    """Return `length` bytes of Argon2id (RFC 9106); other threads keep running.

    Raises:
        CryptoError: parameters out of bounds, or not enough memory.
    """
    return _argon2("ID", password, salt, check_read(params), length)


def argon2_of_file(  # noqa: PLR0917
    kind: Literal["D", "ID"],
    password: bytes,
    salt: bytes,
    params: Argon2Params,
    length: int = 32,
    version: int = ARGON2_VERSION,
) -> bytes:
    """Return `length` bytes of Argon2d or Argon2id with the parameters of another app's file.

    Raises:
        CryptoError: parameters out of `check_foreign`'s bounds, or not enough memory.
    """
    return _argon2(kind, password, salt, check_foreign(params), length, version)


def check_foreign(params: Argon2Params) -> Argon2Params:
    """Return `params` if files of other apps may have them (spec: formats.md, section 0).

    Raises:
        CryptoError: not whole numbers, or out of bounds.
    """
    return _check(params, FOREIGN_MAX_TIME_COST, FOREIGN_MAX_PARALLELISM)


def _argon2(  # noqa: PLR0917
    kind: str,
    password: bytes,
    salt: bytes,
    params: Argon2Params,
    length: int,
    version: int = ARGON2_VERSION,
) -> bytes:
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    try:
        return interruptible(
            lambda: hash_secret_raw(
                password,
                salt,
                time_cost=params.time_cost,
                memory_cost=params.memory_kib,
                parallelism=params.parallelism,
                hash_len=length,
                type=Type[kind],
                version=version,
            )
        )
    except HashingError as error:
        if "memory" not in str(error).lower():
            raise CryptoError("Argon2 can't use the salt or the parameters") from None
        raise CryptoError(
            f"Not enough memory: Argon2 needs {params.memory_kib // 1024} MiB."
        ) from None


def pbkdf2(
    hash_name: Literal["SHA1", "SHA256", "SHA512"],
    password: bytes,
    salt: bytes,
    rounds: int,
    length: int = 32,
) -> bytes:
    """Return `length` bytes of PBKDF2-HMAC (RFC 8018 section 5.2).

    Raises:
        CryptoError: `rounds`, which a file may choose, are out of bounds.
    """
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    if type(rounds) is not int or not 1 <= rounds <= MAX_PBKDF2_ROUNDS:
        raise CryptoError(f"PBKDF2 rounds must be a whole number from 1 to {MAX_PBKDF2_ROUNDS}")
    function: hashes.HashAlgorithm = getattr(hashes, hash_name)()
    derivation = PBKDF2HMAC(function, length, salt, rounds)
    return interruptible(lambda: derivation.derive(password))


def scrypt(  # noqa: PLR0917
    password: bytes, salt: bytes, n: int, r: int, p: int, length: int = 32
) -> bytes:
    """Return `length` bytes of scrypt (RFC 7914) with the parameters of another app's file.

    Raises:
        CryptoError: parameters out of bounds, or not enough memory.
    """
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    for name, value, most in (("N", n, MAX_SCRYPT_BLOCKS), ("r", r, 32), ("p", p, 16)):
        if type(value) is not int or not 1 <= value <= most:
            raise CryptoError(f"scrypt {name} must be a whole number from 1 to {most}")
    if n < 2 or n & (n - 1):
        raise CryptoError("scrypt N must be a power of two")
    if n * r > MAX_SCRYPT_BLOCKS:
        raise CryptoError("scrypt needs more than 1 GiB of memory")
    try:
        derivation = Scrypt(salt, length, n, r, p)
        return interruptible(lambda: derivation.derive(password))
    except MemoryError:
        raise CryptoError(f"Not enough memory: scrypt needs {n * r >> 13} MiB.") from None


def aes_kdf(key: bytes, seed: bytes, rounds: int) -> bytes:
    """Return 32 bytes of KeePass's AES-KDF: each half of `key` encrypted `rounds` times.

    Encrypting a block n times gives the last block of AES-CBC over n zero blocks, with the block as
    IV. This is done in slices, so that Ctrl+C works.

    Raises:
        CryptoError: `rounds`, which a file chooses, are out of bounds.
    """
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    check_aes_kdf(rounds)
    zeros, encrypted = bytes(_SLICE), bytearray(_SLICE + 16)
    halves = hashlib.sha256()
    for block in (key[:16], key[16:]):
        encryptor = Cipher(algorithms.AES(seed), modes.CBC(block)).encryptor()
        left = rounds * 16
        while left:
            size = min(left, _SLICE)
            encryptor.update_into(memoryview(zeros)[:size], encrypted)
            left -= size
        halves.update(encrypted[size - 16 : size])
    return halves.digest()


def check_aes_kdf(rounds: int) -> int:
    """Return `rounds` if KeePass databases may have them.

    Raises:
        CryptoError: they are out of bounds.
    """
    if not 1 <= rounds <= MAX_AES_KDF_ROUNDS:
        raise CryptoError(f"AES-KDF rounds must be a whole number from 1 to {MAX_AES_KDF_ROUNDS}")
    return rounds


def pbkdf2_sha1(password: bytes, salt: bytes, rounds: int, length: int) -> bytes:
    """Return `length` bytes of PBKDF2-HMAC-SHA1 (RFC 8018 section 5.2)."""
    return pbkdf2("SHA1", password, salt, rounds, length)


def hkdf_sha256(secret: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """Return `length` bytes of HKDF-SHA256 (RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt, info).derive(secret)


def hkdf_sha512(secret: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """Return `length` bytes of HKDF-SHA512 (RFC 5869)."""
    from cryptography.hazmat.primitives.hashes import SHA512
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA512(), length, salt, info).derive(secret)


def hkdf_expand_sha256(key: bytes, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA256 without its first step (RFC 5869 section 2.3)."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

    return HKDFExpand(SHA256(), 32, info).derive(key)
