"""The Battle.net authenticator's preference file on Android (spec: formats.md, section 10)."""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats import _android_xml
from tui.backup.formats._entries import Collector, make_entry
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_PREFIX = "com.blizzard.messenger.AUTHENTICATOR_"
_MASK = bytes.fromhex(
    "398e27fc50276a656065b0e525f4c06c04c61075286b8e7aeda59da9813b5dd6"
    "c80d2fb38068773fa59ba47c17ca6c6479015c1d5b8b8f6b9a"
)
"""What the app combines each value with, by exclusive or."""
_DIGITS = 8


def _sniff(content: FileContent) -> bool:
    return _android_xml.has_value(content.data, _PREFIX)


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Return the single entry of the file.

    Raises:
        FormatError: it is not the app's file, or hides the secret in another way.
    """
    values = _android_xml.preferences(data)
    kind = values.get(f"{_PREFIX}CREDENTIALS_ENCRYPTION_TYPE", "MASK")
    if kind != "MASK":
        raise FormatError("This Battle.net file is encrypted by the phone; otp-tui can't read it.")
    collector = Collector()
    collector.add("Battle.net", lambda: _entry(values))
    return collector.backup()


def _entry(values: dict[str, str | bool]) -> Entry:
    secret = _unmasked(values.get(f"{_PREFIX}DEVICE_SECRET"), "secret")
    serial = _unmasked(values.get(f"{_PREFIX}SERIAL"), "serial number")
    try:
        key = bytes.fromhex(secret)
    except ValueError:
        raise EntryError("its secret is not hexadecimal") from None
    return make_entry(OtpType.TOTP, "Battle.net", serial, key, digits=_DIGITS)


def _unmasked(given: object, called: str) -> str:
    try:
        masked = bytes.fromhex(given) if isinstance(given, str) else b""
        text = bytes(a ^ b for a, b in zip(masked, _MASK, strict=False)).decode("ascii")
    except (ValueError, UnicodeDecodeError):
        raise EntryError(f"its {called} is damaged") from None
    if not text or len(masked) > len(_MASK):
        raise EntryError(f"its {called} is missing or too long")
    return text


FORMAT = Format(
    name="battlenet",
    label="Battle.net",
    suffixes=(".xml",),
    sniff=_sniff,
    needs=lambda _: Needs.NOTHING,
    read=_read,
    app="Battle.net",
    how_to_export="The app has no export. On a rooted phone, copy its file from shared_prefs in "
    "/data/data/com.blizzard.messenger.",
)
