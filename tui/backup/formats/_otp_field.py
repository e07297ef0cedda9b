"""The field of a password manager's login that holds an OTP: a URI, `steam://`, or a secret."""

from __future__ import annotations

from dataclasses import replace

from tui.backup.formats._entries import make_entry, text
from tui.errors import EntryError
from tui.otp import uri
from tui.otp.entry import Entry, OtpType, check
from tui.text import clean

STEAM = "steam://"
_URIS = ("otpauth://", "motp://")


def is_filled(value: object) -> bool:
    """Return True if there is anything in the field."""
    return value is not None and value != "" and not (isinstance(value, str) and value.isspace())


def entry_of_login(value: object, title: object, username: object) -> Entry:
    """Return the entry of a login with this OTP field.

    The names in a URI win; the title and the username of the login replace missing ones.

    Raises:
        EntryError: the field or a name is invalid.
    """
    if not isinstance(value, str):
        raise EntryError("its OTP field is not text")
    stripped = value.strip()
    lower = stripped[:16].lower()
    if lower.startswith(STEAM):
        entry = make_entry(OtpType.STEAM, "", "", stripped[len(STEAM) :])
    elif lower.startswith(_URIS):
        entry = uri.parse(stripped, lone_is_account=True, nameless=True)
    elif "://" in stripped[:64]:
        raise EntryError("its OTP field is neither an otpauth:// URI nor a secret")
    else:
        entry = make_entry(OtpType.TOTP, "", "", stripped)
    account = entry.account or text(username, "username")
    name = text(title, "name")
    issuer = entry.issuer or ("" if name == account else name)
    return check(replace(entry, issuer=issuer, account=account))


def otp_field(entry: Entry) -> str:
    """Return the field for a TOTP or Steam entry.

    Raises:
        EntryError: it has no URI.
    """
    if entry.type is OtpType.STEAM:
        return STEAM + entry.secret.normal
    return uri.build(entry)


def title_of(entry: Entry) -> str:
    """Return the title for the login of an entry: never empty, if it has any name.

    `entry_of_login` doesn't take it for the issuer if it is the account.
    """
    return clean(entry.issuer) or clean(entry.account or "")
