"""Exports of Bitwarden: what belongs to OTPs, the encryption, and damaged files."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
from contextlib import suppress
from typing import Any
from zipfile import ZipFile

import pytest
from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize
from tests.vault.support import FLOOR, entry
from tui.backup.export_plan import plan_export
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError
from tui.otp.entry import Binding, Category, OtpType

BITWARDEN = by_name("bitwarden")
SECRET = "GEZDGNBVGY3TQOJQ"
PASSWORD = Credentials("pässword", kdf=FLOOR)


def item(totp: object = SECRET, **changes: Any) -> dict[str, Any]:
    login = {"username": "ada", "password": "of the login", "totp": totp}
    return {"type": 1, "name": "Site", "favorite": False, "login": login, **changes}


def export(*items: Any, **more: Any) -> bytes:
    return json.dumps({"encrypted": False, "folders": [], "items": items, **more}).encode()


def read(data: bytes, password: str = "") -> Backup:
    return BITWARDEN.read(data, Credentials(password))


def keys_of(root: dict[str, Any], password: str) -> tuple[bytes, bytes]:
    """Derive both keys with primitives only."""
    salt = root["salt"].encode()
    if root["kdfType"] == 0:
        key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, root["kdfIterations"])
    else:
        key = hash_secret_raw(
            password.encode(),
            hashlib.sha256(salt).digest(),
            root["kdfIterations"],
            root["kdfMemory"] * 1024,
            root["kdfParallelism"],
            32,
            Type.ID,
        )
    made = [HKDFExpand(hashes.SHA256(), 32, info).derive(key) for info in (b"enc", b"mac")]
    return made[0], made[1]


def sealed(text: bytes, keys: tuple[bytes, bytes]) -> str:
    padder = padding.PKCS7(128).padder()
    cipher = Cipher(algorithms.AES(keys[0]), modes.CBC(bytes(16))).encryptor()
    body = cipher.update(padder.update(text) + padder.finalize()) + cipher.finalize()
    mac = hmac.digest(keys[1], bytes(16) + body, "sha256")
    return "2." + "|".join(base64.b64encode(each).decode() for each in (bytes(16), body, mac))


def opened(text: str, keys: tuple[bytes, bytes]) -> bytes:
    iv, body, mac = (base64.b64decode(each) for each in text.removeprefix("2.").split("|"))
    assert hmac.digest(keys[1], iv + body, "sha256") == mac
    cipher = Cipher(algorithms.AES(keys[0]), modes.CBC(iv)).decryptor()
    unpadder = padding.PKCS7(128).unpadder()
    return unpadder.update(cipher.update(body) + cipher.finalize()) + unpadder.finalize()


def protected(inner: bytes, password: str = "p", **changes: Any) -> bytes:
    root: dict[str, Any] = {
        "encrypted": True,
        "passwordProtected": True,
        "salt": "c2FsdA==",
        "kdfType": 1,
        "kdfIterations": 1,
        "kdfMemory": 1,
        "kdfParallelism": 1,
    }
    keys = keys_of(root, password)
    root |= {"encKeyValidation_DO_NOT_EDIT": sealed(b"a uuid", keys), "data": sealed(inner, keys)}
    return json.dumps({**root, **changes}).encode()


def test_what_belongs_to_an_otp_is_read_and_no_password() -> None:
    data = export(
        item(folderId="f", favorite=True, notes="a note"),
        item("otpauth://totp/?secret=GEZDGNBV&issuer=Other", collectionIds=["c", "gone"]),
        item("otpauth://totp/lone?secret=GEZDGNBV&digits=8"),
        item("otpauth://totp/?secret=GEZDGNBV"),
        item("steam://GEZDGNBV", deletedDate="2026-01-01T00:00:00.000Z"),
        item(None),
        item(""),
        {"type": 2, "name": "A note", "notes": "x"},
        folders=[{"id": "f", "name": "Work"}, {"id": "g", "name": "Cards, without codes"}],
        collections=[{"id": "c", "name": "Team"}],
    )
    found = recognize(data)
    assert found is BITWARDEN
    assert needs(BITWARDEN, data) is Needs.NOTHING
    backup = read(data)
    assert not backup.problems
    first, second, third, fourth, steam = backup.entries
    assert (first.issuer, first.account, first.secret.normal) == ("Site", "ada", SECRET)
    assert (first.note, first.pinned) == ("a note", True)
    names = {each.id: each.name for each in backup.categories}
    assert list(names.values()) == ["Work", "Team"]
    assert [names[each.category] for each in first.categories] == ["Work"]
    assert [names[each.category] for each in second.categories] == ["Team"]
    assert (second.issuer, second.account) == ("Other", "ada")
    assert (third.issuer, third.account, third.digits) == ("Site", "lone", 8)
    assert (fourth.issuer, fourth.account) == ("Site", "ada")
    assert (steam.type, steam.issuer, bool(steam.deleted)) == (OtpType.STEAM, "Site", True)
    assert "of the login" not in repr(backup)


def test_a_csv_export_may_have_line_breaks_and_more_cells_than_columns() -> None:
    header = "folder,favorite,type,name,notes,login_username,login_password,login_totp\r\n"
    rows = (
        f'Work,1,login,Site,"two\nlines",ada,of the login,{SECRET},more,cells\r\n,,note,x,,,,\r\n'
    )
    data = (header + rows).encode()
    assert recognize(data) is BITWARDEN
    (found,) = read(data).entries
    assert (found.issuer, found.account, found.note) == ("Site", "ada", "two\nlines")
    assert found.pinned
    with pytest.raises(FormatError, match="incomplete"):
        read((header + 'Work,1,login,Site,"cut').encode())


@pytest.mark.parametrize(
    "bad",
    [
        5,
        "x",
        item(5),
        item("0189"),
        item("otpauth://totp/x"),
        item("https://example.org"),
        item(name=5),
        item(notes=[1]),
    ],
)
def test_an_invalid_item_is_named_and_the_others_are_read(bad: Any) -> None:
    backup = read(export(item(), bad, item()))
    assert len(backup.entries) == 2
    (problem,) = backup.problems
    assert problem.what.startswith("entry 2")


def test_an_export_opens_with_primitives_only() -> None:
    work, home = Category.named("Work", 1), Category.named("Home", 0)
    rows = (
        entry("Site", digits=8, pinned=True, note="n", categories=(Binding(work.id, 3),)),
        entry(
            "Steam-like", OtpType.STEAM, digits=5, categories=(Binding(home.id), Binding(work.id))
        ),
        entry("Counter", OtpType.HOTP),
    )
    plan = plan_export(BITWARDEN, Backup(rows, (work, home)))
    assert [each.what for each in plan.left_out] == ["Counter (me)"]
    assert [each.reason for each in plan.changed] == ["it is removed from 1 of its 2 categories"]
    assert BITWARDEN.write is not None
    data = BITWARDEN.write(plan.backup, PASSWORD)
    root = json.loads(data)
    assert (root["kdfType"], root["kdfIterations"], root["kdfMemory"]) == (1, 2, 19)
    keys = keys_of(root, PASSWORD.password)
    assert opened(root["encKeyValidation_DO_NOT_EDIT"], keys)
    inner = json.loads(opened(root["data"], keys))
    assert [each["name"] for each in inner["folders"]] == ["Home", "Work"]
    first, second = inner["items"]
    assert first["folderId"] == inner["folders"][1]["id"]
    assert (first["favorite"], first["notes"], first["login"]["username"]) == (True, "n", "me")
    assert first["login"]["totp"].startswith("otpauth://totp/Site%3Ame?secret=")
    assert second["login"]["totp"].startswith("steam://")
    back = BITWARDEN.read(data, PASSWORD)
    assert back.categories == plan.backup.categories
    assert [each.categories for each in back.entries] == [
        each.categories for each in plan.backup.entries
    ]


def zipped(content: bytes, name: str = "data.json", *more: str) -> bytes:
    """Return an archive as Bitwarden makes one for items with attachments."""
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr(name, content)
        for each in ("attachments/", "attachments/id/scan.pdf", *more):
            archive.writestr(each, b"")
    return made.getvalue()


def test_the_zip_export_with_attachments_is_read() -> None:
    data = zipped(export(item(), item(5)))
    assert recognize(data) is BITWARDEN
    assert needs(BITWARDEN, data) is Needs.NOTHING
    backup = read(data)
    assert [(each.issuer, each.account) for each in backup.entries] == [("Site", "ada")]
    assert [each.what for each in backup.problems] == ["entry 2 (Site)"]


def test_other_zip_archives_are_not_exports() -> None:
    other = zipped(export(item()), "other.json")
    assert recognize(other) is None
    assert recognize(zipped(export(item()), "data.json", "readme.txt")) is None
    with pytest.raises(FormatError, match="not an export of Bitwarden"):
        read(other)
    for content in (b"", b"[]", b"{}", b'{"encrypted":'):
        assert recognize(zipped(content)) is BITWARDEN
        with pytest.raises(FormatError):
            read(zipped(content))


def test_a_long_note_is_reported_as_the_app_may_refuse_it() -> None:
    plan = plan_export(BITWARDEN, Backup((entry("Site", note="é" * 4000),)))
    assert "note is too long" in plan.notes[0].reason


def test_a_wrong_password_is_told_apart_from_damage() -> None:
    good = protected(export(item()))
    assert recognize(good) is BITWARDEN
    assert needs(BITWARDEN, good) is Needs.PASSWORD
    assert len(read(good, "p").entries) == 1
    with pytest.raises(BackupPasswordError):
        read(good, "q")
    root = json.loads(good)
    text = root["data"]
    for place in (4, 40, len(text) - 4):
        other = "A" if text[place] != "A" else "B"
        changed = {**root, "data": text[:place] + other + text[place + 1 :]}
        with pytest.raises(FormatError) as caught:
            read(json.dumps(changed).encode(), "p")
        assert not isinstance(caught.value, BackupPasswordError)


@pytest.mark.parametrize(
    "changes",
    [
        {"kdfType": 2},
        {"kdfType": None},
        {"kdfType": True},
        {"kdfIterations": 0},
        {"kdfIterations": -1},
        {"kdfIterations": "3"},
        {"kdfIterations": 10**9},
        {"kdfType": 0, "kdfIterations": 10**9},
        {"kdfMemory": 2**32},
        {"kdfMemory": -1},
        {"kdfParallelism": 10**6},
        {"data": 5},
        {"salt": None},
        {"passwordProtected": False},
    ],
)
def test_no_password_is_asked_for_a_file_that_none_opens(changes: dict[str, Any]) -> None:
    data = protected(export(item()), **changes)
    assert recognize(data) is BITWARDEN
    assert needs(BITWARDEN, data) is Needs.NOTHING
    with pytest.raises(FormatError) as caught:
        read(data, "p")
    assert not isinstance(caught.value, BackupPasswordError)
    assert str(caught.value).endswith(".")


def test_an_account_restricted_export_is_named() -> None:
    data = b'{"encrypted":true,"encKeyValidation_DO_NOT_EDIT":"2.a","folders":[],"items":[]}'
    assert recognize(data) is BITWARDEN
    with pytest.raises(FormatError, match="encrypted for your account") as caught:
        read(data)
    assert "Password protected" in caught.value.hint


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"encrypted":false}', b"a,b\n1,2"])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        read(data)


@given(st.data())
def test_a_damaged_file_raises_only_our_errors(data: st.DataObject) -> None:
    good = data.draw(st.sampled_from([export(item()), protected(export(item()))]))
    place = data.draw(st.integers(0, len(good) - 1))
    changed = good[:place] + data.draw(st.binary(max_size=3)) + good[place + 1 :]
    recognize(changed)
    needs(BITWARDEN, changed)
    for damaged in (changed, good[:place]):
        with suppress(FormatError):
            read(damaged, "p")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "login", "totp", "name", "folderId", "id", "username"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_raises_only_our_errors(value: Any) -> None:
    for data in (export(value), export(item(), folders=value), json.dumps(value).encode()):
        with suppress(FormatError):
            read(data)
