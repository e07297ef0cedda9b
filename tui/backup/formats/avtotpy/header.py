"""The unencrypted header of an AVTotpy backup, and the reasons to refuse one.

Spec: avtotpy.md, seed-avtotpy-backup-restore.txt ("How it works").
"""

from __future__ import annotations

from tui.backup.formats._json import is_text
from tui.errors import FormatError

NAME = "avtotpy"
"""Name of the format, and of its profile in the vault."""
MAGIC = b"AVTOTPY_BACKUP_MAGIC"
"""First 20 bytes of a file in the default form; the real ones are not published."""
VERSIONS = (b"\x00\x01", b"\x01\x00")
"""Version 1, in both byte orders; the first is written by default."""

MAGIC_LENGTH, VERSION_LENGTH, SALT_LENGTH = 20, 2, 16
HEADER_LENGTH = MAGIC_LENGTH + VERSION_LENGTH + SALT_LENGTH
"""Bytes before the payload."""
NONCE_LENGTH, TAG_LENGTH = 12, 16


def refusal(data: bytes) -> FormatError | None:
    """Return the error for a file that no username and secret can open."""
    if not data.startswith(MAGIC):
        short = len(data) <= HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH
        if short or is_text(data):
            return FormatError("The file is not an AVTotpy backup.")
        return None
    if len(data) >= MAGIC_LENGTH + VERSION_LENGTH and (newer := unknown_version(data)):
        return newer
    if len(data) <= HEADER_LENGTH + NONCE_LENGTH + TAG_LENGTH:
        return FormatError("The backup is incomplete.")
    return None


def unknown_version(data: bytes) -> FormatError | None:
    """Return the error for the version in the header."""
    version = data[MAGIC_LENGTH : MAGIC_LENGTH + VERSION_LENGTH]
    if version in VERSIONS:
        return None
    number = min(int.from_bytes(version, "big"), int.from_bytes(version, "little"))
    return FormatError(
        f"This is an AVTotpy backup of version {number}. otp-tui reads only version 1."
    )
