"""Aegis: the app's encrypted and plain vaults, which are its exports too (spec: formats.md).

Its third export, a text file, is a list of otpauth:// URIs.
"""

from __future__ import annotations

import re

from tui.backup.content import FileContent
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs

_START = re.compile(rb'\s*\{[^{}]{0,200}"header"\s*:\s*\{\s*"(?:slots|params)"\s*:\s*([\[{n])')
"""The first bytes of a file, to recognize one that is cut off; the group shows encryption."""
_HOLDS = frozenset({"note", "pinned"})
_KEEPS = frozenset({"pin", "categories", "icon"})


def _sniff_encrypted(content: FileContent) -> bool:
    return _is_encrypted(content) is True


def _sniff_plain(content: FileContent) -> bool:
    return _is_encrypted(content) is False


def _is_encrypted(content: FileContent) -> bool | None:
    """Return True for an encrypted vault, False for a plain one, None for any other file."""
    root = content.json
    if isinstance(root, dict):
        return isinstance(root["db"], str) if {"header", "db"} <= root.keys() else None
    start = _START.match(content.data[:4096].removeprefix(b"\xef\xbb\xbf"))
    return start[1] != b"n" if start else None


def _needs(content: FileContent) -> Needs:
    root = content.json
    if not isinstance(root, dict) or not isinstance(root.get("db"), str):
        return Needs.NOTHING
    header = root.get("header")
    slots = header.get("slots") if isinstance(header, dict) else None
    by_password = isinstance(slots, list) and any(
        isinstance(slot, dict) and slot.get("type") == 1 for slot in slots
    )
    return Needs.PASSWORD if by_password else Needs.NOTHING


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read either variant.

    Raises:
        FormatError: it is damaged, or of a newer version.
        BackupPasswordError: the password is wrong or missing.
    """
    from tui.backup.formats.aegis import reader

    return reader.read(data, credentials)


def _write(backup: Backup, credentials: Credentials) -> bytes:
    from tui.backup.formats.aegis import writer

    return writer.encrypted(backup, credentials)


def _write_plain(backup: Backup, _credentials: Credentials) -> bytes:
    from tui.backup.formats.aegis import writer

    return writer.plain(backup)


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats.aegis import writer

    return writer.plan_export(backup)


FORMATS = (
    Format(
        name="aegis",
        label="Aegis",
        suffixes=(".json",),
        sniff=_sniff_encrypted,
        needs=_needs,
        read=_read,
        app="Aegis",
        how_to_export="Settings > Import & Export > Export. Choose the format Aegis (.JSON).",
        write=_write,
        plan_export=_plan_export,
        holds=_HOLDS,
        keeps=_KEEPS,
    ),
    Format(
        name="aegis-plain",
        label="Aegis, not encrypted",
        suffixes=(".json",),
        sniff=_sniff_plain,
        needs=_needs,
        read=_read,
        app="Aegis",
        write=_write_plain,
        plan_export=_plan_export,
        encrypted=False,
        write_needs=Needs.NOTHING,
        holds=_HOLDS,
        keeps=_KEEPS,
    ),
)
