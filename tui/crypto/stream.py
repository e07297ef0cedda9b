"""Stream ciphers of KeePass databases: ChaCha20 and Salsa20, without authentication."""

from __future__ import annotations

import struct
from typing import Protocol

from tui.errors import CryptoError


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
        self._skipped = 0

    def xor(self, data: bytes) -> bytes:
        """Return `data` encrypted or decrypted with the next bytes of the stream."""
        while self._skipped:
            count = min(self._skipped, _SKIP)
            self._encryptor.update(bytes(count))
            self._skipped -= count
        return self._encryptor.update(data)

    def skip(self, count: int) -> None:
        """Pass over `count` bytes of the stream."""
        self._skipped += count


class Salsa20:
    """Salsa20/20 with a key of 32 bytes (eSTREAM specification by D. J. Bernstein).

    Pure Python: each of the 16 words of the state is one large number with a lane of 64 bits for
    each of many blocks. Bytes that are passed over cost nothing.
    Each computation makes some blocks ahead, and all of them together are limited.
    """

    def __init__(self, key: bytes, nonce: bytes) -> None:
        """Set up a key of 32 bytes and a nonce of 8 bytes."""
        self._key = struct.unpack("<8I", key)
        self._nonce = struct.unpack("<2I", nonce)
        self._position = 0
        self._from, self._stream = 0, b""
        """Position and bytes of the blocks made last."""
        self._work = MAX_WORK

    def xor(self, data: bytes) -> bytes:
        """Return `data` encrypted or decrypted with the next bytes of the stream.

        Raises:
            CryptoError: it would take more than `MAX_WORK`.
        """
        begin, self._position = self._position, self._position + len(data)
        if self._position > self._from + len(self._stream):
            self._make(begin // 64, -(-self._position // 64))
        used = self._stream[begin - self._from : self._position - self._from]
        mixed = int.from_bytes(data, "big") ^ int.from_bytes(used, "big")
        return mixed.to_bytes(len(data), "big")

    def skip(self, count: int) -> None:
        """Pass over `count` bytes of the stream."""
        self._position += count

    def _make(self, first: int, last: int) -> None:
        last = max(last, first + _AHEAD)
        self._work -= last - first + _AHEAD
        if self._work < 0:
            raise CryptoError("there is too much to decrypt")
        self._stream = b"".join(
            self._blocks(start, min(_LANES, last - start)) for start in range(first, last, _LANES)
        )
        self._from = first * 64

    def _blocks(self, first: int, count: int) -> bytes:
        ones = int.from_bytes(struct.pack("<Q", 1) * count, "little")
        mask = ones * 0xFFFFFFFF
        numbers = struct.pack(f"<{count}Q", *range(first, first + count))
        number = int.from_bytes(numbers, "little")
        words = [ones * each for each in (0x61707865, *self._key[:4], 0x3320646E, *self._nonce)]
        words += [number & mask, (number >> 32) & mask]
        words += [ones * each for each in (0x79622D32, *self._key[4:], 0x6B206574)]
        mixed = list(words)
        for _ in range(10):
            for a, b, c, d in _QUARTERS:
                steps = ((b, a, d, 7), (c, b, a, 9), (d, c, b, 13), (a, d, c, 18))
                for to, one, other, bits in steps:
                    total = (mixed[one] + mixed[other]) & mask
                    mixed[to] ^= ((total << bits) | (total >> (32 - bits))) & mask
        blocks = bytearray(64 * count)
        for place, (was, now) in enumerate(zip(words, mixed, strict=True)):
            lanes = ((was + now) & mask).to_bytes(8 * count, "little")
            for byte in range(4):
                blocks[4 * place + byte :: 64] = lanes[byte::8]
        return bytes(blocks)


_SKIP = 1 << 20
MAX_WORK = 1 << 18
"""Maximum number of blocks of Salsa20, 16 MiB; each computation counts as some more."""
_AHEAD = 16
"""Minimum number of blocks at a time."""
_LANES = 4096
"""Maximum number of blocks at a time."""
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
