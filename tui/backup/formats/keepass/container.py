"""Decrypts KeePass databases: KDBX 4 and 3.1, down to the XML and its inner stream."""

from __future__ import annotations

import hashlib
import hmac
import zlib
from collections.abc import Iterator

from tui.backup.formats.keepass import header as headers
from tui.backup.formats.keepass.header import DAMAGED, INCOMPLETE, Header, block_key
from tui.backup.formats.keepass.keys import composite_keys
from tui.backup.model import Credentials
from tui.crypto.aead import aes_cbc_decrypt, aes_cbc_decrypt_padded
from tui.crypto.stream import ChaCha20, Salsa20, StreamCipher
from tui.errors import BackupPasswordError, CryptoError, FormatError

HEADER_NUMBER = 2**64 - 1
"""The number of the header among the blocks."""
SALSA20, CHACHA20 = 2, 3
"""Ids of the inner streams."""
SALSA20_NONCE = bytes.fromhex("e830094b97205d2a")
STREAM_ID, STREAM_KEY = 1, 2
"""Ids of the fields in the inner header."""
MAX_XML = 128 * 1024 * 1024
"""Maximum size of the decompressed content, in bytes."""
MAX_BLOCKS = 16_384
"""Maximum number of blocks; apps write blocks of 1 MiB."""
_MOST_ATTACHMENTS = 100_000
_NO_HARDWARE_KEYS = "Hardware keys are not supported."


def unlock(data: bytes, credentials: Credentials) -> tuple[bytes, StreamCipher]:
    """Return the XML, and the stream that its protected values are encrypted with.

    Raises:
        FormatError: it is not a database, is damaged, or has a form that can't be read.
        BackupPasswordError: the password or the key file is wrong or missing.
    """
    header = headers.parse(data)
    _check_size(data, header)
    for composite in composite_keys(credentials):
        try:
            transformed = header.transform(composite)
        except CryptoError as error:
            raise FormatError(str(error).rstrip(".") + ".") from None
        open_version = _open_4 if header.version == 4 else _open_3
        found = open_version(data, header, transformed)
        if found is not None:
            return found
    if credentials.key_file:
        raise BackupPasswordError("Wrong password or key file.", _NO_HARDWARE_KEYS)
    raise BackupPasswordError(
        "Wrong password.",
        f"The database may also need its key file. {_NO_HARDWARE_KEYS}",
    )


def _check_size(data: bytes, header: Header) -> None:
    """Check what doesn't need the key, before the slow key derivation."""
    end = len(header.raw)
    if header.version == 3:
        if len(data) < end + 64 or (len(data) - end) % 16:
            raise FormatError(INCOMPLETE)
        return
    if len(data) < end + 64 + 36:
        raise FormatError(INCOMPLETE)
    if hashlib.sha256(header.raw).digest() != data[end : end + 32]:
        raise FormatError(DAMAGED)


def _open_4(data: bytes, header: Header, transformed: bytes) -> tuple[bytes, StreamCipher] | None:
    """Return the XML and its stream; None if the key is wrong."""
    base = hashlib.sha512(header.seed + transformed + b"\x01").digest()
    start = len(header.raw) + 32
    seal = hmac.digest(block_key(base, HEADER_NUMBER), header.raw, "sha256")
    if not hmac.compare_digest(seal, data[start : start + 32]):
        return None
    sealed = b"".join(_blocks_4(data, start + 32, base))
    key = hashlib.sha256(header.seed + transformed).digest()
    try:
        if header.cipher == headers.AES:
            plain = aes_cbc_decrypt(key, header.iv, sealed)
        else:
            plain = ChaCha20(key, header.iv).xor(sealed)
    except CryptoError:
        raise FormatError(DAMAGED) from None
    del sealed
    return _inner(_decompressed(plain, header))


