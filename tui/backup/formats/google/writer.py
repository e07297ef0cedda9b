"""Writes the URIs of an export to Google Authenticator."""

from __future__ import annotations

import base64
import secrets
from urllib.parse import quote

from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
from tui.backup.formats.google import payload, reader
from tui.backup.model import Backup, ExportPlan
from tui.errors import EntryError
from tui.otp.entry import Entry, OtpType
from tui.text import clean

ENTRIES_IN_A_PART = 10
"""As many as the app puts into a QR code, which stays easy to scan."""

_PERIOD = 30
_TYPES = {kind: number for number, kind in reader.TYPES.items()}
_ALGORITHMS = {algorithm: number for number, algorithm in reader.ALGORITHMS.items()}
_DIGITS = {digits: number for number, digits in reader.DIGITS.items()}


def uris(backup: Backup, in_a_part: int = ENTRIES_IN_A_PART) -> tuple[str, ...]:
    """Return the URIs of the parts, which share an identity created for this export.

    Raises:
        FormatError: the format can't store an entry.
    """
    plan = plan_export(backup)
    check_all_fit(plan, "Google Authenticator")
    rows = [_payload_entry(entry) for entry in plan.backup.entries]
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
    """Return the entries in the user's order, each as it will be read back."""
    return plan_round_trip(backup, lambda entry: reader.entry(_payload_entry(entry)))


def _payload_entry(entry: Entry) -> payload.PayloadEntry:
    """Return `entry` as an entry of the message.

    Raises:
        EntryError: the message can't store it.
    """
    if entry.type not in _TYPES:
        raise EntryError("only TOTP and HOTP are supported")
    if entry.type is OtpType.TOTP and entry.period != _PERIOD:
        raise EntryError(f"its period is {entry.period} s; only {_PERIOD} s is supported")
    if entry.digits not in _DIGITS:
        raise EntryError(f"it has {entry.digits} digits; only 6 and 8 are supported")
    issuer, account = clean(entry.issuer), clean(entry.account or "")
    name = f"{issuer}:{account}" if issuer and account else issuer or account
    if not name.strip():
        raise EntryError("it has no issuer and no account")
    return payload.PayloadEntry(
        entry.secret.key,
        name.encode(),
        issuer.encode(),
        _ALGORITHMS[entry.algorithm],
        _DIGITS[entry.digits],
        _TYPES[entry.type],
        entry.counter if entry.type is OtpType.HOTP else 0,
    )
