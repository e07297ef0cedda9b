"""Reads a `java.util.HashMap` of texts from a Java object stream.

Source: Java Object Serialization Specification, version 8, chapter 6 (grammar).
"""

from __future__ import annotations

from tui.errors import FormatError

MAX_PAIRS = 100_001
"""Maximum number of pairs; a map with more is refused."""
_MAGIC = b"\xac\xed\x00\x05"
_NULL, _REFERENCE, _CLASS, _OBJECT, _STRING, _BLOCK, _END, _LONG_STRING = b"pqrstwx|"
_HASH_MAP = "java.util.HashMap"
_SERIALIZABLE_WITH_BLOCKS = 3
_FIELD_SIZES = {ord("F"): 4, ord("I"): 4}
_FIRST_STRING = 0x7E0002  # the class and the map are the first two
_DAMAGED = "The FreeOTP backup is incomplete or damaged."


def read_map(data: bytes) -> dict[str, str]:
    """Return the pairs in the order of the stream, without those that are not texts.

    Raises:
        FormatError: it is not such a stream, or has too many pairs.
    """
    stream = _Stream(data)
    stream.expect(_MAGIC + bytes((_OBJECT, _CLASS)))
    if stream.short_text() != _HASH_MAP:
        raise FormatError("The file is not a FreeOTP backup.")
    stream.take(8)  # the version of the class
    stream.expect(bytes((_SERIALIZABLE_WITH_BLOCKS,)))
    size = 0
    for _ in range(stream.number(2)):
        kind = stream.number(1)
        if kind not in _FIELD_SIZES:
            raise FormatError(_DAMAGED)
        size += _FIELD_SIZES[kind]
        stream.short_text()
    stream.expect(bytes((_END, _NULL)))
    stream.take(size)
    stream.expect(bytes((_BLOCK, 8)))
    stream.take(4)  # the capacity
    count = stream.number(4)
    if count > MAX_PAIRS:
        raise FormatError("The FreeOTP backup contains too many values.")
    pairs = [(stream.string(), stream.string()) for _ in range(count)]
    stream.expect(bytes((_END,)))
    found: dict[str, str] = {}
    for key, value in pairs:
        if key is not None and value is not None:
            found[key] = value
    return found


class _Stream:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0
        self._strings: list[str] = []

    def take(self, length: int) -> bytes:
        part = self._data[self._place : self._place + length]
        if len(part) < length:
            raise FormatError(_DAMAGED)
        self._place += length
        return part

    def expect(self, wanted: bytes) -> None:
        if self.take(len(wanted)) != wanted:
            raise FormatError(_DAMAGED)

    def number(self, length: int) -> int:
        return int.from_bytes(self.take(length), "big")

    def short_text(self) -> str:
        return _text(self.take(self.number(2)))

    def string(self) -> str | None:
        """Return a string; None for null."""
        kind = self.number(1)
        if kind == _NULL:
            return None
        if kind == _REFERENCE:
            index = self.number(4) - _FIRST_STRING
            if not 0 <= index < len(self._strings):
                raise FormatError(_DAMAGED)
            return self._strings[index]
        if kind not in (_STRING, _LONG_STRING):
            raise FormatError("The FreeOTP backup contains values that otp-tui doesn't know.")
        text = _text(self.take(self.number(2 if kind == _STRING else 8)))
        self._strings.append(text)
        return text


def _text(data: bytes) -> str:
    """Decode Java's UTF-8: NUL in two bytes, and others above U+FFFF as two surrogates."""
    try:
        halves = data.replace(b"\xc0\x80", b"\x00").decode("utf-8", "surrogatepass")
        return halves.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise FormatError(_DAMAGED) from None
