"""Backups of FreeOTP (Android) and FreeOTP+, import only.

FreeOTP 2 writes an encrypted `externalBackup.xml`, which is no XML but a Java object stream.
FreeOTP 1 has no backup, but its preference file `tokens.xml` can be copied from the device.
FreeOTP+ exports the same objects as JSON.
"""

from __future__ import annotations

from tui.backup.content import FileContent
from tui.backup.formats import _android_xml
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import FormatError

_HASH_MAP = b"\xac\xed\x00\x05sr\x00\x11java.util.HashMap"


def _sniff(content: FileContent) -> bool:
    return content.data.startswith(_HASH_MAP) or _android_xml.has_value(content.data, "tokenOrder")


def _needs(content: FileContent) -> Needs:
    from tui.backup.formats.freeotp import encrypted

    if not content.data.startswith(_HASH_MAP):
        return Needs.NOTHING
    try:
        encrypted.open_stream(content.data)
    except FormatError:
        return Needs.NOTHING
    return Needs.PASSWORD


def _read(data: bytes, credentials: Credentials) -> Backup:
    from tui.backup.formats.freeotp import encrypted, plain

    if data.startswith(_HASH_MAP):
        return encrypted.read(data, credentials)
    return plain.read_preferences(data)


def _sniff_plus(content: FileContent) -> bool:
    root = content.json
    return isinstance(root, dict) and "tokenOrder" in root and isinstance(root.get("tokens"), list)


def _read_plus(data: bytes, _credentials: Credentials) -> Backup:
    from tui.backup.formats.freeotp import plain

    return plain.read_json(data)


FORMATS = (
    Format(
        name="freeotp",
        label="FreeOTP backup",
        suffixes=(".xml",),
        sniff=_sniff,
        needs=_needs,
        read=_read,
        app="FreeOTP",
        how_to_export="Menu (⋮) > Backup. Choose where to save externalBackup.xml.",
    ),
    Format(
        name="freeotp-plus",
        label="FreeOTP+ export",
        suffixes=(".json",),
        sniff=_sniff_plus,
        needs=lambda _content: Needs.NOTHING,
        read=_read_plus,
        encrypted=False,
        write_needs=Needs.NOTHING,
        app="FreeOTP+",
        how_to_export="Menu (⋮) > Export > Export JSON format.",
    ),
)
