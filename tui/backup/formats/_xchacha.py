"""Ciphers of libsodium that `cryptography` lacks, made of its ChaCha20 and Poly1305.

XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) and secretstream with a single message (libsodium's
documentation, "Encrypted streams").
"""

from __future__ import annotations

import struct

from tui.errors import AuthenticationError

NONCE_LENGTH = 24
"""Length of a nonce, and of the header of a stream, in bytes."""
STREAM_OVERHEAD = 17
"""Bytes that a stream adds to its message: a tag byte and the MAC."""
_MAC = 16
_BLOCK = 64
_FINAL = 3
_CONSTANTS = b"expand 32-byte k"
_WRONG_KEY = "wrong key, or the data was changed"
_WORDS = struct.Struct("<16I")


def xchacha20_poly1305_decrypt(key: bytes, nonce: bytes, sealed: bytes) -> bytes:
    """Return the plaintext of ciphertext followed by its tag.

    Raises:
        AuthenticationError: wrong key, or nonce or data were changed or are too short.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    if len(nonce) != NONCE_LENGTH or len(sealed) < _MAC:
        raise AuthenticationError("the encrypted data is too short")
    try:
        cipher = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
        return cipher.decrypt(bytes(4) + nonce[16:], sealed, None)
    except InvalidTag:
        raise AuthenticationError(_WRONG_KEY) from None


def stream_encrypt(key: bytes, header: bytes, message: bytes) -> bytes:
    """Return a stream with one message, marked as the last; `header` must be new."""
    subkey, nonce = _start(key, header)
    first = _chacha20(subkey, nonce, 1, bytes([_FINAL]) + bytes(_BLOCK - 1))
    ciphertext = _chacha20(subkey, nonce, 2, message)
    return first[:1] + ciphertext + _mac(subkey, nonce, first, ciphertext)


def stream_decrypt(key: bytes, header: bytes, data: bytes) -> bytes:
    """Return the message of a stream with one message, whatever its tag byte.

    Raises:
        AuthenticationError: wrong key, or header or data were changed or are too short.
    """
    from hmac import compare_digest

    if len(header) != NONCE_LENGTH or len(data) < STREAM_OVERHEAD:
        raise AuthenticationError("the encrypted data is too short")
    subkey, nonce = _start(key, header)
    ciphertext = data[1:-_MAC]
    first = data[:1] + _chacha20(subkey, nonce, 1, data[:1] + bytes(_BLOCK - 1))[1:]
    if not compare_digest(_mac(subkey, nonce, first, ciphertext), data[-_MAC:]):
        raise AuthenticationError(_WRONG_KEY)
    return _chacha20(subkey, nonce, 2, ciphertext)


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """Return the key derived from a key of 32 and a nonce of 16 bytes.

    It is ChaCha20's block without the final addition of the initial state.
    """
    block = _WORDS.unpack(_chacha20(key, nonce[4:], nonce[:4], bytes(_BLOCK)))
    state = _WORDS.unpack(_CONSTANTS + key + nonce)
    words = [(after - before) & 0xFFFFFFFF for after, before in zip(block, state, strict=True)]
    return struct.pack("<8I", *words[:4], *words[12:])


def _start(key: bytes, header: bytes) -> tuple[bytes, bytes]:
    """Return subkey and nonce of a stream's first message."""
    return hchacha20(key, header[:16]), struct.pack("<I", 1) + header[16:]


def _mac(subkey: bytes, nonce: bytes, first: bytes, ciphertext: bytes) -> bytes:
    from cryptography.hazmat.primitives.poly1305 import Poly1305

    padding = bytes((_MAC - _BLOCK + len(ciphertext)) % _MAC)
    lengths = struct.pack("<QQ", 0, _BLOCK + len(ciphertext))
    mac_key = _chacha20(subkey, nonce, 0, bytes(32))
    return Poly1305.generate_tag(mac_key, first + ciphertext + padding + lengths)


def _chacha20(key: bytes, nonce: bytes, counter: int | bytes, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms

    start = counter if isinstance(counter, bytes) else struct.pack("<I", counter)
    return Cipher(algorithms.ChaCha20(key, start + nonce), None).encryptor().update(data)
