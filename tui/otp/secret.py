"""Shared secrets: stored as given, decoded once, never shown."""

from __future__ import annotations

from tui.errors import EntryError

MAX_SECRET = 4096
"""Maximum length of a secret as given, in characters."""

# Uppercases only ASCII: `ı` or `ｂ` must not become letters of the alphabet.
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", " -\t\r\n\xa0")
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
# int() reads base 32 as well, with other digits.
_DIGITS = str.maketrans(_ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUV")

_YANDEX_BYTES = 16
_YANDEX_BYTES_CHECKED = 26
_YANDEX_CHECK_BITS = 12
_YANDEX_POLYNOMIAL = 0x18F3


class Secret:
    """A shared secret. Its repr, str and format hide it; two are equal if given the same."""

    __slots__ = ("_key", "given", "normal")

    given: str
    """The original text, for export."""
    normal: str
    """Base32 in uppercase, without spaces, dashes or padding; Mobile-OTP: as given."""

    def __init__(self, given: str, normal: str, key: bytes | None = None) -> None:
        """Store a validated secret; without `key`, `normal` is base32 to decode later."""
        self.given = given
        self.normal = normal
        self._key = key

    @property
    def key(self) -> bytes:
        """The bytes for the algorithm, decoded at first use (Mobile-OTP: the encoded text)."""
        if self._key is None:
            length = _byte_length(self.normal)
            bits = int(self.normal.translate(_DIGITS), 32) >> (len(self.normal) * 5 % 8)
            self._key = bits.to_bytes(length, "big")
        return self._key

    @classmethod
    def base32(cls, text: str) -> Secret:
        """Read a base32 secret leniently, as people and apps write it (RFC 4648 section 6).

        Trailing bits that don't fill a byte are dropped from `key`, as in Authenticator Pro, and
        kept in `given` and `normal`.

        Raises:
            EntryError: empty, too long, not base32, or shorter than a byte.
        """
        _bound(text)
        normal = text
        if not _is_normal(text):
            normal = text.translate(_UPPER).rstrip("=")
            if not normal:
                raise EntryError("the secret is empty")
            if not _is_normal(normal):
                raise EntryError("the secret is not base32 (letters A-Z and digits 2-7)")
        if not _byte_length(normal):
            raise EntryError("the secret is too short")
        return cls(text, normal)

    @classmethod
    def text(cls, text: str) -> Secret:
        """Read a Mobile-OTP secret, which is hashed as text.

        Short ones are accepted: Authenticator Pro requires 16 characters when a secret is typed,
        but refusing fewer would lose entries that other apps accept.

        Raises:
            EntryError: empty, too long, or not valid text.
        """
        _bound(text)
        if not text.strip():
            raise EntryError("the secret is empty")
        try:
            return cls(text, text, text.encode())
        except UnicodeEncodeError:
            raise EntryError("the secret is not text") from None

    def require_yandex(self) -> None:
        """Check that it is a Yandex secret: 16 bytes, or 26 with a valid checksum.

        The last 12 bits of the 26 bytes are the remainder of the preceding bits, as a polynomial
        over GF(2), divided by x^12 + x^11 + x^7 + x^6 + x^5 + x^4 + x + 1.

        Raises:
            EntryError: wrong length or checksum.
        """
        length = _byte_length(self.normal)
        if length == _YANDEX_BYTES:
            return
        if length != _YANDEX_BYTES_CHECKED:
            raise EntryError(f"a Yandex secret has 16 or 26 bytes, not {length}")
        number = int.from_bytes(self.key, "big")
        rest, check = number >> _YANDEX_CHECK_BITS, number & ((1 << _YANDEX_CHECK_BITS) - 1)
        while (excess := rest.bit_length() - _YANDEX_POLYNOMIAL.bit_length()) >= 0:
            rest ^= _YANDEX_POLYNOMIAL << excess
        if rest != check:
            raise EntryError("the secret's checksum is wrong: a character in it is mistyped")

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.given == self.given

    def __hash__(self) -> int:
        return hash(self.given)


def _is_normal(text: str) -> bool:
    return bool(text) and not text.strip(_ALPHABET)


def _bound(text: str) -> None:
    if len(text) > MAX_SECRET:
        raise EntryError(f"the secret is longer than {MAX_SECRET} characters")


def _byte_length(normal: str) -> int:
    return len(normal) * 5 // 8
