"""The composite key of a KeePass database: its password, its key file, or both."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator

from tui.backup.model import Credentials
from tui.errors import BackupPasswordError

_MAX_XML = 64 * 1024
_is_hex = re.compile(rb"[0-9A-Fa-f]{64}").fullmatch
_DAMAGED = "The key file is damaged."


def composite_keys(credentials: Credentials) -> Iterator[bytes]:
    """Yield the keys to try. A key file without a password may belong to an empty password.

    Raises:
        BackupPasswordError: both are missing, or the key file is damaged.
    """
    if not credentials.password and not credentials.key_file:
        raise BackupPasswordError("A KeePass database needs its password or its key file.")
    try:
        password = hashlib.sha256(credentials.password.encode()).digest()
    except UnicodeEncodeError:
        raise BackupPasswordError("The database's password is not valid text.") from None
    key = key_of_file(credentials.key_file) if credentials.key_file else b""
    if not credentials.password:
        yield hashlib.sha256(key).digest()
    yield hashlib.sha256(password + key).digest()


def key_of_file(data: bytes) -> bytes:
    """Return the key in a key file: XML of version 1 or 2, 32 bytes, 64 hex digits, or the SHA-256
    of any other file.

    Raises:
        BackupPasswordError: it is XML, but damaged or of an unknown version.
    """
    if (found := _xml_key(data)) is not None:
        return found
    if len(data) == 32:
        return data
    if _is_hex(data):
        return bytes.fromhex(data.decode())
    return hashlib.sha256(data).digest()


def _xml_key(data: bytes) -> bytes | None:
    """Return the key in an XML key file; None if it is not one."""
    if len(data) > _MAX_XML or b"<KeyFile" not in data or b"<!DOCTYPE" in data:
        return None
    from xml.etree.ElementTree import ParseError, XMLParser

    parser = XMLParser()  # noqa: S314 - without a document type there are no entities
    try:
        parser.feed(data)
        root = parser.close()
    except (ParseError, ValueError, LookupError):
        return None
    if root.tag != "KeyFile":
        return None
    version = (root.findtext("Meta/Version") or "").strip()
    holder = root.find("Key/Data")
    text = "" if holder is None else "".join((holder.text or "").split())
    try:
        if version.startswith("2."):
            key = bytes.fromhex(text)
            check = bytes.fromhex(holder.get("Hash", "") if holder is not None else "")
            if check and check != hashlib.sha256(key).digest()[: len(check)]:
                raise BackupPasswordError(_DAMAGED)
        elif version.startswith("1."):
            key = base64.b64decode(text, validate=True)
        else:
            raise BackupPasswordError("The key file has a version that otp-tui doesn't know.")
    except (binascii.Error, ValueError):
        raise BackupPasswordError(_DAMAGED) from None
    if len(key) != 32:
        raise BackupPasswordError(_DAMAGED)
    return key
