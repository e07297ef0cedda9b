"""Google Authenticator's export, as text: otpauth-migration:// URIs, one a line.

The app shows an export as QR codes of such URIs, some ten entries in each. They are not
documented by Google; the fields are those that real exports have.
"""

from __future__ import annotations

import base64
import re
import secrets
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

from tui.backup.formats import _google_batches as batches
from tui.backup.formats import _google_payload as payload
from tui.backup.formats._lines import first_line, numbered_lines
from tui.backup.model import Backup, Credentials, Fit, Format, Needs, Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType
from tui.text import clean, safe

ENTRIES_IN_A_PART = 10
"""As many as the app puts into a QR code, which is then still easy to scan."""

gather = batches.gather
"""Puts the URIs of an export together, from wherever they come."""

_SCHEME = re.compile(re.escape(batches.SCHEME).encode(), re.IGNORECASE)
_PERIOD = 30
_TYPES = {kind: number for number, kind in batches.TYPES.items()}
_ALGORITHMS = {algorithm: number for number, algorithm in batches.ALGORITHMS.items()}
_DIGITS = {digits: number for number, digits in batches.DIGITS.items()}


def _sniff(data: bytes) -> bool:
    """Whether the first line that says something is such a URI."""
    return _SCHEME.match(first_line(data)) is not None


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read every line that is neither blank nor a remark, as `_google_batches.gather`.

    Raises:
        FormatError: it is not UTF-8 text, has too many lines, or not one URI that can be read.
    """
    told = numbered_lines(data, "export")
    return batches.gather((f"line {number}", line) for number, line in told)


def _write(backup: Backup, _credentials: Credentials) -> bytes:
    """Return the URIs of `uris`, a line each.

    Raises:
        FormatError: an entry does not fit.
    """
    return "".join(f"{each}\n" for each in uris(backup)).encode()


def uris(backup: Backup, in_a_part: int = ENTRIES_IN_A_PART) -> tuple[str, ...]:
    """Return the URIs of the parts, which share an identity made for this export.

    Raises:
        FormatError: an entry does not fit.
    """
    fitted = fit(backup)
    if fitted.left_out:
        first = fitted.left_out[0]
        raise FormatError(f"Google Authenticator cannot hold {first.what}: {first.reason}.")
    rows = [_row(entry) for entry in fitted.backup.entries]
    starts = range(0, max(1, len(rows)), in_a_part)
    identity = secrets.randbelow(2**31 - 1) + 1
    return tuple(
        _uri(payload.Payload(tuple(rows[at : at + in_a_part]), len(starts), index, identity))
        for index, at in enumerate(starts)
    )


def _uri(part: payload.Payload) -> str:
    data = base64.b64encode(payload.dump(part)).decode()
    return f"{batches.SCHEME}offline?data={quote(data, safe='')}"


def fit(backup: Backup) -> Fit:
    """Return the entries in the user's order, as they are read from their rows again."""
    kept: list[Entry] = []
    left_out: list[Problem] = []
    changed: list[Problem] = []
    for entry in sorted(backup.entries, key=lambda each: each.ranking):
        try:
            again = batches.entry(_row(entry))
        except EntryError as error:
            left_out.append(Problem(entry.label, str(error)))
            continue
        changed += (
            Problem(entry.label, change, refused=False) for change in _changes(entry, again)
        )
        kept.append(replace(again, id=entry.id, ranking=len(kept)))
    return Fit(Backup(tuple(kept)), tuple(left_out), tuple(changed))


def _row(entry: Entry) -> payload.Row:
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
    return payload.Row(
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


FORMAT = Format(
    name="google-migration",
    label="Google Authenticator export",
    suffixes=(".txt",),
    sniff=_sniff,
    needs=lambda _data: Needs.NOTHING,
    read=_read,
    write=_write,
    fit=fit,
    encrypted=False,
    asks=Needs.NOTHING,
)
