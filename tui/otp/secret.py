"""The shared secret: kept as given, decoded once, shown by nothing."""

from __future__ import annotations

import base64
import binascii

from tui.errors import EntryError

MAX_SECRET = 4096
"""Longest secret in characters, as given."""

_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", " -\t\r\n")
_ALPHABET = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


class Secret:
    """A shared secret. Its repr, str and format show nothing; equality is of what was given."""

    __slots__ = ("given", "key", "normal")

    given: str
    """The text as it came, for export."""
    normal: str
    """Base32 in capitals, without spaces, dashes and padding; Mobile-OTP: as given."""
    key: bytes
    """What goes into the algorithm (Mobile-OTP: the text's bytes)."""

    def __init__(self, given: str, normal: str, key: bytes) -> None:
        self.given = given
        self.normal = normal
        self.key = key

    @classmethod
    def base32(cls, text: str) -> Secret:
        """Read a base32 secret as people and apps write it (RFC 4648 section 6, leniently).

        An incomplete last group and trailing bits are dropped in `key`, as Authenticator
        Pro does, and kept in `given` and `normal`.

        Raises:
            EntryError: empty, too long, not base32, or too short for a single byte.
        """
        _bound(text)
        normal = text.translate(_UPPER).rstrip("=")
        if not normal:
            raise EntryError("the secret is empty")
        if not _ALPHABET.issuperset(normal):
            raise EntryError("the secret is not base32 (letters A-Z and digits 2-7)")
        whole = len(normal) * 5 // 8
        if not whole:
            raise EntryError("the secret is too short")
        # The alphabet was checked, so filling up to a group of eight always decodes.
        filled = normal + "A" * (-len(normal) % 8)
        try:
            key = base64.b32decode(filled)[:whole]
        except binascii.Error:
            raise EntryError("the secret is not base32") from None
        return cls(text, normal, key)

    @classmethod
    def text(cls, text: str) -> Secret:
        """Take a Mobile-OTP secret, which is hashed as the text that it is.

        Raises:
            EntryError: empty, too long, or not text that can be stored.
        """
        _bound(text)
        if not text.strip():
            raise EntryError("the secret is empty")
        try:
            return cls(text, text, text.encode())
        except UnicodeEncodeError:
            raise EntryError("the secret is not text") from None

    def require_yandex(self) -> None:
        """Refuse what cannot be a Yandex secret: 16 bytes, or 26 with a right checksum.

        Raises:
            EntryError: another length, or the checksum does not fit.
        """
        raise NotImplementedError

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.given == self.given

    def __hash__(self) -> int:
        return hash(self.given)


def _bound(text: str) -> None:
    if len(text) > MAX_SECRET:
        raise EntryError(f"the secret is longer than {MAX_SECRET} characters")
