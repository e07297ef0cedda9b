"""Proton Authenticator: plain and encrypted exports; also finds exports of Proton Pass.

Spec: formats.md, section 4.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from tui.backup.content import FileContent
from tui.backup.formats import _proton_pass
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

VERSION = 1
"""The only version of the export."""
SALT, NONCE = 16, 12
"""Lengths in bytes."""
CONTEXT = b"proton.authenticator.export.v1"
"""Associated data of the encryption."""

_TYPES = (OtpType.TOTP, OtpType.STEAM)


def _sniff(content: FileContent) -> bool:
    root = content.json
    if not isinstance(root, dict) or "version" not in root:
        return _proton_pass.find_file(content.zip_files) is not None
    if _proton_pass.is_pass(root):
        return True
    rows = root.get("entries")
    if isinstance(rows, list):
        return root.keys() <= {"version", "entries"} or (
            bool(rows) and all(isinstance(each, dict) and "content" in each for each in rows)
        )
    return _is_sealed(root)


def _is_sealed(root: Mapping[str, Any]) -> bool:
    return "entries" not in root and {"version", "salt", "content"} <= root.keys()


def _needs(content: FileContent) -> Needs:
    root = content.json
    if isinstance(root, dict) and _is_sealed(root) and _is_known(root):
        return Needs.PASSWORD
    return Needs.NOTHING


def _is_known(root: Mapping[str, Any]) -> bool:
    return type(root["version"]) is int and root["version"] == VERSION


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read an export of the authenticator, or of the password manager.

    Raises:
        FormatError: it is neither, is newer, or is damaged.
        BackupPasswordError: the password is wrong or missing.
    """
    from tui.backup.formats import _zip
    from tui.backup.formats._entries import Collector
    from tui.backup.formats._json import load_object

    if data.startswith(_zip.SIGNATURE):
        return _proton_pass.read_items(load_object(_proton_pass.unpack(data)))
    root = load_object(data)
    if _proton_pass.is_pass(root):
        return _proton_pass.read_items(root)
    if "version" not in root:
        raise FormatError("The file is not a Proton Authenticator export.")
    if not _is_known(root):
        raise FormatError("This Proton Authenticator export is newer than otp-tui knows.")
    if _is_sealed(root):
        root = load_object(_open(root, credentials))
    rows = root.get("entries")
    if not isinstance(rows, list):
        raise FormatError("The Proton Authenticator export has no list of entries.")
    found = Collector()
    for row in rows:
        content = row.get("content") if isinstance(row, dict) else None
        name = content.get("name") if isinstance(content, dict) else None
        found.add(name, partial(read_entry, row))
    return found.backup()


def _open(root: Mapping[str, Any], credentials: Credentials) -> bytes:
    """Return the JSON of an encrypted export.

    Raises:
        FormatError: the file is damaged.
        BackupPasswordError: the password is wrong or missing, or the bytes were changed.
    """
    from tui.backup.formats._passwords import password_bytes
    from tui.crypto.aead import aes_gcm_decrypt

    try:
        salt, sealed = (base64.b64decode(root[key], validate=True) for key in ("salt", "content"))
    except (ValueError, TypeError):
        raise FormatError("The Proton Authenticator export is damaged.") from None
    if len(salt) != SALT:
        raise FormatError("The Proton Authenticator export is damaged.")
    key = _key(password_bytes(credentials), salt)
    try:
        return aes_gcm_decrypt(key, sealed[:NONCE], sealed[NONCE:], CONTEXT)
    except AuthenticationError:
        raise BackupPasswordError("Wrong password, or the export is damaged.") from None


def _key(password: bytes, salt: bytes) -> bytes:
    from tui.crypto import kdf

    return kdf.argon2id(password, salt, kdf.Argon2Params(2, 19 * 1024, 1))


