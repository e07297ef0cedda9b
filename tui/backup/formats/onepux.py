"""1PUX exports of 1Password: a zip archive with the JSON file `export.data`, or that file alone.

Only what belongs to OTPs is read, never the passwords of logins. Spec: formats.md, section 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.backup.content import FileContent
from tui.backup.formats import _json, _zip
from tui.backup.formats._entries import Collector, checked_note
from tui.backup.formats._otp_field import entry_of_login, is_filled
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import FormatError
from tui.otp.entry import Entry

if TYPE_CHECKING:
    from zipfile import ZipInfo

_NAME = "export.data"
_NOT_ONE = "The file is not a 1PUX export of 1Password."


def _is_export(info: ZipInfo) -> bool:
    return info.filename == _NAME


def _sniff(content: FileContent) -> bool:
    return any(map(_is_export, content.zip_files)) or _is_root(content.json)


def _is_root(root: object) -> bool:
    accounts = root.get("accounts") if isinstance(root, dict) else None
    return isinstance(accounts, list) and any("vaults" in each for each in _objects([accounts]))


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Read every OTP of every item; vaults and tags become categories.

    Raises:
        FormatError: it is not such an export, or is damaged.
    """
    if data.startswith(_zip.SIGNATURE):
        inside = next(filter(_is_export, _zip.files(data)), None)
        if inside is None or _zip.is_encrypted(inside):
            raise FormatError(_NOT_ONE)
        data = _zip.read(data, inside)
    root = _json.load_object(data)
    if not isinstance(root.get("accounts"), list):
        raise FormatError(_NOT_ONE)
    found = Collector()
    for vault in _objects(each.get("vaults") for each in _objects([root["accounts"]])):
        groups = [_object(vault.get("attrs")).get("name")]
        for row in _objects([vault.get("items")]):
            item = _object(row.get("item")) or row
            overview = _object(item.get("overview"))
            tags = overview.get("tags")
            names = [*groups, *(tags if isinstance(tags, list) else [])]
            username = _username(item)
            for totp in _otps(item):
                read = partial(_entry, item, username, totp)
                found.add(overview.get("title"), read, names)
    return found.backup()


def _otps(item: dict[str, Any]) -> Iterator[object]:
    sections = _objects([_object(item.get("details")).get("sections")])
    for field in _objects(each.get("fields") for each in sections):
        value = _object(field.get("value"))
        if is_filled(value.get("totp")):
            yield value["totp"]


def _username(item: dict[str, Any]) -> object:
    fields = _objects([_object(item.get("details")).get("loginFields")])
    values = (each.get("value") for each in fields if each.get("designation") == "username")
    return next(values, None)


def _entry(item: dict[str, Any], username: object, totp: object) -> Entry:
    overview, details = _object(item.get("overview")), _object(item.get("details"))
    favorite = item.get("favIndex")
    return replace(
        entry_of_login(totp, overview.get("title"), username),
        note=checked_note(details.get("notesPlain")),
        pinned=type(favorite) is int and favorite > 0,
        deleted=1 if item.get("trashed") is True else 0,  # only in older exports
    )


def _objects(lists: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects in these lists; what is not a list or an object is ignored."""
    for each in lists:
        if isinstance(each, list):
            yield from (row for row in each if isinstance(row, dict))


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


FORMAT = Format(
    name="1pux",
    label="1Password (1PUX)",
    suffixes=(".1pux",),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    app="1Password",
    how_to_export=(
        "1Password for desktop: File > Export, format 1PUX.\n"
        "Only OTPs are read, no passwords. Delete the file afterwards."
    ),
)
