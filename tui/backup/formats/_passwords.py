"""Passwords of backups, as bytes for a key derivation."""

from __future__ import annotations

from tui.backup.model import Credentials
from tui.errors import BackupPasswordError, FormatError


def password_bytes(
    credentials: Credentials, error: type[FormatError] = BackupPasswordError
) -> bytes:
    """Return the password in UTF-8.

    Raises:
        FormatError: it is missing, or is not valid text; of the class `error`.
    """
    if not credentials.password:
        raise error("An encrypted backup needs a password.")
    try:
        return credentials.password.encode()
    except UnicodeEncodeError:
        raise error("The backup's password is not valid text.") from None
