"""Reads the unencrypted files: the preferences of FreeOTP 1 and FreeOTP+, and FreeOTP+'s JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tui.backup.formats import _android_xml, _json
from tui.backup.formats._entries import Collector
from tui.backup.formats.freeotp import tokens
from tui.backup.model import Backup
from tui.errors import EntryError, FormatError
from tui.otp import uri
from tui.otp.entry import Entry

_ORDER = "tokenOrder"


def read_preferences(data: bytes) -> Backup:
    """Read `tokens.xml`, in the order of the app; tokens without a place in it come last.

    Raises:
        FormatError: it is not such a file.
    """
    values = _android_xml.preferences(data)
    order = values.pop(_ORDER, None)
    if order is None:
        raise FormatError("The file has no list of FreeOTP tokens.")
    collector = Collector()
    for name in (*(each for each in _order(order) if each in values), *values):
        text = values.pop(name, None)
        if isinstance(text, str):
            collector.add(name, lambda text=text: _entry(text))  # type: ignore[misc]
    return collector.backup()


def _order(text: str | bool) -> Iterable[str]:
    try:
        order = _json.load(text.encode() if isinstance(text, str) else b"")
    except (FormatError, UnicodeEncodeError):
        return ()
    return [each for each in order if isinstance(each, str)] if isinstance(order, list) else ()


def _entry(text: str) -> Entry:
    if text.startswith("otpauth://"):  # the oldest versions
        return uri.parse(text)
    return _token(tokens.load(text))


def read_json(data: bytes) -> Backup:
    """Read the JSON export of FreeOTP+, in the order of its tokens.

    Raises:
        FormatError: it is not such a file.
    """
    rows = _json.load_object(data).get("tokens")
    if not isinstance(rows, list):
        raise FormatError("The file has no list of FreeOTP+ tokens.")
    collector = Collector()
    for row in rows:
        if isinstance(row, dict):
            name = tokens.name_of(row, renames=True)
            collector.add(name, lambda row=row: _token(row))  # type: ignore[misc]
        else:
            collector.refuse(None, "it is not an object")
    return collector.backup()


def _token(token: dict[str, Any]) -> Entry:
    secret = tokens.signed_bytes(token.get("secret"), "secret")
    if not secret:
        raise EntryError("the secret is empty")
    return tokens.entry(token, secret, renames=True)
