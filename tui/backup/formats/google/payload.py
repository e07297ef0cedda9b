"""Reads and writes the protobuf message in an otpauth-migration:// URI.

Handles the wire format (protobuf.dev, "Encoding") without the protobuf runtime: for two messages,
the runtime and its generated code are larger than this module, slow down the start, and silently
accept damaged messages. Google has not published the messages; the fields are those found in real
exports.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tui.errors import EntryError

_CUT = "its data is incomplete or damaged"
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}
_ALL_BITS = 2**64 - 1
_ENTRY, _VERSION, _SIZE, _INDEX, _ID = 1, 2, 3, 4, 5
_SECRET, _NAME, _ISSUER, _ALGORITHM, _DIGITS, _TYPE, _COUNTER = range(1, 8)


@dataclass(frozen=True, slots=True)
class PayloadEntry:
    """One entry of the message; missing fields are 0 or empty. Its repr hides everything."""

    secret: bytes
    """The shared secret."""
    name: bytes = b""
    """UTF-8: the account, often after the issuer and a colon."""
    issuer: bytes = b""
    """UTF-8; may be empty."""
    algorithm: int = 0
    """1 SHA1, 2 SHA256, 3 SHA512, 4 MD5."""
    digits: int = 0
    """1 six, 2 eight."""
    type: int = 0
    """1 HOTP, 2 TOTP."""
    counter: int = 0
    """HOTP: the counter of the next code."""

    def __repr__(self) -> str:
        return "PayloadEntry(…)"


@dataclass(frozen=True, slots=True)
class Payload:
    """One part of an export."""

    rows: tuple[PayloadEntry, ...]
    """The entries of the part."""
    size: int = 0
    """Number of parts of the export; 0 if missing."""
    index: int = 0
    """Index of this part, from 0."""
    identity: int = 0
    """A number that all parts of an export share; newer apps leave it out."""


def parse(data: bytes) -> Payload:
    """Read a part. Unknown fields are skipped; the last of a repeated field is used.

    Raises:
        EntryError: it is not such a message; the error doesn't quote it.
    """
    rows: list[PayloadEntry] = []
    numbers: dict[int, int] = {}
    for field, value in _fields(data):
        if field == _ENTRY:
            rows.append(_row(_bytes(value)))
        elif field in (_VERSION, _SIZE, _INDEX, _ID):
            numbers[field] = _number(value)
    return Payload(tuple(rows), numbers.get(_SIZE, 0), numbers.get(_INDEX, 0), numbers.get(_ID, 0))


def dump(payload: Payload) -> bytes:
    """Return the bytes of a part, in version 1 of the export."""
    made = b"".join(_put(_ENTRY, _dump_row(row)) for row in payload.rows)
    tail = {_VERSION: 1, _SIZE: payload.size, _INDEX: payload.index, _ID: payload.identity}
    return made + b"".join(_put(field, number) for field, number in tail.items())


def _row(data: bytes) -> PayloadEntry:
    found: Mapping[int, int | bytes] = dict(_fields(data))
    return PayloadEntry(
        _bytes(found.get(_SECRET, b"")),
        _bytes(found.get(_NAME, b"")),
        _bytes(found.get(_ISSUER, b"")),
        _number(found.get(_ALGORITHM, 0)),
        _number(found.get(_DIGITS, 0)),
        _number(found.get(_TYPE, 0)),
        _number(found.get(_COUNTER, 0)),
    )


def _dump_row(row: PayloadEntry) -> bytes:
    values: Sequence[int | bytes] = (
        row.secret,
        row.name,
        row.issuer,
        row.algorithm,
        row.digits,
        row.type,
        row.counter,
    )
    return b"".join(_put(field, value) for field, value in enumerate(values, 1) if value)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and value of each field: an unsigned number for a varint, else bytes."""
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        field, kind = tag >> 3, tag & 7
        if not field:
            raise EntryError(_CUT)
        if kind == _VARINT:
            number, at = _varint(data, at)
            yield field, number
            continue
        if kind == _BYTES:
            length, at = _varint(data, at)
        elif kind in _FIXED:
            length = _FIXED[kind]
        else:
            raise EntryError(_CUT)
        if length > len(data) - at:
            raise EntryError(_CUT)
        yield field, data[at : at + length]
        at += length


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number at `at`, below 2^64, and the place after it."""
    number = 0
    for shift, byte in enumerate(data[at : at + 10]):
        number |= (byte & 0x7F) << 7 * shift
        if byte < 0x80:
            if number >> 64:
                break
            return number, at + shift + 1
    raise EntryError(_CUT)


def _put(field: int, value: int | bytes) -> bytes:
    if isinstance(value, bytes):
        return _put_varint(field << 3 | _BYTES) + _put_varint(len(value)) + value
    return _put_varint(field << 3 | _VARINT) + _put_varint(value)


def _put_varint(number: int) -> bytes:
    made = bytearray()
    number &= _ALL_BITS
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def _number(value: int | bytes) -> int:
    """Return a signed number, which is written as its 64-bit two's complement."""
    if isinstance(value, bytes):
        raise EntryError(_CUT)
    return value - (value >> 63 << 64)


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise EntryError(_CUT)
    return value
