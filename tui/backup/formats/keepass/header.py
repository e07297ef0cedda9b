"""The outer header of a KeePass database: versions, ciphers, key derivation."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tui.backup.formats.keepass.signature import KINDS, SIGNATURE
from tui.crypto import kdf
from tui.errors import CryptoError, FormatError

INCOMPLETE = "The KeePass database is incomplete."
DAMAGED = "The KeePass database is damaged."

AES = bytes.fromhex("31c1f2e6bf714350be5805216afc5aff")
CHACHA20 = bytes.fromhex("d6038a2b8b6f4cb5a524339a31dbb59a")
TWOFISH = bytes.fromhex("ad68f29f576f4bb9a36ad47af965346c")
IV_LENGTHS = {AES: 16, CHACHA20: 12}
"""The ciphers that can be read, and the length of their IV or nonce."""
AES_KDF = bytes.fromhex("c9d9f39a628a4460bf740d08c18a4fea")
ARGON2D = bytes.fromhex("ef636ddf8c29444b91f7a9a403e30a0c")
ARGON2ID = bytes.fromhex("9e298b1956db4773b23dfc3ec6f0a1e6")

CIPHER, COMPRESSION, SEED, TRANSFORM_SEED, ROUNDS, IV = 2, 3, 4, 5, 6, 7
STREAM_KEY, STREAM_START, STREAM, KDF_PARAMETERS = 8, 9, 10, 11
"""Ids of the fields in the header; 5, 6, 8, 9 and 10 only in KDBX 3.1, 11 only in KDBX 4."""

_MOST_FIELDS = 1000
_CONVERT = "Save a copy of it in the format KDBX 4 with AES or ChaCha20, and import that."
_NUMBERS = {0x04: "<I", 0x05: "<Q", 0x0C: "<i", 0x0D: "<q", 0x08: "<?"}
_OLD_ARGON2, _ARGON2_VERSIONS = 0x10, (0x10, 0x13)

Value = int | bytes


@dataclass(frozen=True, slots=True)
class Header:
    """A header that was checked: the database can be decrypted with the right key."""

    version: int
    """4 or 3."""
    raw: bytes = field(repr=False)
    """All its bytes, from the signature on."""
    cipher: bytes
    seed: bytes = field(repr=False)
    iv: bytes = field(repr=False)
    compressed: bool
    fields: Mapping[int, bytes] = field(repr=False)
    transform: Callable[[bytes], bytes] = field(repr=False)
    """Derives the key from the composite key; slow. Raises CryptoError if memory is short."""


def parse(data: bytes) -> Header:
    """Read and check the header.

    Raises:
        FormatError: not a database, incomplete, or of a form that can't be read.
    """
    version = _version(data)
    fields, end = _fields(data, version)
    cipher = fields.get(CIPHER, b"")
    if cipher == TWOFISH:
        raise FormatError(
            "This is a KeePass database encrypted with Twofish, which otp-tui can't read.", _CONVERT
        )
    if cipher not in IV_LENGTHS:
        raise FormatError(
            "This KeePass database is encrypted in a way that otp-tui doesn't know.", _CONVERT
        )
    wanted = {SEED: 32, IV: IV_LENGTHS[cipher], COMPRESSION: 4}
    if version == 3:
        wanted |= {TRANSFORM_SEED: 32, ROUNDS: 8, STREAM_START: 32, STREAM: 4}
    if any(len(fields.get(number, b"")) != length for number, length in wanted.items()):
        raise FormatError(DAMAGED)
    compression = int.from_bytes(fields[COMPRESSION], "little")
    if compression > 1:
        raise FormatError("This KeePass database is compressed in a way that otp-tui doesn't know.")
    try:
        transform = _transform(version, fields)
    except CryptoError as error:
        raise FormatError(f"The KeePass database can't be opened: {error}.") from None
    return Header(
        version, data[:end], cipher, fields[SEED], fields[IV], bool(compression), fields, transform
    )


def _version(data: bytes) -> int:
    if data[:4] != SIGNATURE or data[4:8] not in KINDS:
        raise FormatError("The file is not a KeePass database.")
    if data[4:8] != KINDS[0]:
        raise FormatError(
            "This is a KeePass 1 database (KDB), which otp-tui can't read.",
            "Import it in KeePassXC, and save it as a .kdbx file.",
        )
    if len(data) < 12:
        raise FormatError(INCOMPLETE)
    major = int.from_bytes(data[10:12], "little")
    if major > 4:
        raise FormatError(
            f"This KeePass database has the format KDBX {major}, which otp-tui doesn't know.",
            "Save a copy of it in the format KDBX 4, and import that.",
        )
    if major < 3:
        raise FormatError(
            f"This KeePass database has the old format KDBX {major}, which otp-tui can't read.",
            "Open it in KeePass, and save it again.",
        )
    return major


def _fields(data: bytes, version: int) -> tuple[dict[int, bytes], int]:
    """Return the fields by id, and the position after them."""
    width = 4 if version == 4 else 2
    found: dict[int, bytes] = {}
    place = 12
    for _ in range(_MOST_FIELDS):
        start = place + 1 + width
        if start > len(data):
            raise FormatError(INCOMPLETE)
        number, length = data[place], int.from_bytes(data[place + 1 : start], "little")
        place = start + length
        if place > len(data):
            raise FormatError(INCOMPLETE)
        if number == 0:
            return found, place
        found[number] = data[start:place]
    raise FormatError(DAMAGED)


def _transform(version: int, fields: Mapping[int, bytes]) -> Callable[[bytes], bytes]:
    """Return the key derivation that the header chooses, with checked parameters.

    Raises:
        CryptoError: its parameters are out of bounds.
        FormatError: it is unknown, or parameters are missing.
    """
    if version == 3:
        rounds = int.from_bytes(fields[ROUNDS], "little")
        return _aes_kdf(fields[TRANSFORM_SEED], rounds)
    chosen = _dictionary(fields.get(KDF_PARAMETERS, b""))
    kind = _bytes(chosen, "$UUID")
    if kind == AES_KDF:
        return _aes_kdf(_bytes(chosen, "S"), _number(chosen, "R"))
    if kind in (ARGON2D, ARGON2ID):
        return _argon2("D" if kind == ARGON2D else "ID", chosen)
    raise FormatError("This KeePass database has a key derivation that otp-tui doesn't know.")


def _aes_kdf(seed: bytes, rounds: int) -> Callable[[bytes], bytes]:
    kdf.check_aes_kdf(rounds)
    if len(seed) != 32:
        raise FormatError(DAMAGED)
    return lambda key: kdf.aes_kdf(key, seed, rounds)


def _argon2(kind: Literal["D", "ID"], chosen: Mapping[str, Value]) -> Callable[[bytes], bytes]:
    if chosen.get("K") or chosen.get("A"):
        raise FormatError("This KeePass database has a key derivation that otp-tui doesn't know.")
    memory = _number(chosen, "M")
    params = kdf.Argon2Params(_number(chosen, "I"), memory // 1024, _number(chosen, "P"))
    kdf.check_foreign(params)
    salt, version = _bytes(chosen, "S"), _number(chosen, "V")
    if not 8 <= len(salt) <= 1024 or version not in _ARGON2_VERSIONS:
        raise FormatError(DAMAGED)
    return lambda key: kdf.argon2_of_file(kind, key, salt, params, 32, version)


def _dictionary(data: bytes) -> dict[str, Value]:
    """Read KeePass's dictionary of typed values; text stays bytes.

    Raises:
        FormatError: it is cut, or of a newer version.
    """
    found: dict[str, Value] = {}
    if len(data) < 2 or data[1] != 1:
        raise FormatError(DAMAGED)
    place = 2
    try:
        while kind := data[place]:
            name, place = _part(data, place + 1)
            value, place = _part(data, place)
            number = _NUMBERS.get(kind)
            found[name.decode()] = struct.unpack(number, value)[0] if number else value
    except (IndexError, struct.error, UnicodeDecodeError):
        raise FormatError(DAMAGED) from None
    return found


def _part(data: bytes, place: int) -> tuple[bytes, int]:
    start = place + 4
    (length,) = struct.unpack("<i", data[place:start])
    if not 0 <= length <= len(data) - start:
        raise FormatError(DAMAGED)
    return data[start : start + length], start + length


def _bytes(chosen: Mapping[str, Value], name: str) -> bytes:
    value = chosen.get(name)
    if not isinstance(value, bytes):
        raise FormatError(DAMAGED)
    return value


def _number(chosen: Mapping[str, Value], name: str) -> int:
    value = chosen.get(name)
    if type(value) is not int:
        raise FormatError(DAMAGED)
    return value


def block_key(base: bytes, number: int) -> bytes:
    """Return the HMAC key of a block of KDBX 4; the header has the number 2^64 - 1."""
    return hashlib.sha512(struct.pack("<Q", number) + base).digest()
