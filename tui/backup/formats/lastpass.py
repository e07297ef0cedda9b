"""LastPass Authenticator's export (spec: formats.md, section 9)."""

from __future__ import annotations

from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType

_KEYS = {"issuerName", "userName", "timeStep", "originalIssuerName"}


def _sniff(content: FileContent) -> bool:
    root = content.json
    rows = root.get("accounts") if isinstance(root, dict) else None
    if not isinstance(rows, list):
        return False
    if not rows:
        return "folders" in root
    return any(isinstance(row, dict) and _KEYS & row.keys() for row in rows)


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Return the entries of an export, with folders as categories and favorites as pins.

    Raises:
        FormatError: it has no list of accounts.
    """
    root = _json.load_object(data)
    rows = root.get("accounts")
    if not isinstance(rows, list):
        raise FormatError("The file is not from LastPass Authenticator: it has no accounts.")
    folders = _folders(root.get("folders"))
    collector = Collector()
    for row in rows:
        given = row if isinstance(row, dict) else {}
        name = given.get("issuerName") or given.get("originalIssuerName")
        place = given.get("folderData")
        folder = folders.get(str(place.get("folderId"))) if isinstance(place, dict) else None
        collector.add(name, partial(_entry, row), (folder,))
    return collector.backup()


def _folders(rows: Any) -> dict[str, object]:
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return {str(row.get("id")): row.get("name") for row in found}


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    issuer, account = (_first(row, name) for name in ("issuerName", "userName"))
    if not issuer and not account:
        issuer, account = row.get("originalIssuerName"), row.get("originalUserName")
    return make_entry(
        OtpType.TOTP,
        issuer,
        account,
        row.get("secret"),
        algorithm=row.get("algorithm"),
        digits=row.get("digits"),
        period=row.get("timeStep"),
        pinned=row.get("isFavorite") is True,
    )


def _first(row: dict[str, Any], name: str) -> object:
    """Return a name as the user changed it, which may be empty, else the original."""
    changed = row.get(name)
    return row.get(f"original{name[0].upper()}{name[1:]}") if changed is None else changed


FORMAT = Format(
    name="lastpass",
    label="LastPass Authenticator",
    suffixes=(".json",),
    sniff=_sniff,
    needs=lambda _: Needs.NOTHING,
    read=_read,
    app="LastPass Authenticator",
    how_to_export="Settings > Transfer accounts > Export accounts to file.",
)
