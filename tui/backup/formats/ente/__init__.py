"""Ente Auth: its list of URIs, plain or encrypted. Spec: formats.md, section 3."""

from __future__ import annotations

from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats._json import is_object
from tui.backup.formats._uri_lines import has_display, read_lines
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs

_KEYS = frozenset({"kdfParams", "encryptedData", "encryptionNonce"})


def is_encrypted(root: Any) -> bool:
    """Return True if the JSON of a file is an encrypted export."""
    return isinstance(root, dict) and root.keys() >= _KEYS


def _sniff(content: FileContent) -> bool:
    return has_display(content.first_line) or is_encrypted(content.json)


def _needs(content: FileContent) -> Needs:
    return Needs.PASSWORD if is_encrypted(content.json) else Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read a plain or an encrypted export.

    Raises:
        FormatError: it is damaged, or from a newer version of the app.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    from tui.backup.formats.ente import encryption

    return read_lines(encryption.decrypt(data, credentials) if is_object(data) else data)


def _write(backup: Backup, credentials: Credentials) -> bytes:
    from tui.backup.formats.ente import encryption, writer

    return encryption.encrypt(writer.dump(backup), credentials)


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.ente import writer

    return writer.plan_export(backup)


FORMAT = Format(
    name="ente",
    label="Ente Auth",
    suffixes=(".txt",),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="Ente Auth",
    how_to_export="Settings > Data > Export codes: “Encrypted” with a password, or “Plain text”.",
    write=_write,
    plan_export=_plan_export,
    holds=frozenset({"note", "pinned", "copy_count"}),
    keeps=frozenset({"categories"}),
)
