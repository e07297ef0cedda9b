"""Proton Authenticator: plain and encrypted exports, and the one-time passwords of Proton Pass.

Spec: formats.md, section 4.
"""

from __future__ import annotations

import base64
import json
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tui.backup.content import FileContent
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Entry, OtpType

if TYPE_CHECKING:
    from zipfile import ZipInfo

    from tui.backup.formats._entries import Collector

VERSION = 1
"""The only version of the export."""
SALT, NONCE = 16, 12
"""Lengths in bytes."""
CONTEXT = b"proton.authenticator.export.v1"
"""Associated data of the encryption."""

_TYPES = (OtpType.TOTP, OtpType.STEAM)
_EXTRA = ("extraPersonalDetails", "extraAddressDetails", "extraContactDetails", "extraWorkDetails")
"""Lists of fields in an identity of Proton Pass."""
_SECTIONS = ("sections", "extraSections")
"""Lists of sections in its other items."""
_STEAM = "steam://"
_PASS = ("Proton Pass/data.json", "Proton Pass/data.json.pgp", "Proton Pass/data.pgp")
_SEALED = ".pgp"
_TRASHED = 2


def _sniff(content: FileContent) -> bool:
    root = content.json
    if not isinstance(root, dict) or "version" not in root:
        return _pass_file(content.zip_files) is not None
    if _is_pass(root):
        return True
    rows = root.get("entries")
    if isinstance(rows, list):
        return root.keys() <= {"version", "entries"} or (
            bool(rows) and all(isinstance(each, dict) and "content" in each for each in rows)
        )
    return _is_sealed(root)


def _is_pass(root: Mapping[str, Any]) -> bool:
    """Return True for the unpacked `data.json` of Proton Pass."""
    return isinstance(root.get("vaults"), dict) and "userId" in root


def _is_sealed(root: Mapping[str, Any]) -> bool:
    return "entries" not in root and {"version", "salt", "content"} <= root.keys()


def _needs(content: FileContent) -> Needs:
    root = content.json
    if isinstance(root, dict) and _is_sealed(root) and _is_known(root):
        return Needs.PASSWORD
    return Needs.NOTHING


def _is_known(root: Mapping[str, Any]) -> bool:
    return type(root["version"]) is int and root["version"] == VERSION


