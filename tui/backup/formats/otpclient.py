"""OTPClient's database, versions 2 and 3 (spec: formats.md, section 11)."""

from __future__ import annotations

import struct
from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry, otp_type
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import BackupPasswordError, CryptoError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_MAGIC = b"OTPClient"
_V3 = struct.Struct(">9sI16s32sIII")
_V2 = struct.Struct("<9s3xI16s32sIII")
"""As C lays out the structure in memory, with padding."""
_TAG = 16
_STEAM = "steam"


def _sniff(content: FileContent) -> bool:
    return content.data.startswith(_MAGIC)


def _header(data: bytes) -> tuple[int, bytes, bytes, Argon2Params, int]:
    """Return version, IV, salt, parameters and the header's length.

    Raises:
        FormatError: it is incomplete, or of another version.
    """
    for version, layout in ((3, _V3), (2, _V2)):
        if len(data) < layout.size + _TAG:
            raise FormatError("The OTPClient database is incomplete.")
        _, found, iv, salt, passes, memory, lanes = layout.unpack_from(data)
        if found == version:
            return version, iv, salt, Argon2Params(passes, memory, lanes), layout.size
    raise FormatError("This OTPClient database has a version that otp-tui can't read.")


def _needs(content: FileContent) -> Needs:
    try:
        _header(content.data)
    except FormatError:
        return Needs.NOTHING
    return Needs.PASSWORD


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Return the entries of a database, with groups as categories.

    Raises:
        FormatError: it is incomplete, of another version, or its parameters are out of bounds.
        BackupPasswordError: the password is wrong or missing, or the file is damaged.
    """
    if not data.startswith(_MAGIC):
        raise FormatError("The file is not a database of OTPClient.")
    version, iv, salt, params, length = _header(data)
    if not credentials.password:
        raise BackupPasswordError("An OTPClient database needs its password.")
    plain = None
    for password in _passwords(version, credentials.password):
        plain = _decrypted(data, length, iv, _key(password, salt, params))
        if plain is not None:
            break
    if plain is None:
        raise BackupPasswordError("Wrong password, or the file is damaged.")
    rows = _json.load(plain.rstrip(b"\0"))
    if not isinstance(rows, list):
        raise FormatError("The OTPClient database is not a list.")
    collector = Collector()
    for row in rows:
        given = row if isinstance(row, dict) else {}
        name = given.get("issuer") or given.get("label")
        collector.add(name, partial(_entry, row), (given.get("group"),))
    return collector.backup()


def _passwords(version: int, password: str) -> list[bytes]:
    """Return what the key may be derived from: old versions cut passwords that are not ASCII."""
    whole = password.encode(errors="replace")
    cut = whole[: len(password)]
    return [whole, cut] if version == 2 and cut != whole else [whole]


def _key(password: bytes, salt: bytes, params: Argon2Params) -> bytes:
    try:
        return kdf.argon2_of_file("ID", password, salt, params)
    except CryptoError as error:
        raise FormatError(f"Can't open the file: {str(error).rstrip('.')}.") from None


def _decrypted(data: bytes, length: int, iv: bytes, key: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(iv, data[length:], data[:length])
    except InvalidTag:
        return None


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    issuer = row.get("issuer")
    is_steam = isinstance(issuer, str) and issuer.lower() == _STEAM
    return make_entry(
        OtpType.STEAM if is_steam else otp_type(row.get("type")),
        issuer,
        row.get("label"),
        row.get("secret"),
        algorithm=row.get("algo"),
        digits=row.get("digits"),
        period=row.get("period"),
        counter=row.get("counter"),
    )


FORMAT = Format(
    name="otpclient",
    label="OTPClient",
    suffixes=(".enc",),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="OTPClient",
    how_to_export="No export is needed: choose the database, usually NewDatabase.enc.",
)
