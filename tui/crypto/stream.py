"""Stream ciphers of KeePass databases: ChaCha20 and Salsa20, without authentication."""

from __future__ import annotations

import struct
from typing import Protocol


class StreamCipher(Protocol):
    """A key stream. What is encrypted one after the other takes consecutive bytes of it."""

    def xor(self, data: bytes) -> bytes:
        """Return `data` encrypted or decrypted with the next bytes of the stream."""

    def skip(self, count: int) -> None:
        """Pass over `count` bytes of the stream."""


class ChaCha20:
    """ChaCha20 (RFC 8439) with a counter that starts at 0."""

    def __init__(self, key: bytes, nonce: bytes) -> None:
        """Set up a key of 32 bytes and a nonce of 12 bytes."""
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

        algorithm = algorithms.ChaCha20(key, bytes(4) + nonce)
        self._encryptor = Cipher(algorithm, mode=None).encryptor()

    def xor(self, data: bytes) -> bytes:
        """Return `data` encrypted or decrypted with the next bytes of the stream."""
        return self._encryptor.update(data)

    def skip(self, count: int) -> None:
        """Pass over `count` bytes of the stream."""
        self._encryptor.update(bytes(count))


class Salsa20:
    """Salsa20/20 with a key of 32 bytes (eSTREAM specification by D. J. Bernstein).

    Only for short values, since it is pure Python; bytes that are passed over cost nothing.
    """

    def __init__(self, key: bytes, nonce: bytes) -> None:
        """Set up a key of 32 bytes and a nonce of 8 bytes."""
        self._key = struct.unpack("<8I", key)
        self._nonce = struct.unpack("<2I", nonce)
        self._position = 0

    def xor(self, data: bytes) -> bytes:
        """Return `data` encrypted or decrypted with the next bytes of the stream."""
        first, offset = divmod(self._position, 64)
        self._position += len(data)
        last = -(-self._position // 64)
        stream = b"".join(self._block(number) for number in range(first, last))
        used = stream[offset : offset + len(data)]
        mixed = int.from_bytes(data, "big") ^ int.from_bytes(used, "big")
        return mixed.to_bytes(len(data), "big")

    def skip(self, count: int) -> None:
        """Pass over `count` bytes of the stream."""
        self._position += count

    def _block(self, number: int) -> bytes:
        words = [0x61707865, *self._key[:4], 0x3320646E, *self._nonce]
        words += [number & 0xFFFFFFFF, number >> 32, 0x79622D32, *self._key[4:], 0x6B206574]
        mixed = list(words)
        for _ in range(10):
            for quarter in _QUARTERS:
                _mix(mixed, quarter)
        return struct.pack(
            "<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(mixed, words, strict=True))
        )


_QUARTERS = (
    (0, 4, 8, 12),
    (5, 9, 13, 1),
    (10, 14, 2, 6),
    (15, 3, 7, 11),
    (0, 1, 2, 3),
    (5, 6, 7, 4),
    (10, 11, 8, 9),
    (15, 12, 13, 14),
)
"""The columns, then the rows."""


def _mix(words: list[int], quarter: tuple[int, int, int, int]) -> None:
    a, b, c, d = quarter
    for target, one, other, bits in ((b, a, d, 7), (c, b, a, 9), (d, c, b, 13), (a, d, c, 18)):
        total = (words[one] + words[other]) & 0xFFFFFFFF
        words[target] ^= ((total << bits) | (total >> (32 - bits))) & 0xFFFFFFFF
