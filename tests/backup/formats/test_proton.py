"""Exports of Proton Authenticator and Proton Pass: made here, hostile, and written."""

from __future__ import annotations

import base64
import io
import json
from functools import cache
from typing import Any
from zipfile import ZipFile

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize, site
from tui.backup.export_plan import plan_export
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError, OtpTuiError
from tui.otp.entry import Algorithm, Category, OtpType

PROTON = by_name("proton")
PASSWORD = Credentials("pässword")
SECRET = "JBSWY3DPEHPK3PXP"
URI = f"otpauth://totp/Site:ada?secret={SECRET}&issuer=Site&algorithm=SHA256&digits=8&period=60"
AAD = b"proton.authenticator.export.v1"


def row(uri: Any = URI, name: Any = "ada", note: Any = None) -> dict[str, Any]:
    kind = "Steam" if str(uri).startswith("steam:") else "Totp"
    return {"id": "x", "content": {"uri": uri, "entry_type": kind, "name": name}, "note": note}


def plain(*rows: Any, **root: Any) -> bytes:
    return json.dumps({"version": 1, "entries": list(rows), **root}).encode()


@cache
def key_of(salt: bytes, password: str = "pässword") -> bytes:
    return hash_secret_raw(password.encode(), salt, 2, 19456, 1, 32, Type.ID)


def encrypted(text: bytes, salt: bytes = b"s" * 16, **root: Any) -> bytes:
    sealed = bytes(12) + AESGCM(key_of(b"s" * 16)).encrypt(bytes(12), text, AAD)
    made = {"salt": base64.b64encode(salt).decode(), "content": base64.b64encode(sealed).decode()}
    return json.dumps({"version": 1, **made, **root}).encode()


def read(data: bytes, credentials: Credentials = PASSWORD) -> Backup:
    assert recognize(data) is PROTON
    return PROTON.read(data, credentials)


def test_totp_and_steam_entries_with_notes() -> None:
    rows = (
        row(note="a\nnote"),
        row(f"steam://{SECRET}", "gamer"),
        row(f"steam://{SECRET}", "Shop: ada"),
        row(f"otpauth://totp/?secret={SECRET}", "typed"),
    )
    backup = read(plain(*rows))
    assert not backup.problems
    assert [(each.type, each.issuer, each.account) for each in backup.entries] == [
        (OtpType.TOTP, "Site", "ada"),
        (OtpType.STEAM, "Steam", "gamer"),
        (OtpType.STEAM, "Shop", "ada"),
        (OtpType.TOTP, "", "typed"),
    ]
    entry = backup.entries[0]
    assert (entry.note, entry.algorithm, entry.digits, entry.period) == (
        "a\nnote",
        Algorithm.SHA256,
        8,
        60,
    )


def test_an_encrypted_file_opens_with_its_password_only() -> None:
    data = encrypted(plain(row()))
    assert needs(PROTON, data) is Needs.PASSWORD
    assert [each.issuer for each in read(data).entries] == ["Site"]
    for password in ("", "passwort", "\ud800"):
        with pytest.raises(BackupPasswordError):
            read(data, Credentials(password))


def test_one_bad_entry_is_reported_and_the_others_are_read() -> None:
    zero = URI.replace("digits=8", "digits=0")
    bad = (row(None), row("https://x"), row(zero), row(note=7), row("steam://018"))
    backup = read(plain(row(), *bad, row()))
    assert len(backup.entries) == 2
    assert [each.what for each in backup.problems] == [f"entry {n} (ada)" for n in range(2, 7)]
    assert not any(SECRET in each.reason for each in backup.problems)


