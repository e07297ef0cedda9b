"""Keys from passwords and codes, with parameters that are bounded before anything is allocated."""

from __future__ import annotations

from dataclasses import dataclass

from tui.errors import CryptoError

ARGON2_VERSION = 19
"""The version of Argon2 that all files carry (0x13, RFC 9106)."""
MAX_MEMORY_KIB = 1024 * 1024
"""1 GiB: more memory than this is refused (spec: vault.md)."""
MAX_TIME_COST = 16
"""More passes than this are refused."""
MAX_PARALLELISM = 16
"""More lanes than this are refused."""
MAX_WORK_KIB = 4 * 1024 * 1024
"""4 GiB: the most that memory times passes may come to."""
FLOOR_MEMORY_KIB = 19456
"""Memory of the weakest parameters that are ever written."""
FLOOR_TIME_COST = 2
"""Passes of the weakest parameters that are ever written."""


@dataclass(frozen=True, slots=True)
class Argon2Params:
    """What one derivation costs. The defaults are for new vaults."""

    time_cost: int = 3
    """Passes over the memory."""
    memory_kib: int = 65536
    """Memory in KiB."""
    parallelism: int = 4
    """Lanes, which run at the same time where there are cores for them."""


def check_read(params: Argon2Params) -> Argon2Params:
    """Return `params` if a file may ask for them (spec: vault.md, "Strict reader").

    Raises:
        CryptoError: a number is not a whole number, or out of bounds.
    """
    for name, value, most in (
        ("time cost", params.time_cost, MAX_TIME_COST),
        ("parallelism", params.parallelism, MAX_PARALLELISM),
        ("memory", params.memory_kib, MAX_MEMORY_KIB),
    ):
        if type(value) is not int or not 1 <= value <= most:
            raise CryptoError(f"the Argon2 {name} is not a whole number from 1 to {most}")
    if params.memory_kib < 8 * params.parallelism:
        raise CryptoError("the Argon2 memory is less than 8 KiB a lane")
    if params.memory_kib * params.time_cost > MAX_WORK_KIB:
        raise CryptoError("the Argon2 memory times passes is more than 4 GiB")
    return params


def check_write(params: Argon2Params) -> Argon2Params:
    """Return `params` if a new file may be made with them: never weaker than the floor.

    Raises:
        CryptoError: out of the bounds of `check_read`, or below the floor.
    """
    check_read(params)
    if params.memory_kib < FLOOR_MEMORY_KIB or params.time_cost < FLOOR_TIME_COST:
        raise CryptoError(
            f"Argon2 must take at least {FLOOR_MEMORY_KIB} KiB and {FLOOR_TIME_COST} passes."
        )
    return params


def prepare() -> None:
    """Import what `argon2id` needs, so that a thread which calls it starts at once."""
    import argon2.low_level  # noqa: F401


def argon2id(password: bytes, salt: bytes, params: Argon2Params, length: int = 32) -> bytes:
    """Return `length` bytes of Argon2id (RFC 9106); other threads run meanwhile.

    Raises:
        CryptoError: parameters out of bounds, or the memory is not to be had.
    """
    check_read(params)
    from argon2.exceptions import HashingError
    from argon2.low_level import Type, hash_secret_raw

    try:
        return hash_secret_raw(
            password,
            salt,
            time_cost=params.time_cost,
            memory_cost=params.memory_kib,
            parallelism=params.parallelism,
            hash_len=length,
            type=Type.ID,
            version=ARGON2_VERSION,
        )
    except HashingError:
        raise CryptoError(
            f"Argon2 could not get the {params.memory_kib // 1024} MiB of memory it needs."
        ) from None


def pbkdf2_sha1(password: bytes, salt: bytes, rounds: int, length: int) -> bytes:
    """Return `length` bytes of PBKDF2-HMAC-SHA1 (RFC 8018 section 5.2)."""
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    return PBKDF2HMAC(SHA1(), length, salt, rounds).derive(password)  # noqa: S303


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
