"""The JSON export of 2FAuth, a web app that users host themselves.

Source: Bubka/2FAuth, TwoFAccountExportResource.php and TwoFAuthMigrator.php:
`{"app": "2fauth_v…", "schema": 1, "datetime", "data": [{"otp_type", "service", "account",
"secret", "algorithm", "digits", "period", "counter", …}]}`, or `{"uri"}` for each account.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _json
from tui.backup.formats._entries import Collector, make_entry, otp_type
from tui.backup.model import Backup, Credentials, Format, Needs
from tui.errors import EntryError, FormatError
from tui.otp import uri
from tui.otp.entry import Entry, OtpType

_APP = "2fauth_"
_SCHEMA = 1
_STEAM = "steamtotp"


def _sniff(content: FileContent) -> bool:
    return _is_export(content.json)


def _is_export(root: Any) -> bool:
    return (
        isinstance(root, dict)
        and str(root.get("app")).lower().startswith(_APP)
        and isinstance(root.get("data"), list)
    )


def _read(data: bytes, _credentials: Credentials) -> Backup:
    """Return the entries of an export.

    Raises:
        FormatError: it is not from 2FAuth, is newer, or is damaged.
    """
    root = _json.load_object(data)
    if not _is_export(root):
        raise FormatError("The file is not an export of 2FAuth.")
    if root.get("schema") != _SCHEMA:
        raise FormatError("This 2FAuth export has a schema that otp-tui doesn't know.")
    found = Collector()
    for row in root["data"]:
        name = row.get("service") if isinstance(row, dict) else None
        found.add(name, partial(_entry, row))
    return found.backup()


def _entry(row: Any) -> Entry:
    if not isinstance(row, dict):
        raise EntryError("it is not a JSON object")
    if isinstance(row.get("uri"), str):
        return uri.parse(row["uri"], lone_is_account=True)
    given = row.get("otp_type")
    return make_entry(
        OtpType.STEAM if given == _STEAM else otp_type(given),
        row.get("service"),
        row.get("account"),
        row.get("secret"),
        algorithm=row.get("algorithm"),
        digits=row.get("digits"),
        period=row.get("period"),
        counter=row.get("counter"),
    )


FORMAT = Format(
    name="2fauth",
    label="2FAuth",
    suffixes=(".json",),
    sniff=_sniff,
    needs=lambda _content: Needs.NOTHING,
    read=_read,
    app="2FAuth",
    how_to_export="Select the accounts, then Export to JSON. Delete the file afterwards.",
)
