"""X25519 (RFC 7748): key agreement for recovery codes. Keys are 32 bytes.

The library is imported at first use.
"""

from __future__ import annotations

from tui.errors import AuthenticationError


def public_key(private_key: bytes) -> bytes:
    """Return the public key of a private key; any 32 bytes are one."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def shared_secret(private_key: bytes, public_key: bytes) -> bytes:
    """Return the secret of a private key and somebody else's public key.

    Raises:
        AuthenticationError: the secret is all zeros, so the public key is not a real one.
    """
    from cryptography.hazmat.primitives.asymmetric import x25519

    private = x25519.X25519PrivateKey.from_private_bytes(private_key)
    try:
        return private.exchange(x25519.X25519PublicKey.from_public_bytes(public_key))
    except ValueError:
        raise AuthenticationError("the X25519 public key is not valid") from None
