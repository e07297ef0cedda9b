"""Authenticator Pro (now Stratum): its strong, legacy and plain backups, and its HTML page.

Spec: authenticator-pro.md. The three backups hold the same JSON.
"""

from __future__ import annotations

import re

from tui.backup.content import FileContent
from tui.backup.formats._json import is_object, is_text
from tui.backup.formats.authenticator_pro.html_page import is_page
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs
from tui.errors import FormatError

STRONG_HEADER = b"AUTHENTICATORPRO"
"""First 16 bytes of files from current versions."""
LEGACY_HEADER = b"AuthenticatorPro"
"""First 16 bytes of files from older versions: only the case differs."""

_PLAIN = re.compile(rb'"Authenticators"\s*:\s*\[')
_HOLDS = frozenset(
    {"account", "secret", "algorithm", "digits", "period", "counter", "pin", "icon", "categories"}
) | {"ranking", "copy_count"}


def _is_plain(content: FileContent) -> bool:
    return is_object(content.data) and _PLAIN.search(content.data) is not None


def _needs(content: FileContent) -> Needs:
    data = content.data
    return Needs.NOTHING if is_object(data) and is_text(data) else Needs.PASSWORD


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read any of the three variants that have a header or are JSON.

    Raises:
        FormatError: it is none of them, or is incomplete.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    from tui.backup.formats.authenticator_pro import encryption, json_reader

    if data.startswith(STRONG_HEADER):
        data = encryption.open_strong(data.removeprefix(STRONG_HEADER), credentials)
    elif data.startswith(LEGACY_HEADER):
        data = encryption.open_legacy(data.removeprefix(LEGACY_HEADER), credentials)
    elif not is_object(data):
        raise FormatError(
            "The file is not an Authenticator Pro backup.",
            "If it has no header, choose the format authenticator-pro.",
        )
    return json_reader.parse(data)


def _read_or_headerless(data: bytes, credentials: Credentials) -> Backup:
    """Read like `_read`, and also the strong variant without a header, as it is published.

    Raises:
        FormatError: it is text but not a backup, or is incomplete.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    from tui.backup.formats.authenticator_pro import encryption, json_reader

    if data.startswith((STRONG_HEADER, LEGACY_HEADER)):
        return _read(data, credentials)
    if is_object(data) and (is_text(data) or not credentials.password):
        # A salt may start like JSON, but the bytes after it are not text.
        return json_reader.parse(data)
    if is_text(data):
        raise FormatError("The file is not an Authenticator Pro backup.")
    return json_reader.parse(encryption.open_strong(data, credentials))


def _write_strong(backup: Backup, credentials: Credentials) -> bytes:
    from tui.backup.formats.authenticator_pro import encryption

    return STRONG_HEADER + encryption.seal_strong(_write_plain(backup, credentials), credentials)


def _write_legacy(backup: Backup, credentials: Credentials) -> bytes:
    from tui.backup.formats.authenticator_pro import encryption

    return LEGACY_HEADER + encryption.seal_legacy(_write_plain(backup, credentials), credentials)


def _write_plain(backup: Backup, _credentials: Credentials) -> bytes:
    from tui.backup.formats.authenticator_pro import json_writer

    return json_writer.dump(backup)


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.authenticator_pro import json_writer

    return json_writer.plan_export(backup)


def _read_page(data: bytes, _credentials: Credentials) -> Backup:
    from tui.backup.formats.authenticator_pro import html_page

    return html_page.parse(data)


FORMATS = (
    Format(
        name="authenticator-pro",
        label="Authenticator Pro (Stratum)",
        suffixes=(".authpro", ".stratum", ".bin"),
        app="Authenticator Pro (Stratum)",
        how_to_export="Settings > Backup > Back up to file, encrypted with a password.",
        sniff=lambda content: content.data.startswith(STRONG_HEADER),
        needs=_needs,
        read=_read_or_headerless,
        write=_write_strong,
        plan_export=_plan_export,
        needs_issuer=True,
        holds=_HOLDS,
    ),
    Format(
        name="authenticator-pro-legacy",
        label="Authenticator Pro, legacy encryption",
        suffixes=(".authpro", ".bin"),
        app="Authenticator Pro (Stratum)",
        sniff=lambda content: content.data.startswith(LEGACY_HEADER),
        needs=_needs,
        read=_read,
        write=_write_legacy,
        plan_export=_plan_export,
        needs_issuer=True,
        holds=_HOLDS,
    ),
    Format(
        name="authenticator-pro-plain",
        label="Authenticator Pro, not encrypted",
        suffixes=(".json", ".authpro", ".stratum"),
        app="Authenticator Pro (Stratum)",
        sniff=_is_plain,
        needs=_needs,
        read=_read,
        write=_write_plain,
        plan_export=_plan_export,
        needs_issuer=True,
        holds=_HOLDS,
        encrypted=False,
        write_needs=Needs.NOTHING,
    ),
    Format(
        name="authenticator-pro-html",
        label="Authenticator Pro (Stratum), HTML page",
        suffixes=(".html", ".htm"),
        app="Authenticator Pro (Stratum)",
        how_to_export="Settings > Backup > Back up as HTML: this page has no categories.",
        sniff=lambda content: is_page(content.data),
        needs=lambda _content: Needs.NOTHING,
        read=_read_page,
        encrypted=False,
        write_needs=Needs.NOTHING,
    ),
)