HOSTILE = {
    "newer": plain(row(), version=2),
    "newer and encrypted": encrypted(plain(), version=2),
    "version true": plain(row(), version=True),
    "a short salt": encrypted(plain(), salt=b"s"),
    "salt a number": encrypted(plain(), salt=b"s" * 16).replace(b'"salt": "', b'"salt": 7, "x": "'),
    "not base64": encrypted(plain(), content="A!"),
    "no tag": encrypted(plain(), content="AAAA"),
    "encrypted text": encrypted(b"hello"),
    "encrypted list": encrypted(b"[]"),
    "encrypted number": encrypted(b'{"entries":7}'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_raises_one_sentence(name: str) -> None:
    data = HOSTILE[name]
    assert recognize(data) is PROTON
    with pytest.raises(FormatError) as caught:
        PROTON.read(data, PASSWORD)
    assert str(caught.value).endswith(".")
    assert "newer" in str(caught.value) or not name.startswith("newer")


def test_no_password_is_asked_for_a_newer_file() -> None:
    assert needs(PROTON, HOSTILE["newer and encrypted"]) is Needs.NOTHING


# -- Proton Pass -----------------------------------------------------------------------------


def item(uri: Any, *more: Any, state: int = 1, **changes: Any) -> dict[str, Any]:
    data = {
        "metadata": {"name": "Shop", "note": "remember"},
        "type": "login",
        "content": {"itemUsername": "ada", "itemEmail": "e@x.org", "password": "hunter2",
                    "totpUri": uri},
        "extraFields": [{"fieldName": "2", "type": "totp", "data": {"totpUri": each}}
                        for each in more],
    }  # fmt: skip
    return {"data": data, "state": state, "pinned": False, **changes}


def archive(*items: Any, name: str = "Proton Pass/data.json", **root: Any) -> bytes:
    vaults = {"id": {"name": "Private", "items": list(items)}}
    made = io.BytesIO()
    with ZipFile(made, "w") as written:
        written.writestr("Proton Pass/files/photo.png", b"\x89PNG")
        written.writestr(name, json.dumps({"version": "1.21", "vaults": vaults, **root}))
    return made.getvalue()


@pytest.mark.parametrize(
    "place",
    [
        lambda fields: {"sections": [None, {"sectionName": "s", "sectionFields": fields}]},
        lambda fields: {"extraSections": [{"sectionFields": fields}]},
        lambda fields: {"extraWorkDetails": fields, "sections": 7},
    ],
)
def test_fields_of_sections_in_proton_pass_are_read(place: Any) -> None:
    field = {"fieldName": "code", "type": "totp", "data": {"totpUri": SECRET}}
    hidden = {"fieldName": "pin", "type": "hidden", "data": {"content": "1"}}
    custom = {"metadata": {"name": "Server"}, "type": "custom", "content": place([hidden, field])}
    (entry,) = read(archive({"data": custom, "state": 1})).entries
    assert (entry.issuer, entry.secret.normal) == ("Server", SECRET)


def test_the_unpacked_file_of_proton_pass_is_read() -> None:
    vaults = {"id": {"name": "Private", "items": [item(URI)]}}
    data = json.dumps({"version": "1.21", "userId": "u", "vaults": vaults}).encode()
    assert recognize(data) is PROTON
    assert [each.issuer for each in read(data).entries] == ["Site"]


def test_all_one_time_passwords_of_proton_pass_are_read() -> None:
    data = archive(
        item(f"otpauth://totp/?secret={SECRET}", SECRET, f"steam://{SECRET}", pinned=True),
        item("", state=2),
        item(URI, state=2),
        item("otpauth://totp/x?issuer=no-secret"),
        None,
        {"data": {"type": "note", "metadata": 7, "content": [], "extraFields": {}}},
    )
    assert needs(PROTON, data) is Needs.NOTHING
    backup = read(data)
    assert [(each.type, each.issuer, each.account) for each in backup.entries] == [
        (OtpType.TOTP, "Shop", "ada"),
        (OtpType.TOTP, "Shop", "ada"),
        (OtpType.STEAM, "Shop", "ada"),
        (OtpType.TOTP, "Site", "ada"),
    ]
    assert [bool(each.deleted) for each in backup.entries] == [False, False, False, True]
    assert [each.pinned for each in backup.entries] == [True, True, True, False]
    assert {each.note for each in backup.entries} == {"remember"}
    assert [each.name for each in backup.categories] == ["Private"]
    assert [each.what for each in backup.problems] == ["entry 5 (Shop)"]
    assert "hunter2" not in str([(each.note, each.secret.given) for each in backup.entries])


@pytest.mark.parametrize("name", ["Proton Pass/data.pgp", "Proton Pass/data.json.pgp"])
def test_pgp_is_named(name: str) -> None:
    data = archive(name=name)
    assert needs(PROTON, data) is Needs.NOTHING
    with pytest.raises(FormatError, match="PGP"):
        read(data)


def test_other_archives_are_not_proton_pass() -> None:
    assert recognize(archive(name="data.json")) is not PROTON
    with pytest.raises(FormatError):
        PROTON.read(archive(name="data.json"), PASSWORD)
    with pytest.raises(FormatError, match="no vaults"):
        read(archive(vaults=[]))


# -- export ----------------------------------------------------------------------------------


def test_the_app_can_open_what_is_written() -> None:
    rows = (
        site(issuer="GitHub", note="a note", pinned=True),
        site(type=OtpType.STEAM, digits=5, issuer="Boeing", account="Sophia", ranking=1),
        site(type=OtpType.STEAM, digits=5, issuer="Steam", account="me", ranking=2),
        site(type=OtpType.HOTP, ranking=3),
    )
    plan = plan_export(PROTON, Backup(rows, (Category.named("Work"),)))
    assert [each.reason for each in plan.left_out] == ["Proton Authenticator doesn't support HOTP"]
    assert PROTON.write is not None
    data = PROTON.write(plan.backup, PASSWORD)
    root = json.loads(data)
    salt, sealed = (base64.b64decode(root[key]) for key in ("salt", "content"))
    assert (root["version"], root.keys(), len(salt)) == (1, {"version", "salt", "content"}, 16)
    inner = json.loads(AESGCM(key_of(salt)).decrypt(sealed[:12], sealed[12:], AAD))
    assert inner["version"] == 1
    assert [each["content"] for each in inner["entries"]] == [
        {
            "uri": f"otpauth://totp/GitHub%3Aada?secret={SECRET}&issuer=GitHub",
            "entry_type": "Totp",
            "name": "ada",
        },
        {"uri": f"steam://{SECRET}", "entry_type": "Steam", "name": "Boeing: Sophia"},
        {"uri": f"steam://{SECRET}", "entry_type": "Steam", "name": "me"},
    ]
    assert [each["note"] for each in inner["entries"]] == ["a note", None, None]
    assert len({each["id"] for each in inner["entries"]} - {each.id for each in rows}) == 3
    assert [each.issuer for each in read(data).entries] == ["GitHub", "Boeing", "Steam"]


def test_an_export_needs_a_password() -> None:
    assert PROTON.write is not None
    with pytest.raises(FormatError, match="password"):
        PROTON.write(Backup((site(),)), Credentials())


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["content", "uri", "name", "note", "data", "metadata", "extraFields"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(value=_values, other=_values)
def test_no_values_raise_anything_but_our_errors(value: Any, other: Any) -> None:
    for data in (
        plain(value, row(other), row(name=other), row(note=other)),
        archive(value, item(URI, data=other), item(other, other), item(URI, state=other)),
    ):
        try:
            PROTON.read(data, PASSWORD)
        except OtpTuiError:
            continue