def _pass_file(files: Iterable[ZipInfo]) -> ZipInfo | None:
    """Return the file with the items of a Proton Pass export; None if there is none."""
    return next((each for each in files if each.filename in _PASS), None)


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read an export of the authenticator, or of the password manager.

    Raises:
        FormatError: it is neither, is newer, or is damaged.
        BackupPasswordError: the password is wrong or missing.
    """
    from tui.backup.formats import _zip
    from tui.backup.formats._entries import Collector
    from tui.backup.formats._json import load_object

    found = Collector()
    if data.startswith(_zip.SIGNATURE):
        _collect_pass(load_object(_pass_json(data)), found)
        return found.backup()
    root = load_object(data)
    if _is_pass(root):
        _collect_pass(root, found)
        return found.backup()
    if "version" not in root:
        raise FormatError("The file is not a Proton Authenticator export.")
    if not _is_known(root):
        raise FormatError("This Proton Authenticator export is newer than otp-tui knows.")
    if _is_sealed(root):
        root = load_object(_open(root, credentials))
    rows = root.get("entries")
    if not isinstance(rows, list):
        raise FormatError("The Proton Authenticator export has no list of entries.")
    for row in rows:
        content = row.get("content") if isinstance(row, dict) else None
        name = content.get("name") if isinstance(content, dict) else None
        found.add(name, lambda row=row: read_entry(row))  # type: ignore[misc]
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

    content = row.get("content") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(content, dict):
        raise EntryError("it is not an object")
    uri, name, note = content.get("uri"), text(content.get("name"), "name"), row.get("note")
    if not isinstance(uri, str):
        raise EntryError("it has no URI")
    if uri.lower().startswith(_STEAM):
        secret = uri[len(_STEAM) :]
        return make_entry(OtpType.STEAM, *_steam_names(name), secret, note=note)
    return replace(_read_uri(uri, name), note=checked_note(note))


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


def _read_uri(given: str, name: str) -> Entry:
    """Return the entry of a URI, with the account from `name` if the URI has no names.

    Raises:
        EntryError: the URI is invalid.
    """
    from tui.otp import uri

    entry = uri.parse(given, lone_is_account=True, nameless=True)
    return entry if entry.issuer or entry.account else replace(entry, account=name)


def _pass_json(data: bytes) -> bytes:
    from tui.backup.formats import _zip

    info = _pass_file(_zip.files(data))
    if info is None:
        raise FormatError("The zip archive is not an export of Proton Pass.")
    if info.filename.endswith(_SEALED):
        raise FormatError(
            "This export of Proton Pass is encrypted with PGP, which otp-tui can't read.",
            "Export it without encryption, or decrypt it with gpg first.",
        )
    return _zip.read(data, info)


def _collect_pass(root: Mapping[str, Any], found: Collector) -> None:
    """Collect the one-time passwords of the items in an export of Proton Pass.

    Raises:
        FormatError: it has no vaults.
    """
    vaults = root.get("vaults")
    if not isinstance(vaults, dict):
        raise FormatError("The export of Proton Pass has no vaults.")
    for vault in vaults.values():
        items = vault.get("items") if isinstance(vault, dict) else None
        for item in items if isinstance(items, list) else []:
            data = item.get("data") if isinstance(item, dict) else None
            if not isinstance(data, dict):
                continue
            metadata = data.get("metadata")
            name = metadata.get("name") if isinstance(metadata, dict) else None
            for given in _uris(data):
                found.add(
                    name,
                    lambda given=given, item=item: _read_item(given, item),  # type: ignore[misc]
                    [vault.get("name")],
                )


def _uris(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the URIs of an item: of the login, and of its own fields and those of its sections.

    Source: ProtonMail/WebClients, item-v1.proto.
    """
    content = data.get("content")
    inside = content if isinstance(content, dict) else {}
    lists = [data.get("extraFields"), *(inside.get(name) for name in _EXTRA)]
    for name in _SECTIONS:
        sections = inside.get(name)
        for section in sections if isinstance(sections, list) else []:
            lists.append(section.get("sectionFields") if isinstance(section, dict) else None)
    parts = [content]
    for fields in lists:
        for field in fields if isinstance(fields, list) else []:
            if isinstance(field, dict) and field.get("type") == "totp":
                parts.append(field.get("data"))
    for part in parts:
        given = part.get("totpUri") if isinstance(part, dict) else None
        if isinstance(given, str) and given.strip():
            yield given.strip()


def _read_item(given: str, item: Mapping[str, Any]) -> Entry:
    """Return the entry of a URI, or of a secret alone, with the names of its item.

    Raises:
        EntryError: it is invalid.
    """
    from tui.backup.formats._entries import checked_note, make_entry, text

    data = item["data"]
    metadata, content = data.get("metadata"), data.get("content")
    metadata = metadata if isinstance(metadata, dict) else {}
    content = content if isinstance(content, dict) else {}
    title = text(metadata.get("name"), "name")
    user = text(content.get("itemUsername") or content.get("itemEmail"), "username")
    if given.lower().startswith(_STEAM):
        entry = make_entry(OtpType.STEAM, title, user, given[len(_STEAM) :])
    elif "://" in given:
        entry = _read_uri(given, user)
    else:
        entry = make_entry(OtpType.TOTP, title, user, given)
    return replace(
        entry,
        issuer=entry.issuer or title,
        account=entry.account or user,
        note=checked_note(metadata.get("note")),
        pinned=item.get("pinned") is True,
        deleted=1 if item.get("state") == _TRASHED else 0,
    )


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
    from tui.otp import uri

    if entry.type is OtpType.STEAM:
        name, given, kind = _steam_name(entry), f"{_STEAM}{entry.secret.normal}", "Steam"
    else:
        name, given, kind = entry.account or entry.issuer, uri.build(entry), "Totp"
    return {
        "id": str(uuid.uuid4()),
        "content": {"uri": given, "entry_type": kind, "name": name},
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
