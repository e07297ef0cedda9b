"""ChaCha20, HChaCha20 and Poly1305 in Python alone (RFC 8439, draft-irtf-cfrg-xchacha)."""

from __future__ import annotations

import struct

_ROUNDS = (
    *((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)),
    *((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)),
)


def _state(key: bytes, last: bytes) -> list[int]:
    return list(struct.unpack("<16I", b"expand 32-byte k" + key + last))


def _mixed(state: list[int]) -> list[int]:
    words = list(state)
    for a, b, c, d in _ROUNDS * 10:
        for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            words[x] = (words[x] + words[y]) & 0xFFFFFFFF
            mixed = words[z] ^ words[x]
            words[z] = (mixed << bits | mixed >> (32 - bits)) & 0xFFFFFFFF
    return words


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    words = _mixed(_state(key, nonce))
    return struct.pack("<8I", *words[:4], *words[12:])


def chacha20(key: bytes, nonce: bytes, counter: int, data: bytes) -> bytes:
    stream = b""
    while len(stream) < len(data):
        state = _state(key, struct.pack("<I", counter) + nonce)
        words = [(a + b) & 0xFFFFFFFF for a, b in zip(state, _mixed(state), strict=True)]
        stream += struct.pack("<16I", *words)
        counter += 1
    return bytes(a ^ b for a, b in zip(data, stream, strict=False))


def poly1305(key: bytes, data: bytes) -> bytes:
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(data), 16):
        total = (total + int.from_bytes(data[at : at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def xchacha20_poly1305(key: bytes, nonce: bytes, plain: bytes) -> bytes:
    """Return ciphertext and tag, without associated data."""
    subkey, rest = hchacha20(key, nonce[:16]), bytes(4) + nonce[16:]
    body = chacha20(subkey, rest, 1, plain)
    padded = body + bytes(-len(body) % 16) + struct.pack("<QQ", 0, len(body))
    return body + poly1305(chacha20(subkey, rest, 0, bytes(32)), padded)


def opened_stream(key: bytes, header: bytes, data: bytes) -> bytes:
    """Return tag byte and message of libsodium's secretstream with one message."""
    subkey, nonce = hchacha20(key, header[:16]), b"\1\0\0\0" + header[16:]
    first = chacha20(subkey, nonce, 1, data[:1] + bytes(63))
    body, mac = data[1:-16], data[-16:]
    text = data[:1] + first[1:] + body + bytes((16 - 64 + len(body)) % 16)
    text += struct.pack("<QQ", 0, 64 + len(body))
    assert poly1305(chacha20(subkey, nonce, 0, bytes(32)), text) == mac
    return first[:1] + chacha20(subkey, nonce, 2, body)
