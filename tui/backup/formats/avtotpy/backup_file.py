"""AVTotpy files: header, encrypted JSON, and which entries they can store.

Spec: avtotpy.md, seed-avtotpy-backup-restore.txt. Files are written the way the server of an
imported file writes them (`server_profile`).
"""

from __future__ import annotations

import base64
import os
import re
from dataclasses import replace

from tui.backup.formats._round_trip import check_all_fit, plan_round_trip
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
from tui.backup.match import code_fields
from tui.backup.model import Backup, Credentials, ExportPlan, Problem
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_BASE64 = re.compile("[A-Za-z0-9+/]+={0,2}")
_MAY_REFUSE = Problem(
    "AVTotpy",
    "AVTotpy may refuse this file until you import one of its own backups (an empty one will do)",
    refused=False,
)
_SPACES = "its secret contains spaces or dashes; a server may refuse it"


def read(data: bytes, credentials: Credentials) -> Backup:
    """Read a file with any magic that one of the cipher variants opens.

    Raises:
        FormatError: it is not an AVTotpy file, is incomplete or of an unknown version, or its JSON
            is not a backup.
        BackupPasswordError: the username or the server secret is missing, invalid or wrong,
            or the bytes were changed.
    """
    if (error := refusal(data)) is not None:
        raise error
    user, secret = _keys(credentials, BackupPasswordError)
    try:
        variant, prefix, plain = unseal(data, secret, user)
    except AuthenticationError:
        if data.startswith(MAGIC):
            message = "Wrong username or server secret, or the backup is damaged."
        else:
            message = (
                "The file doesn't start like an AVTotpy backup, and this username and server "
                "secret don't open it."
            )
        raise BackupPasswordError(message) from None
    if (newer := unknown_version(data)) is not None:
        raise newer
    parsed = parse(plain)
    magic, version = data[:MAGIC_LENGTH], data[MAGIC_LENGTH : MAGIC_LENGTH + VERSION_LENGTH]
    profile = ServerProfile(magic, version, variant, prefix, parsed.wrapper, parsed.shape)
    return Backup(parsed.entries, problems=parsed.problems, profiles=dump_profile(profile))


def write(backup: Backup, credentials: Credentials) -> bytes:
    """Return a file with the entries, written according to the known server profile.

    Raises:
        FormatError: the format can't store an entry, there are more than 50,000, or the username or
            the server secret is missing or invalid.
        CryptoError: this system doesn't have the cipher.
    """
    user, secret = _keys(credentials, FormatError)
    plan = plan_export(backup)
    check_all_fit(plan, "AVTotpy")
    if len(backup.entries) > MAX_ENTRIES:
        raise FormatError(f"A backup can have at most {MAX_ENTRIES} entries.")
    profile = load_profile(backup.profiles)
    plain = dump(plan.backup.entries, profile.wrapper, profile.shape or EntryShape())
    header = profile.magic + profile.version + os.urandom(SALT_LENGTH)
    return seal(header, plain, profile.variant, secret=secret, user=user, prefix=profile.prefix)


def plan_export(backup: Backup) -> ExportPlan:
    """Return the entries in the user's order, each as it will be read back."""
    shape = load_profile(backup.profiles).shape or EntryShape()
    plan = plan_round_trip(backup, lambda entry: _reread(entry, shape))
    entries = tuple(replace(entry, ranking=0) for entry in plan.backup.entries)
    notes = [] if backup.profiles.get(NAME) else [_MAY_REFUSE]
    notes += [
        Problem(entry.label, _SPACES, refused=False)
        for entry in entries
        if any(char in entry.secret.given for char in " -")
    ]
    return replace(plan, backup=Backup(entries, profiles=backup.profiles), notes=tuple(notes))


def _reread(entry: Entry, shape: EntryShape) -> Entry:
    """Return `entry` as it will be read back.

    Raises:
        EntryError: it would have different codes.
    """
    if entry.type is not OtpType.TOTP:
        raise EntryError(f"it is {entry.type.short_label}; only TOTP is supported")
    found = read_row(write_row(entry, shape), [])
    lost = [
        name
        for name in ("algorithm", "digits", "period")
        if getattr(found, name) != getattr(entry, name)
    ]
    if lost:
        raise EntryError(f"the server doesn't support its {', '.join(lost)}")
    if code_fields(found) != code_fields(entry):
        raise EntryError("it would have different codes")
    return found


def _keys(credentials: Credentials, error: type[FormatError]) -> tuple[bytes, bytes]:
    if not credentials.username:
        raise error("An AVTotpy backup needs a username.")
    given = credentials.server_secret.strip()
    if not given:
        raise error("An AVTotpy backup needs the server secret.")
    body = given.replace("-", "+").replace("_", "/")
    digits = body.rstrip("=")
    if not _BASE64.fullmatch(body) or len(digits) % 4 == 1:
        raise error(
            "The server secret is not base64.",
            "Copy the whole value of TOTP_ENCRYPTION_SECRET_BASE64 from the server.",
        )
    try:
        user = credentials.username.encode()
    except UnicodeEncodeError:
        raise error("The username is not valid text.") from None
    return user, base64.b64decode(digits + "=" * (-len(digits) % 4))
