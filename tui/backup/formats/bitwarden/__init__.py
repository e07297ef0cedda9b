"""Exports of the password manager Bitwarden (JSON, CSV, zip) and of Bitwarden Authenticator.

Only what belongs to OTPs is read, never the passwords of logins. Spec: formats.md, section 5.
"""

from __future__ import annotations

from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _csv
from tui.backup.formats.bitwarden.archive import is_export
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs


def _sniff(content: FileContent) -> bool:
    if content.zip_files:
        return is_export(content.zip_files)
    return _is_json(content.json) or {"name", "login_totp"} <= {*_csv.header(content)}


def _is_json(root: Any) -> bool:
    return (
        isinstance(root, dict)
        and isinstance(root.get("encrypted"), bool)
        and ("items" in root or "data" in root or "encKeyValidation_DO_NOT_EDIT" in root)
    )


def _needs(content: FileContent) -> Needs:
    from tui.backup.formats.bitwarden.encryption import is_readable

    return Needs.PASSWORD if is_readable(content.json) else Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    from tui.backup.formats.bitwarden.reader import read

    return read(data, credentials)


def _write(backup: Backup, credentials: Credentials) -> bytes:
    from tui.backup.formats.bitwarden.writer import write

    return write(backup, credentials)


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.bitwarden.writer import plan_export

    return plan_export(backup)


FORMAT = Format(
    name="bitwarden",
    label="Bitwarden",
    suffixes=(".json", ".csv", ".zip"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="Bitwarden",
    how_to_export=(
        "Bitwarden: Settings > Export vault, file type .json (Encrypted), password protected.\n"
        "Bitwarden Authenticator: Settings > Export."
    ),
    write=_write,
    plan_export=_plan_export,
    needs_name=True,
    holds=frozenset({"note", "pinned"}),
    keeps=frozenset({"categories"}),
)
