"""An AVTotpy file as a whole: its header, its encrypted JSON, and which entries it can hold.

Spec: avtotpy.md, seed-avtotpy-backup-restore.txt. How the server of an imported file writes its
files (`server_profile`) is repeated in the files that are written.
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import replace

from tui.backup.formats.avtotpy.cipher_variants import seal, unseal
from tui.backup.formats.avtotpy.entry_shape import EntryShape, read_row, write_row
from tui.backup.formats.avtotpy.header import (
    MAGIC,
    MAGIC_LENGTH,
    NAME,
    SALT_LENGTH,
    VERSION_LENGTH,
    refusal,
    unknown_version,
)
from tui.backup.formats.avtotpy.payload import MAX_ENTRIES, dump, parse
from tui.backup.formats.avtotpy.server_profile import ServerProfile, dump_profile, load_profile
from tui.backup.model import Backup, Credentials, ExportPlan, Problem
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

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


def read(data: bytes, credentials: Credentials) -> Backup:
    """Read a file whose magic may be any, if one of the cipher_variants opens it.

    Raises:
        FormatError: not an AVTotpy file, of an unknown version, cut short, or its JSON is not
            understood.
        BackupPasswordError: the username or the server's secret is missing, unusable or
            another's, or the bytes were changed.
    """
    if (error := refusal(data)) is not None:
        raise error
    user, secret = _keys(credentials, BackupPasswordError)
    try:
        variant, prefix, plain = unseal(data, secret, user)
    except AuthenticationError:
        if data.startswith(MAGIC):
            message = "The backup is of another user or another server secret, or it is damaged."
        else:
            message = (
                "The file does not begin as AVTotpy's backups do, "
                "and this username and server secret do not open it."
            )
        raise BackupPasswordError(message) from None
    if (newer := unknown_version(data)) is not None:
        raise newer
    parsed = parse(plain)
    magic, version = data[:MAGIC_LENGTH], data[MAGIC_LENGTH : MAGIC_LENGTH + VERSION_LENGTH]
    profile = ServerProfile(magic, version, variant, prefix, parsed.wrapper, parsed.shape)
    return Backup(parsed.entries, problems=parsed.problems, profiles=dump_profile(profile))


def write(backup: Backup, credentials: Credentials) -> bytes:
    """Return the file of the entries, as the server writes that taught `backup.profiles`.

    Raises:
        FormatError: an entry does not fit, there are more than 50,000, or the username or the
            server's secret is missing or unusable.
        CryptoError: this system does not have the cipher.
    """
    user, secret = _keys(credentials, FormatError)
    planned = plan_export(backup)
    if planned.left_out:
        first, others = planned.left_out[0], len(planned.left_out) - 1
        more = f" and {others} more" if others else ""
        raise FormatError(f"AVTotpy cannot hold {first.what}{more}: {first.reason}.")
    if len(backup.entries) > MAX_ENTRIES:
        raise FormatError(f"A backup holds at most {MAX_ENTRIES} entries.")
    profile = load_profile(backup.profiles)
    plain = dump(planned.backup.entries, profile.wrapper, profile.shape or EntryShape())
    header = profile.magic + profile.version + os.urandom(SALT_LENGTH)
    return seal(header, plain, profile.variant, secret=secret, user=user, prefix=profile.prefix)


def plan_export(backup: Backup) -> ExportPlan:
    """Return the entries as they will be read back, in the user's order."""
    shape = load_profile(backup.profiles).shape or EntryShape()
    entries: list[Entry] = []
    left_out: list[Problem] = []
    changed: list[Problem] = []
    notes: list[Problem] = [] if backup.profiles.get(NAME) else [_MAY_REFUSE]
    for entry in sorted(backup.entries, key=lambda entry: entry.ranking):
        try:
            carried = _carried(entry, shape)
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
    return ExportPlan(
        replace(backup, entries=tuple(entries), categories=(), icons=(), problems=()),
        tuple(left_out),
        tuple(changed),
        tuple(notes),
    )


def _carried(entry: Entry, shape: EntryShape) -> Entry:
    """Return `entry` as it comes back from a file.

    Raises:
        EntryError: it does not come back with the same codes.
    """
    if entry.type is not OtpType.TOTP:
        raise EntryError(f"it is {_TYPE_NAMES[entry.type]}, and AVTotpy holds TOTP only")
    back = read_row(write_row(entry, shape), [])
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
