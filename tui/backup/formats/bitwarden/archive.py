"""The zip export of Bitwarden: `data.json`, and the attachments of the items.

Source: bitwarden/clients, individual-vault-export.service.ts, getDecryptedExportZip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.backup.formats import _zip
from tui.errors import FormatError

if TYPE_CHECKING:
    from zipfile import ZipInfo

_NAME = "data.json"
_ATTACHMENTS = "attachments/"


def is_export(files: Sequence[ZipInfo]) -> bool:
    """Return True if an archive has the files of an export, and no others."""
    names = [each.filename for each in files]
    return _NAME in names and all(name == _NAME or name.startswith(_ATTACHMENTS) for name in names)


def unpack(data: bytes) -> bytes:
    """Return the JSON in an export.

    Raises:
        FormatError: the archive has none, is damaged or encrypted.
    """
    found = next((each for each in _zip.files(data) if each.filename == _NAME), None)
    if found is None or _zip.is_encrypted(found):
        raise FormatError("The zip archive is not an export of Bitwarden.")
    return _zip.read(data, found)
