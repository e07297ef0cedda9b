"""SHA-256 of large data, by the library of the ciphers: the app's hashlib is slower."""

from __future__ import annotations


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 (FIPS 180-4)."""
    from cryptography.hazmat.primitives.hashes import SHA256, Hash

    digest = Hash(SHA256())
    digest.update(data)
    return digest.finalize()
