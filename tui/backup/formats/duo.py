"""Duo Mobile's account list, `accounts.json` (spec: formats.md, section 10)."""

from __future__ import annotations

from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType


def _sniff(content: FileContent) -> bool:
    rows = content.json
    return isinstance(rows, list) and any(
        isinstance(row, dict) and "otpGenerator" in row for row in rows
    )


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Return the entries of an account list.

    Raises:
        FormatError: it is not a list.
    """
    rows = _json.load(data)
    if not isinstance(rows, list):
        raise FormatError("The file is not from Duo Mobile: it is not a list.")
    collector = Collector()
    for row in rows:
        name = row.get("name") if isinstance(row, dict) else None
        collector.add(name, partial(_entry, row))
    return collector.backup()


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    generator = row.get("otpGenerator")
    if not isinstance(generator, dict):
        raise EntryError("it is confirmed in Duo's app and has no codes")
    counter = generator.get("counter")
    kind = OtpType.TOTP if counter is None else OtpType.HOTP
    return make_entry(kind, None, row.get("name"), generator.get("otpSecret"), counter=counter)


FORMAT = Format(
    name="duo",
    label="Duo Mobile",
    suffixes=(".json",),
    sniff=_sniff,
    needs=lambda _: Needs.NOTHING,
    read=_read,
    app="Duo Mobile",
    how_to_export="Duo Mobile has no export. On a rooted phone, copy files/duokit/accounts.json "
    "from /data/data/com.duosecurity.duomobile.",
)
