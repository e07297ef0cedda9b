"""2FAS: backups of schema 1 to 4, plain and encrypted; exports are encrypted.

Spec: formats.md, section 2.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tui.backup.content import FileContent
from tui.backup.model import Backup, Credentials, ExportPlan, Format, Needs, Problem
from tui.errors import AuthenticationError, BackupPasswordError, EntryError, FormatError
from tui.otp.entry import Category, Entry, OtpType

SCHEMA = 4
"""The newest version of the file that is read, and the one that is written."""
ROUNDS = 10_000
"""Rounds of PBKDF2-HMAC-SHA256, fixed by the app."""
SALT, IV = 256, 12
"""Lengths in bytes."""
REFERENCE = (
    b"tRViSsLKzd86Hprh4ceC2OP7xazn4rrt4xhfEUbOjxLX8Rc3mkISXE0lWbmnWfgg"
    b"ogbBJhtYgpK6fMl1D6mtsy92R3HkdGfwuXbzLebqVFJsR7IZ2w58t938iymwG4824"
    b"igYy1wi6n2WDpO1Q1P69zwJGs2F5a1qP4MyIiDSD7NCV2OvidXQCBnDlGfmz0f1BQ"
    b"ySRkkt4ryiJeCjD2o4QsveJ9uDBUn8ELyOrESv5R5DMDkD4iAF8TXU7KyoJujd"
)
"""A constant that every encrypted file has, for the app to check the password."""
MAX_COUNTER = 2**31 - 1
"""The highest counter that the app can store."""
DIGITS = range(5, 9)
"""The numbers of digits that the app supports."""
PERIODS = (10, 30, 60, 90)
"""The periods that the app offers; it exports others, too."""

_MARK = re.compile(rb'"schemaVersion"\s*:')
_TYPES = (OtpType.TOTP, OtpType.HOTP, OtpType.STEAM)


def _sniff(content: FileContent) -> bool:
    root = content.json
    if root is None:
        start = content.data.lstrip()[:1] == b"{"
        return start and b'"services"' in content.data and bool(_MARK.search(content.data))
    return isinstance(root, dict) and "schemaVersion" in root and "services" in root


def _needs(content: FileContent) -> Needs:
    root = content.json
    if not isinstance(root, dict) or root.get("servicesEncrypted") is None:
        return Needs.NOTHING
    return Needs.PASSWORD if _is_known(root) else Needs.NOTHING


def _is_known(root: Mapping[str, Any]) -> bool:
    version = root.get("schemaVersion")
    return type(version) is int and 1 <= version <= SCHEMA


def _read(data: bytes, credentials: Credentials) -> Backup:
    """Read a backup of any schema.

    Raises:
        FormatError: it is not one, is newer, or is damaged.
        BackupPasswordError: the password is wrong or missing.
    """
    from tui.backup.formats._entries import Collector
    from tui.backup.formats._json import load, load_object

    root = load_object(data)
    if "schemaVersion" not in root or "services" not in root:
        raise FormatError("The file is not a 2FAS backup.")
    if not _is_known(root):
        raise FormatError("This 2FAS backup is newer than otp-tui knows.", "Update otp-tui.")
    rows = root["services"]
    if not isinstance(rows, list):
        raise FormatError("The 2FAS backup is damaged: it has no list of services.")
    if root.get("servicesEncrypted") is not None:
        hidden = load(_open(root, credentials))
        rows = [*hidden, *rows] if isinstance(hidden, list) else None
    if rows is None:
        raise FormatError("The 2FAS backup is damaged: it has no list of services.")
    found = Collector()
    groups: dict[str, Any] = {}
    listed = root.get("groups")
    for group in listed if isinstance(listed, list) else []:
        if isinstance(group, dict) and isinstance(group.get("id"), str):
            groups[group["id"]] = group.get("name")
            found.category(group.get("name"))
    for row in sorted(rows, key=_position):
        service = row if isinstance(row, dict) else {}
        group = service.get("groupId")
        found.add(
            service.get("name"),
            lambda row=row: read_service(row),  # type: ignore[misc]
            [groups.get(group)] if isinstance(group, str) else (),
        )
    return found.backup()


def _position(row: object) -> int:
    order = row.get("order") if isinstance(row, dict) else None
    position = order.get("position") if isinstance(order, dict) else None
    return position if type(position) is int else 0


def _open(root: Mapping[str, Any], credentials: Credentials) -> bytes:
    """Return the JSON of the services.

    Raises:
        FormatError: the file is damaged.
        BackupPasswordError: the password is wrong or missing.
    """
    from tui.backup.formats._passwords import password_bytes
    from tui.crypto import kdf
    from tui.crypto.aead import aes_gcm_decrypt

    sealed, salt, iv = _parts(root["servicesEncrypted"])
    key = kdf.pbkdf2("SHA256", password_bytes(credentials), salt, ROUNDS)
    try:
        return aes_gcm_decrypt(key, iv, sealed)
    except AuthenticationError:
        if _opens_reference(root, salt, key):
            raise FormatError("The 2FAS backup is damaged.", "Export it again.") from None
        raise BackupPasswordError("Wrong password.") from None


def _opens_reference(root: Mapping[str, Any], salt: bytes, key: bytes) -> bool:
    from tui.crypto.aead import aes_gcm_decrypt

    try:
        sealed, own, iv = _parts(root.get("reference"))
        aes_gcm_decrypt(key, iv, sealed)
    except (AuthenticationError, FormatError):
        return False
    return own == salt


def _parts(text: object) -> tuple[bytes, bytes, bytes]:
    """Return ciphertext and tag, salt, and IV.

    Raises:
        FormatError: they are not there.
    """
    try:
        sealed, salt, iv = (base64.b64decode(part, validate=True) for part in _split(text))
    except (ValueError, binascii.Error):
        raise FormatError("The 2FAS backup is damaged: its services can't be decrypted.") from None
    if not 1 <= len(salt) <= 4 * SALT or len(iv) != IV:
        raise FormatError("The 2FAS backup is damaged: its services can't be decrypted.")
    return sealed, salt, iv


def _split(text: object) -> list[str]:
    return text.split(":", 3) if isinstance(text, str) else []


def read_service(row: object) -> Entry:
    """Return the entry of one service.

    Raises:
        EntryError: it is invalid, or not supported.
    """
    from tui.backup.formats._entries import make_entry, otp_type, text

    if not isinstance(row, dict):
        raise EntryError("it is not an object")
    otp = row.get("otp")
    if otp is None:
        otp = {}
    if not isinstance(otp, dict):
        raise EntryError("its settings are not an object")
    name = text(row.get("name"), "name").strip()
    issuer = text(otp.get("issuer"), "issuer")
    account = text(otp.get("account"), "account")
    if not issuer.strip() and name != account.strip():
        issuer = name
    note = f"Name in 2FAS: {name}" if name not in {"", issuer.strip(), account.strip()} else ""
    return make_entry(
        otp_type(otp.get("tokenType"), OtpType.TOTP),
        issuer,
        account,
        row.get("secret"),
        algorithm=otp.get("algorithm"),
        digits=otp.get("digits"),
        period=otp.get("period"),
        counter=otp.get("counter"),
        note=note,
    )


def _write(backup: Backup, credentials: Credentials) -> bytes:
    """Return an encrypted backup of schema 4.

    Raises:
        FormatError: the app can't store an entry, or the password is missing or invalid.
    """
    from tui.backup.formats._passwords import password_bytes
    from tui.backup.formats._round_trip import check_all_fit
    from tui.clock import SystemClock
    from tui.crypto import kdf
    from tui.crypto.aead import aes_gcm_encrypt

    plan = _plan_export(backup)
    check_all_fit(plan, "2FAS")
    moment = int(SystemClock().now() * 1000)
    groups = _groups(plan.backup.categories, moment)
    services = [
        write_service(entry, place, moment)
        | ({"groupId": groups[entry.categories[0].category]["id"]} if entry.categories else {})
        for place, entry in enumerate(plan.backup.entries)
    ]
    salt = os.urandom(SALT)
    key = kdf.pbkdf2("SHA256", password_bytes(credentials, FormatError), salt, ROUNDS)

    def sealed(plain: bytes) -> str:
        iv = os.urandom(IV)
        parts = (aes_gcm_encrypt(key, iv, plain), salt, iv)
        return ":".join(base64.b64encode(part).decode() for part in parts)

    root = {
        "services": [],
        "groups": list(groups.values()),
        "updatedAt": moment,
        "schemaVersion": SCHEMA,
        "appVersionCode": 5000029,
        "appVersionName": "5.4.8",
        "appOrigin": "android",
        "servicesEncrypted": sealed(_json(services)),
        "reference": sealed(REFERENCE),
    }
    return _json(root)


def _json(root: object) -> bytes:
    return json.dumps(root, ensure_ascii=False, separators=(",", ":")).encode()


def _groups(categories: tuple[Category, ...], moment: int) -> dict[str, dict[str, Any]]:
    import uuid

    return {
        each.id: {
            "id": str(uuid.uuid4()),
            "name": each.name,
            "isExpanded": True,
            "updatedAt": moment,
        }
        for each in categories
    }


def write_service(entry: Entry, place: int, moment: int) -> dict[str, Any]:
    """Return one service; `place` counts from 0, `moment` is in milliseconds."""
    from tui.text import clean

    issuer, account = clean(entry.issuer), clean(entry.account or "")
    otp: dict[str, Any] = {
        "label": account,
        "account": account,
        "issuer": issuer,
        "digits": entry.digits if entry.type.has_digits else entry.type.default_digits,
        "algorithm": entry.algorithm.value,
        "tokenType": entry.type.name,
        "source": "Manual",
    }
    if entry.type.has_counter:
        otp["counter"] = entry.counter
    else:
        otp["period"] = entry.period if entry.type.has_period else entry.type.default_period
    return {
        "name": issuer or account,
        "secret": entry.secret.normal,
        "updatedAt": entry.updated * 1000 or moment,
        "otp": otp,
        "order": {"position": place},
    }


def _plan_export(backup: Backup) -> ExportPlan:
    from tui.backup.formats._round_trip import plan_round_trip

    plan = plan_round_trip(backup, _reread, most_categories=1)
    odd = tuple(
        Problem(entry.label, f"2FAS may not accept its period of {entry.period} seconds", False)
        for entry in plan.backup.entries
        if entry.type.has_period and entry.period not in PERIODS
    )
    return replace(plan, notes=odd)


def _reread(entry: Entry) -> Entry:
    """Return the entry as it will be read back.

    Raises:
        EntryError: the app can't store it.
    """
    if entry.type not in _TYPES:
        raise EntryError(f"2FAS doesn't support {entry.type.short_label}")
    if entry.type.has_digits and entry.digits not in DIGITS:
        raise EntryError(f"it has {entry.digits} digits; 2FAS supports only 5 to 8")
    if entry.type.has_counter and entry.counter > MAX_COUNTER:
        raise EntryError("its counter is too high for 2FAS")
    return read_service(write_service(entry, 0, 0))


FORMAT = Format(
    name="2fas",
    label="2FAS",
    suffixes=(".2fas", ".json"),
    sniff=_sniff,
    needs=_needs,
    read=_read,
    app="2FAS",
    how_to_export="Settings > 2FAS Backup > Export. Set a password if you want.",
    write=_write,
    plan_export=_plan_export,
    keeps=frozenset({"categories"}),
)
