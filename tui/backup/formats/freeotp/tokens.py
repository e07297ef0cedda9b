"""The tokens of FreeOTP and FreeOTP+: JSON objects that all their files share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.backup.formats import _json
from tui.backup.formats._entries import make_entry, otp_type
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import MAX_SECRET

_STEAM = "Steam"
"""The issuer whose time-based tokens have Steam codes in these apps."""


def load(text: object) -> dict[str, Any]:
    """Return the JSON object in a text.

    Raises:
        EntryError: there is none.
    """
    if not isinstance(text, str):
        raise EntryError("it is not text")
    try:
        return _json.load_object(text.encode())
    except (FormatError, UnicodeEncodeError):
        raise EntryError("it is not a JSON object") from None


def signed_bytes(value: object, called: str) -> bytes:
    """Return bytes that are given as a list of numbers from -128 to 127.

    Raises:
        EntryError: it isn't one.
    """
    if not isinstance(value, list):
        raise EntryError(
            f"its {called} is missing" if value is None else f"its {called} is no list"
        )
    if len(value) > MAX_SECRET:
        raise EntryError(f"its {called} is longer than {MAX_SECRET} bytes")
    if not all(type(each) is int and -128 <= each <= 255 for each in value):
        raise EntryError(f"its {called} has a number that is not a byte")
    return bytes(each & 0xFF for each in value)


def name_of(token: Mapping[str, Any], *, renames: bool) -> str:
    """Return the name of a token for a message; empty if it has none."""
    issuer, label = (value if isinstance(value, str) else "" for value in _names(token, renames))
    return f"{issuer}: {label}" if issuer and label else issuer or label


def entry(token: Mapping[str, Any], secret: bytes, *, renames: bool) -> Entry:
    """Return the entry of a token.

    With `renames`, the names that the user chose are in keys of their own, and come first.
    FreeOTP 2 writes them to the usual keys instead, and keeps what older versions had.

    Raises:
        EntryError: it can't be read; the message names the field.
    """
    kind = otp_type(token.get("type"), OtpType.TOTP)
    if kind is OtpType.TOTP and token.get("issuerExt") == _STEAM:
        kind = OtpType.STEAM
    issuer, account = _names(token, renames)
    return make_entry(
        kind,
        issuer,
        account,
        secret,
        algorithm=token.get("algo"),
        digits=token.get("digits"),
        period=token.get("period"),
        counter=token.get("counter"),
    )


def _names(token: Mapping[str, Any], renames: bool) -> tuple[object, object]:
    issuers, labels = ["issuerExt", "issuerInt"], ["label"]
    for names, renamed in ((issuers, "issuerAlt"), (labels, "labelAlt")):
        names.insert(0 if renames else len(names), renamed)
    return (
        next(filter(None, map(token.get, issuers)), None),
        next(filter(None, map(token.get, labels)), None),
    )
