"""The URIs of an export to Google Authenticator, and which entries they can hold."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from tui.backup.formats.google import payload, reader
from tui.backup.model import Backup, ExportPlan, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType
from tui.text import clean, safe

ENTRIES_IN_A_PART = 10
"""The number that the app puts into a QR code, which is then still easy to scan."""

_PERIOD = 30
_TYPES = {kind: number for number, kind in reader.TYPES.items()}
_ALGORITHMS = {algorithm: number for number, algorithm in reader.ALGORITHMS.items()}
_DIGITS = {digits: number for number, digits in reader.DIGITS.items()}


def uris(backup: Backup, in_a_part: int = ENTRIES_IN_A_PART) -> tuple[str, ...]:
    """Return the URIs of the parts, which share an identity made for this export.

    Raises:
        FormatError: an entry does not fit.
    """
    planned = plan_export(backup)
    if planned.left_out:
        first = planned.left_out[0]
        raise FormatError(f"Google Authenticator cannot hold {first.what}: {first.reason}.")
    rows = [_row(entry) for entry in planned.backup.entries]
    starts = range(0, max(1, len(rows)), in_a_part)
    identity = secrets.randbelow(2**31 - 1) + 1
    return tuple(
        _uri(payload.Payload(tuple(rows[at : at + in_a_part]), len(starts), index, identity))
        for index, at in enumerate(starts)
    )


def _uri(part: payload.Payload) -> str:
    data = base64.b64encode(payload.dump(part)).decode()
    return f"{reader.SCHEME}offline?data={quote(data, safe='')}"


def plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, as they are read from their rows again."""
    kept: list[Entry] = []
    left_out: list[Problem] = []
    changed: list[Problem] = []
    for entry in sorted(backup.entries, key=lambda each: each.ranking):
        try:
            again = reader.entry(_row(entry))
        except EntryError as error:
            left_out.append(Problem(entry.label, str(error)))
            continue
        changed += (
            Problem(entry.label, change, refused=False) for change in _changes(entry, again)
        )
        kept.append(replace(again, id=entry.id, ranking=len(kept)))
    return ExportPlan(Backup(tuple(kept)), tuple(left_out), tuple(changed))


def _row(entry: Entry) -> payload.PayloadEntry:
    """Return the row of `entry`.

    Raises:
        EntryError: a row cannot say that.
    """
    if entry.type not in _TYPES:
        raise EntryError("Google Authenticator takes TOTP and HOTP only")
    if entry.type is OtpType.TOTP and entry.period != _PERIOD:
        raise EntryError(f"its period is {entry.period} seconds, and only {_PERIOD} can be said")
    if entry.digits not in _DIGITS:
        raise EntryError(f"it has {entry.digits} digits, and only 6 and 8 can be said")
    issuer, account = clean(entry.issuer), clean(entry.account or "")
    name = f"{issuer}:{account}" if issuer and account else issuer or account
    if not name.strip():
        raise EntryError("it has neither issuer nor account")
    return payload.PayloadEntry(
        entry.secret.key,
        name.encode(),
        issuer.encode(),
        _ALGORITHMS[entry.algorithm],
        _DIGITS[entry.digits],
        _TYPES[entry.type],
        entry.counter if entry.type is OtpType.HOTP else 0,
    )


def _changes(entry: Entry, again: Entry) -> Iterator[str]:
    for name, before, after in (
        ("issuer", entry.issuer, again.issuer),
        ("account", entry.account or "", again.account or ""),
    ):
        if before != after:
            yield f"its {name} is written as “{safe(after, 64)}”"
    if entry.secret.given != again.secret.given:
        yield "its secret is written as its bytes: in capitals, without spaces and padding"
