"""Encrypts KeePass databases as KDBX 4: Argon2id, ChaCha20, gzip."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import os
import struct
from collections.abc import Callable

from tui.backup.formats.keepass import header as headers
from tui.backup.formats.keepass.container import (
    CHACHA20,
    HEADER_NUMBER,
    STREAM_ID,
    STREAM_KEY,
    inner_stream,
)
from tui.backup.formats.keepass.header import block_key
from tui.backup.formats.keepass.keys import composite_keys
from tui.backup.formats.keepass.signature import KINDS, SIGNATURE
from tui.backup.model import Credentials
from tui.crypto import kdf
from tui.crypto.bounds import ARGON2_VERSION
from tui.crypto.stream import ChaCha20, StreamCipher
from tui.errors import CryptoError, FormatError

_VERSION = struct.pack("<HH", 0, 4)
_END = b"\r\n\r\n"
_BLOCK = 1 << 20


def seal(make_xml: Callable[[StreamCipher], bytes], credentials: Credentials) -> bytes:
    """Return a database; `make_xml` returns its XML, given the stream for protected values.

    Raises:
        FormatError: the password is missing or not valid text, or memory is short.
    """
    composite = next(composite_keys(credentials))
    seed, nonce, salt, stream_key = (os.urandom(length) for length in (32, 12, 32, 64))
    header = _header(seed, nonce, salt, credentials.kdf)
    try:
        transformed = kdf.argon2_of_file("ID", composite, salt, credentials.kdf, 32, ARGON2_VERSION)
    except CryptoError as error:
        raise FormatError(str(error).rstrip(".") + ".") from None
    inner = (
        _field(STREAM_ID, struct.pack("<I", CHACHA20)) + _field(STREAM_KEY, stream_key) + _field(0)
    )
    plain = inner + make_xml(inner_stream(CHACHA20, stream_key))
    key = hashlib.sha256(seed + transformed).digest()
    sealed = ChaCha20(key, nonce).xor(gzip.compress(plain, mtime=0))
    base = hashlib.sha512(seed + transformed + b"\x01").digest()
    parts = [
        header,
        hashlib.sha256(header).digest(),
        hmac.digest(block_key(base, HEADER_NUMBER), header, "sha256"),
    ]
    blocks = [sealed[place : place + _BLOCK] for place in range(0, len(sealed), _BLOCK)]
    for number, block in enumerate([*blocks, b""]):
        length = struct.pack("<I", len(block))
        authenticated = struct.pack("<Q", number) + length + block
        parts += [hmac.digest(block_key(base, number), authenticated, "sha256"), length, block]
    return b"".join(parts)


def _header(seed: bytes, nonce: bytes, salt: bytes, params: kdf.Argon2Params) -> bytes:
    chosen = (
        (0x42, b"$UUID", headers.ARGON2ID),
        (0x42, b"S", salt),
        (0x05, b"I", struct.pack("<Q", params.time_cost)),
        (0x05, b"M", struct.pack("<Q", params.memory_kib * 1024)),
        (0x04, b"P", struct.pack("<I", params.parallelism)),
        (0x04, b"V", struct.pack("<I", ARGON2_VERSION)),
    )
    values = (
        struct.pack("<Bi", kind, len(name)) + name + struct.pack("<i", len(value)) + value
        for kind, name, value in chosen
    )
    dictionary = b"\x00\x01" + b"".join(values) + b"\x00"
    return (
        SIGNATURE
        + KINDS[0]
        + _VERSION
        + _field(headers.CIPHER, headers.CHACHA20)
        + _field(headers.COMPRESSION, struct.pack("<I", 1))
        + _field(headers.SEED, seed)
        + _field(headers.IV, nonce)
        + _field(headers.KDF_PARAMETERS, dictionary)
        + _field(0, _END)
    )


def _field(number: int, value: bytes = b"") -> bytes:
    return struct.pack("<BI", number, len(value)) + value