def read_entry(row: object) -> Entry:
    """Return the entry of one row of the authenticator's export.

    Raises:
        EntryError: it is invalid, or not supported.
    """
    from tui.backup.formats._entries import checked_note, make_entry, text
    from tui.backup.formats._otp_field import STEAM
    from tui.otp import uri

    content = row.get("content") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(content, dict):
        raise EntryError("it is not an object")
    given, name, note = content.get("uri"), text(content.get("name"), "name"), row.get("note")
    if not isinstance(given, str):
        raise EntryError("it has no URI")
    if given.lower().startswith(STEAM):
        names = _steam_names(name)
        return make_entry(OtpType.STEAM, *names, given[len(STEAM) :], note=note)
    entry = uri.parse(given, lone_is_account=True, nameless=True)
    account = entry.account if entry.issuer or entry.account else name
    return replace(entry, account=account, note=checked_note(note))


def _steam_names(name: str) -> tuple[str, str]:
    """Return issuer and account of a Steam entry, which has no names but that."""
    issuer, colon, account = name.partition(": ")
    if colon:
        return issuer, account
    if name.endswith(":"):
        return name[:-1], ""
    return "Steam", "" if name.strip() == "Steam" else name


def _steam_name(entry: Entry) -> str:
    issuer, account = entry.issuer, entry.account or ""
    lone = account or "Steam"
    if issuer in {"", "Steam"} and _steam_names(lone) == ("Steam", account):
        return lone
    return f"{issuer or 'Steam'}: {account}" if account else f"{issuer}:"


def _write(backup: Backup, credentials: Credentials) -> bytes:
    """Return an encrypted export.

    Raises:
        FormatError: the app can't store an entry, or the password is missing or invalid.
    """
    from tui.backup.formats._passwords import password_bytes
    from tui.backup.formats._round_trip import check_all_fit
    from tui.crypto.aead import aes_gcm_encrypt

    plan = _plan_export(backup)
    check_all_fit(plan, "Proton Authenticator")
    rows = [write_entry(entry) for entry in plan.backup.entries]
    password = password_bytes(credentials, FormatError)
    salt, nonce = os.urandom(SALT), os.urandom(NONCE)
    plain = _json({"version": VERSION, "entries": rows})
    sealed = nonce + aes_gcm_encrypt(_key(password, salt), nonce, plain, CONTEXT)
    return _json(
        {
            "version": VERSION,
            "salt": base64.b64encode(salt).decode(),
            "content": base64.b64encode(sealed).decode(),
        }
    )


def _json(root: object) -> bytes:
    return json.dumps(root, ensure_ascii=False, separators=(",", ":")).encode()


def write_entry(entry: Entry) -> dict[str, Any]:
    """Return one row of the export.

    Raises:
        EntryError: the entry has no name.
    """
    from tui.backup.formats._otp_field import otp_field

    if entry.type is OtpType.STEAM:
        name, kind = _steam_name(entry), "Steam"
    else:
        name, kind = entry.account or entry.issuer, "Totp"
    return {
        "id": str(uuid.uuid4()),
        "content": {"uri": otp_field(entry), "entry_type": kind, "name": name},
        "note": entry.note or None,
    }


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats._round_trip import plan_round_trip

    return plan_round_trip(backup, _reread)


def _reread(entry: Entry) -> Entry:
    """Return the entry as it will be read back.

    Raises:
        EntryError: the app can't store it.
    """
    from tui.backup.match import code_fields

    if entry.type not in _TYPES:
        raise EntryError(f"Proton Authenticator doesn't support {entry.type.short_label}")
    found = read_entry(write_entry(entry))
    if code_fields(found) != code_fields(entry):
        raise EntryError("its URI would have different codes")
    return found


FORMAT = Format(
    name="proton",
    label="Proton Authenticator",
    suffixes=(".json", ".zip"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="Proton Authenticator, Proton Pass",
    how_to_export="Proton Authenticator: Settings > Export. "
    "Proton Pass: Settings > Export, as a zip file without PGP.",
    write=_write,
    plan_export=_plan_export,
    holds=frozenset({"note"}),
    needs_name=True,
)
