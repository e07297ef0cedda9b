"""Proton Pass: the one-time passwords in an export of the password manager.

Spec: formats.md, section 4. Source: ProtonMail/WebClients, item-v1.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.backup.model import Backup
from tui.errors import FormatError
from tui.otp.entry import Entry

if TYPE_CHECKING:
    from zipfile import ZipInfo

_FILES = ("Proton Pass/data.json", "Proton Pass/data.json.pgp", "Proton Pass/data.pgp")
_ENCRYPTED = ".pgp"
_TRASHED = 2
_IDENTITY = (
    "extraPersonalDetails",
    "extraAddressDetails",
    "extraContactDetails",
    "extraWorkDetails",
)
"""Lists of fields in an identity."""
_SECTIONS = ("sections", "extraSections")
"""Lists of sections in other items."""


def is_pass(root: Mapping[str, Any]) -> bool:
    """Return True for the unpacked `data.json` of an export."""
    return isinstance(root.get("vaults"), dict) and "userId" in root


def find_file(files: Iterable[ZipInfo]) -> ZipInfo | None:
    """Return the file with the items of an export; None if there is none."""
    return next((each for each in files if each.filename in _FILES), None)


def unpack(data: bytes) -> bytes:
    """Return the JSON in the zip archive of an export.

    Raises:
        FormatError: the archive is not an export, is damaged, or is encrypted with PGP.
    """
    from tui.backup.formats import _zip

    info = find_file(_zip.files(data))
    if info is None:
        raise FormatError("The zip archive is not an export of Proton Pass.")
    if info.filename.endswith(_ENCRYPTED):
        raise FormatError(
            "This export of Proton Pass is encrypted with PGP, which otp-tui can't read.",
            "Export it without encryption, or decrypt it with gpg first.",
        )
    return _zip.read(data, info)


def read_items(root: Mapping[str, Any]) -> Backup:
    """Return the one-time passwords of all items; each vault becomes a category.

    Raises:
        FormatError: the export has no vaults.
    """
    from tui.backup.formats._entries import Collector

    vaults = root.get("vaults")
    if not isinstance(vaults, dict):
        raise FormatError("The export of Proton Pass has no vaults.")
    found = Collector()
    for vault in vaults.values():
        items = vault.get("items") if isinstance(vault, dict) else None
        for item in items if isinstance(items, list) else []:
            data = item.get("data") if isinstance(item, dict) else None
            if not isinstance(data, dict):
                continue
            metadata = _object(data, "metadata")
            for given in _otp_fields(data):
                read = partial(_read_field, given, item, metadata, _object(data, "content"))
                found.add(metadata.get("name"), read, [vault.get("name")])
    return found.backup()


def _object(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _otp_fields(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the OTP fields of an item: of the login, its own fields, and those of its sections."""
    content = _object(data, "content")
    lists = [data.get("extraFields"), *(content.get(name) for name in _IDENTITY)]
    for name in _SECTIONS:
        sections = content.get(name)
        for section in sections if isinstance(sections, list) else []:
            lists.append(section.get("sectionFields") if isinstance(section, dict) else None)
    parts = [content]
    for fields in lists:
        for field in fields if isinstance(fields, list) else []:
            if isinstance(field, dict) and field.get("type") == "totp":
                parts.append(_object(field, "data"))
    for part in parts:
        given = part.get("totpUri")
        if isinstance(given, str) and given.strip():
            yield given


def _read_field(
    given: str, item: Mapping[str, Any], metadata: Mapping[str, Any], content: Mapping[str, Any]
) -> Entry:
    """Return the entry of an OTP field, with what its item says about it.

    Raises:
        EntryError: it is invalid.
    """
    from tui.backup.formats._entries import checked_note
    from tui.backup.formats._otp_field import entry_of_login

    username = content.get("itemUsername") or content.get("itemEmail")
    return replace(
        entry_of_login(given, metadata.get("name"), username),
        note=checked_note(metadata.get("note")),
        pinned=item.get("pinned") is True,
        deleted=1 if item.get("state") == _TRASHED else 0,
    )