def _blocks_4(data: bytes, place: int, base: bytes) -> Iterator[bytes]:
    for number in range(MAX_BLOCKS):
        start = place + 36
        length = data[place + 32 : start]
        end = start + int.from_bytes(length, "little")
        if len(length) < 4 or end > len(data):
            raise FormatError(INCOMPLETE)
        authenticated = number.to_bytes(8, "little") + length + data[start:end]
        seal = hmac.digest(block_key(base, number), authenticated, "sha256")
        if not hmac.compare_digest(seal, data[place : place + 32]):
            raise FormatError(DAMAGED)
        if start == end:
            return
        yield data[start:end]
        place = end
    raise FormatError(DAMAGED)


def _inner(plain: bytes) -> tuple[bytes, StreamCipher]:
    """Read the inner header of KDBX 4, which precedes the XML."""
    kind, key = 0, b""
    place = 0
    for _ in range(_MOST_ATTACHMENTS):
        start = place + 5
        end = start + int.from_bytes(plain[place + 1 : start], "little")
        if end > len(plain) or start > len(plain):
            raise FormatError(DAMAGED)
        number = plain[place]
        place = end
        if number == 0:
            return plain[end:], inner_stream(kind, key)
        if number == STREAM_ID:
            kind = int.from_bytes(plain[start:end], "little")
        elif number == STREAM_KEY:
            key = plain[start:end]
    raise FormatError(DAMAGED)


def _open_3(data: bytes, header: Header, transformed: bytes) -> tuple[bytes, StreamCipher] | None:
    """Return the XML and its stream; None if the key is wrong."""
    key = hashlib.sha256(header.seed + transformed).digest()
    sealed = data[len(header.raw) :]
    if header.cipher == headers.AES:
        plain = aes_cbc_decrypt_padded(key, header.iv, sealed)
    else:
        plain = ChaCha20(key, header.iv).xor(sealed)
    del sealed
    if not hmac.compare_digest(plain[:32], header.fields[headers.STREAM_START]):
        return None
    kind = int.from_bytes(header.fields[headers.STREAM], "little")
    stream = inner_stream(kind, header.fields.get(headers.STREAM_KEY, b""))
    return _decompressed(b"".join(_blocks_3(plain)), header), stream


def _blocks_3(plain: bytes) -> Iterator[bytes]:
    place = 32
    for _ in range(MAX_BLOCKS):
        start = place + 40
        end = start + int.from_bytes(plain[place + 36 : start], "little")
        if start > len(plain) or end > len(plain):
            raise FormatError(INCOMPLETE)
        if start == end:
            return
        block = plain[start:end]
        if hashlib.sha256(block).digest() != plain[place + 4 : place + 36]:
            raise FormatError(DAMAGED)
        yield block
        place = end
    raise FormatError(DAMAGED)


def _decompressed(plain: bytes, header: Header) -> bytes:
    if not header.compressed:
        return plain
    unzip = zlib.decompressobj(wbits=31)
    try:
        content = unzip.decompress(plain, MAX_XML)
        if not unzip.eof and unzip.decompress(unzip.unconsumed_tail, 1):
            raise FormatError(
                f"The KeePass database has more than {MAX_XML >> 20} MiB of data.",
                "Save a copy of it without attachments, and import that.",
            )
    except zlib.error:
        raise FormatError(DAMAGED) from None
    if not unzip.eof:
        raise FormatError(INCOMPLETE)
    return content


def inner_stream(kind: int, key: bytes) -> StreamCipher:
    """Return the stream that protected values are encrypted with."""
    if kind == CHACHA20:
        digest = hashlib.sha512(key).digest()
        return ChaCha20(digest[:32], digest[32:44])
    if kind == SALSA20:
        return Salsa20(hashlib.sha256(key).digest(), SALSA20_NONCE)
    raise FormatError(
        "This KeePass database protects its values in a way that otp-tui doesn't know.",
        "Open it in KeePassXC, and save it again.",
    )
