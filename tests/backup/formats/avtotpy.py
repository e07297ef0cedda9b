"""An independent implementation of AVTotpy's files in every variant, from primitives."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

MAGIC = b"AVTOTPY_BACKUP_MAGIC"
SECRET = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA="
USER = "ada"
SALT, NONCE = b"\xa5" * 16, b"\x5a" * 12


def hkdf(name: str, key: bytes, salt: bytes, info: bytes) -> bytes:
    """HKDF of up to one hash length (RFC 5869 sections 2.2 and 2.3)."""
    extracted = hmac.digest(salt or bytes(hashlib.new(name).digest_size), key, name)
    return hmac.digest(extracted, info + b"\x01", name)[:32]


def digest(name: str, message: bytes) -> bytes:
    """A bare hash."""
    return hashlib.new(name, message).digest()[:32]


def mac(name: str, key: bytes, message: bytes) -> bytes:
    """HMAC, cut to 32 bytes."""
    return hmac.digest(key, message, name)[:32]


S2, S5 = "sha256", "sha512"
KEYS: tuple[Callable[[bytes, bytes, bytes], bytes], ...] = (
    lambda s, u, t: hkdf(S2, s, t, u),
    lambda s, u, t: hkdf(S5, s, t, u),
    lambda s, u, t: hkdf(S2, s, t + u, b""),
    lambda s, u, t: hkdf(S2, s, u + t, b""),
    lambda s, u, t: hkdf(S2, s + u, t, b""),
    lambda s, u, t: hkdf(S2, u + s, t, b""),
    lambda s, u, t: hkdf(S5, s, t + u, b""),
    lambda s, u, t: hkdf(S5, s, u + t, b""),
    lambda s, u, t: hkdf(S5, s + u, t, b""),
    lambda s, u, t: hkdf(S5, u + s, t, b""),
    lambda s, u, t: mac(S2, s, u + t),
    lambda s, u, t: mac(S2, s, t + u),
    lambda s, u, t: mac(S5, s, u + t),
    lambda s, u, t: mac(S5, s, t + u),
    lambda s, u, t: hkdf(S2, s, u, t),
    lambda s, u, t: hkdf(S2, s, b"", u + t),
    lambda s, u, t: hkdf(S2, s, b"", t + u),
    lambda s, u, t: hkdf(S5, s, u, t),
    lambda s, u, t: hkdf(S5, s, b"", u + t),
    lambda s, u, t: hkdf(S5, s, b"", t + u),
    lambda s, u, t: mac(S2, s + u, t),
    lambda s, u, t: mac(S2, t, s + u),
    lambda s, u, t: digest(S2, s + u + t),
    lambda s, u, t: digest(S2, s + t + u),
    lambda s, u, t: digest(S2, t + s + u),
    lambda s, u, t: digest(S2, u + s + t),
    lambda s, u, t: digest(S5, s + u + t),
)
MORE: tuple[Callable[[bytes, bytes, bytes], bytes | None], ...] = (
    lambda header, user, prefix: None,
    lambda header, user, prefix: header,
    lambda header, user, prefix: user,
    lambda header, user, prefix: header[:22],
    lambda header, user, prefix: header[22:],
    lambda header, user, prefix: prefix,
)
"""The associated data; the last is for cipher_variants that have a prefix."""
PREFIXES = (b"", b"\x01", b"\x00\x01", b"v1:", b"\x00\x00\x00\x01")


@dataclass(frozen=True)
class Way:
    """One variant, and the bytes in front of it."""

    key: int = 0
    size: int = 32
    prefix: bytes = b""
    more: int = 0
    magic: bytes = MAGIC
    version: bytes = b"\x00\x01"

    def make(self, value: Any, *, user: str = USER, secret: str = SECRET) -> bytes:
        """Return a file whose JSON is `value`, or whose plaintext it is if it is bytes."""
        plain = value if isinstance(value, bytes) else json.dumps(value).encode()
        header = self.magic + self.version + SALT
        key = KEYS[self.key](b64decode(secret), user.encode(), SALT)[: self.size]
        more = MORE[self.more](header, user.encode(), self.prefix)
        return header + self.prefix + NONCE + AESGCMSIV(key).encrypt(NONCE, plain, more)

    def open(self, data: bytes, *, user: str = USER, secret: str = SECRET) -> Any:
        """Return the JSON of a file that only this variant opens."""
        header, payload = data[:38], data[38:]
        assert header[:22] == self.magic + self.version
        assert payload.startswith(self.prefix)
        body = payload[len(self.prefix) :]
        key = KEYS[self.key](b64decode(secret), user.encode(), header[22:])[: self.size]
        more = MORE[self.more](header, user.encode(), self.prefix)
        return json.loads(AESGCMSIV(key).decrypt(body[:12], body[12:], more))


def ways() -> Iterator[Way]:
    """Every variant."""
    for key in range(len(KEYS)):
        for size in (32, 16):
            for prefix in PREFIXES:
                for more in range(len(MORE) if prefix else len(MORE) - 1):
                    yield Way(key, size, prefix, more)


def row(**changes: Any) -> dict[str, Any]:
    """Return an entry of the default shape with `changes`; a value of ... leaves a key out."""
    made: dict[str, Any] = {
        "name": "ada",
        "issuer": "Example",
        "secret": "JBSWY3DPEHPK3PXP",
        "algorithm": "SHA256",
        "digits": 8,
        "period": 60,
    }
    made.update(changes)
    return {key: value for key, value in made.items() if value is not ...}
