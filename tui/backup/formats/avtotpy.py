"""AVTotpy: its encrypted backup, bound to a user and to the secret of a server.

Spec: avtotpy.md, seed-avtotpy-backup-restore.txt. The header is here, the ways to encrypt are in
`_avtotpy_dialects`, the JSON in `_avtotpy_json` and `_avtotpy_row`. What a server's file taught
(`_avtotpy_manner`) goes back into the files that are written.
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import replace

from tui.backup.formats._avtotpy_dialects import (
    HEADER_LENGTH,
    MAGIC_LENGTH,
    NONCE_LENGTH,
    SALT_LENGTH,
    TAG_LENGTH,
    VERSION_LENGTH,
    seal,
    unseal,
)
from tui.backup.formats._avtotpy_json import MAX_ENTRIES, dump, parse
from tui.backup.formats._avtotpy_manner import MAGIC, NAME, VERSIONS, Manner, from_json, to_json
from tui.backup.formats._avtotpy_row import Row, read_row, write_row
from tui.backup.formats._json import is_text
from tui.backup.model import Backup, Credentials, Fit, Format, Needs, Problem
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_NEEDS = Needs.USERNAME | Needs.SERVER_SECRET
_BASE64 = re.compile("[A-Za-z0-9+/]+={0,2}")
_TYPE_NAMES = {
    OtpType.HOTP: "HOTP",
    OtpType.STEAM: "Steam",
    OtpType.MOTP: "Mobile-OTP",
    OtpType.YANDEX: "Yandex",
}
_MAY_REFUSE = Problem(
    "AVTotpy",
    "its own import may refuse this file until one of its backups (an empty one will do) "
    "was imported here",
    refused=False,
)


def _refusal(data: bytes) -> FormatError | None:
    """Return what is wrong with a file that no user and no secret can open."""
    if not data.startswith(MAGIC):
        short = len(data) <= HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH
        if short or is_text(data):
            return FormatError("The file is not an AVTotpy backup.")
        return None
    if len(data) >= MAGIC_LENGTH + VERSION_LENGTH and (newer := _unknown_version(data)):
        return newer
    if len(data) <= HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH:
        return FormatError("The backup is cut short.")
    return None


def _unknown_version(data: bytes) -> FormatError | None:
    version = data[MAGIC_LENGTH : MAGIC_LENGTH + VERSION_LENGTH]
    if version in VERSIONS:
        return None
    number = min(int.from_bytes(version, "big"), int.from_bytes(version, "little"))
    return FormatError(
        f"The AVTotpy backup is of version {number}, and only version 1 is known here."
    )


def _needs(data: bytes) -> Needs:
    return Needs.NOTHING if _refusal(data) else _NEEDS


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read a file whose magic may be any, if one of the dialects opens it.

    Raises:
        FormatError: not an AVTotpy file, of an unknown version, cut short, or its JSON is not
            understood.
        BackupPasswordError: the username or the server's secret is missing, unusable or
            another's, or the bytes were changed.
    """
    if (refusal := _refusal(data)) is not None:
        raise refusal
    user, secret = _keys(credentials, BackupPasswordError)
    try:
        dialect, prefix, plain = unseal(data, secret, user)
    except AuthenticationError:
        if data.startswith(MAGIC):
            message = "The backup is of another user or another server secret, or it is damaged."
        else:
            message = (
                "The file does not begin as AVTotpy's backups do, "
                "and this username and server secret do not open it."
            )
        raise BackupPasswordError(message) from None
    if (newer := _unknown_version(data)) is not None:
        raise newer
    parsed = parse(plain)
    magic, version = data[:MAGIC_LENGTH], data[MAGIC_LENGTH : MAGIC_LENGTH + VERSION_LENGTH]
    manner = Manner(magic, version, dialect, prefix, parsed.around, parsed.row)
    return Backup(parsed.entries, problems=parsed.problems, learnt=to_json(manner))


def _write(backup: Backup, credentials: Credentials) -> bytes:
    """Return the file of the entries, as the server writes that taught `backup.learnt`.

    Raises:
        FormatError: an entry does not fit, there are more than 50,000, or the username or the
            server's secret is missing or unusable.
        CryptoError: this system does not have the cipher.
    """
    user, secret = _keys(credentials, FormatError)
    fitted = _fit(backup)
    if fitted.left_out:
        first, others = fitted.left_out[0], len(fitted.left_out) - 1
        more = f" and {others} more" if others else ""
        raise FormatError(f"AVTotpy cannot hold {first.what}{more}: {first.reason}.")
    if len(backup.entries) > MAX_ENTRIES:
        raise FormatError(f"A backup holds at most {MAX_ENTRIES} entries.")
    manner = from_json(backup.learnt)
    plain = dump(fitted.backup.entries, manner.around, manner.row or Row())
    header = manner.magic + manner.version + os.urandom(SALT_LENGTH)
    return seal(header, plain, manner.dialect, secret=secret, user=user, prefix=manner.prefix)


def _fit(backup: Backup) -> Fit:
    """Return the entries as they will be read back, in the user's order."""
    look = from_json(backup.learnt).row or Row()
    entries: list[Entry] = []
    left_out: list[Problem] = []
    changed: list[Problem] = []
    notes: list[Problem] = [] if backup.learnt.get(NAME) else [_MAY_REFUSE]
    for entry in sorted(backup.entries, key=lambda entry: entry.ranking):
        try:
            carried = _carried(entry, look)
        except EntryError as error:
            left_out.append(Problem(entry.label, str(error)))
            continue
        entries.append(carried)
        if (carried.issuer, carried.account or "") != (entry.issuer, entry.account or ""):
            change = f"its names become {carried.label}"
            changed.append(Problem(entry.label, change, refused=False))
        elif any(char in carried.secret.given for char in " -"):
            why = "its secret goes out as it came, with spaces or dashes; a server may refuse it"
            notes.append(Problem(entry.label, why, refused=False))
    return Fit(
        replace(backup, entries=tuple(entries), categories=(), icons=(), problems=()),
        tuple(left_out),
        tuple(changed),
        tuple(notes),
    )


def _carried(entry: Entry, look: Row) -> Entry:
    """Return `entry` as it comes back from a file.

    Raises:
        EntryError: it does not come back with the same codes.
    """
    if entry.type is not OtpType.TOTP:
        raise EntryError(f"it is {_TYPE_NAMES[entry.type]}, and AVTotpy holds TOTP only")
    back = read_row(write_row(entry, look), [])
    lost = [
        each
        for each in ("algorithm", "digits", "period")
        if getattr(back, each) != getattr(entry, each)
    ]
    if lost:
        raise EntryError(f"the server's files have no place for its {', '.join(lost)}")
    if back.type is not entry.type or back.secret.normal != entry.secret.normal:
        raise EntryError("it would come back with other codes")
    return replace(back, id=entry.id)


def _keys(credentials: Credentials, error: type[FormatError]) -> tuple[bytes, bytes]:
    if not credentials.username:
        raise error("An AVTotpy backup needs a username, and none was given.")
    given = credentials.server_secret.strip()
    if not given:
        raise error("An AVTotpy backup needs the server's secret, and none was given.")
    body = given.replace("-", "+").replace("_", "/")
    digits = body.rstrip("=")
    if not _BASE64.fullmatch(body) or len(digits) % 4 == 1:
        raise error(
            "The server's secret is not base64.",
            "It is the value of TOTP_ENCRYPTION_SECRET_BASE64 on the server.",
        )
    try:
        user = credentials.username.encode()
    except UnicodeEncodeError:
        raise error("The username is not text that can be encoded.") from None
    return user, base64.b64decode(digits + "=" * (-len(digits) % 4))


FORMAT = Format(
    name=NAME,
    label="AVTotpy",
    suffixes=(".avtotpy",),
    sniff=lambda data: data.startswith(MAGIC),
    needs=_needs,
    read=_read,
    write=_write,
    fit=_fit,
    asks=_NEEDS,
    by_suffix=True,
    holds=frozenset({"account", "secret"}),
)
