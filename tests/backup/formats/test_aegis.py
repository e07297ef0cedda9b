"""Aegis: its encrypted and plain vaults, read and written."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize, site
from tui.backup.export_plan import plan_export
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError
from tui.otp.entry import Algorithm, Binding, Category, Icon, OtpType
from tui.otp.secret import Secret

AEGIS, PLAIN = by_name("aegis"), by_name("aegis-plain")
KEYS = Credentials("pässword")
WORK = "11111111-1111-4111-8111-111111111111"
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n").decode()


def row(kind: str = "totp", **more: Any) -> dict[str, Any]:
    """A row; what isn't at its top level goes into `info`."""
    info = {"secret": "JBSWY3DPEHPK3PXP", "algo": "SHA1", "digits": 6, "period": 30}
    made = {"type": kind, "uuid": WORK, "name": "ada", "issuer": "Example", "icon": None}
    top = {*made, "note", "favorite", "groups", "group", "archived", "icon_mime"}
    made |= {key: value for key, value in more.items() if key in top}
    info |= {key: value for key, value in more.items() if key not in top}
    return {**made, "info": info}


def database(*rows: Any, version: Any = 3, groups: Any = None) -> dict[str, Any]:
    return {"version": version, "entries": list(rows), "groups": groups or []}


def plain(*rows: Any, **more: Any) -> bytes:
    header = {"slots": None, "params": None}
    return json.dumps({"version": 1, "header": header, "db": database(*rows, **more)}).encode()


def sealed(key: bytes, data: bytes) -> tuple[bytes, dict[str, str]]:
    nonce = hashlib.sha256(data).digest()[:12]
    out = AESGCM(key).encrypt(nonce, data, None)
    return out[:-16], {"nonce": nonce.hex(), "tag": out[-16:].hex()}


def slot(password: str, master: bytes, **more: Any) -> dict[str, Any]:
    salt = bytes(32)
    key = hashlib.scrypt(password.encode(), salt=salt, n=2, r=1, p=1, dklen=32)
    wrapped, params = sealed(key, master)
    made = {"type": 1, "key": wrapped.hex(), "key_params": params, "n": 2, "r": 1, "p": 1}
    return {**made, "salt": salt.hex(), "repaired": True, **more}


def encrypted(*slots: dict[str, Any], db: Any = None) -> dict[str, Any]:
    master = bytes(range(32))
    body, params = sealed(master, json.dumps(db or database(row())).encode())
    used = list(slots) or [slot(KEYS.password, master)]
    text = base64.b64encode(body).decode()
    return {"version": 1, "header": {"slots": used, "params": params}, "db": text}


def dumped(root: Any) -> bytes:
    return json.dumps(root).encode()


def opened(data: bytes, password: str) -> Any:
    """Decrypt with primitives alone, as the docs of Aegis describe it."""
    root = json.loads(data)
    (only,) = root["header"]["slots"]
    key = hashlib.scrypt(
        password.encode(),
        salt=bytes.fromhex(only["salt"]),
        n=only["n"],
        r=only["r"],
        p=only["p"],
        maxmem=2**26,
        dklen=32,
    )

    def unseal(key: bytes, params: dict[str, str], body: bytes) -> bytes:
        tag = bytes.fromhex(params["tag"])
        return AESGCM(key).decrypt(bytes.fromhex(params["nonce"]), body + tag, None)

    master = unseal(key, only["key_params"], bytes.fromhex(only["key"]))
    return json.loads(unseal(master, root["header"]["params"], base64.b64decode(root["db"])))


# -- reading -----------------------------------------------------------------------------------


def test_everything_that_the_vault_can_hold_comes_along() -> None:
    groups = [{"uuid": WORK, "name": "Work"}, {"uuid": "unused", "name": "Unused"}]
    backup = PLAIN.read(
        plain(
            row(note="a\nnote", favorite=True, groups=[WORK, "gone", 5]),
            row("hotp", counter=7, digits=8, algo="SHA512", period=0),
            row("steam", digits=5, icon=PNG, icon_mime="image/png"),
            row("motp", secret="4MK2VPG6", algo="MD5", period=10, pin="1234"),
            row("yandex", secret="GEZDGNBVGY3TQOJQGEZDGNBVGY", algo="SHA256", digits=8, pin="12"),
            groups=groups,
        ),
        KEYS,
    )
    first, counted, steam, motp, yandex = backup.entries
    assert (first.note, first.pinned) == ("a\nnote", True)
    assert [each.name for each in backup.categories] == ["Work", "Unused"]
    assert first.categories == (Binding(Category.named("Work").id),)
    assert (counted.counter, counted.digits, counted.algorithm) == (7, 8, Algorithm.SHA512)
    assert steam.icon == f"@{backup.icons[0].id}"
    assert backup.icons[0].data == PNG
    assert (motp.type, motp.secret.given, motp.pin) == (OtpType.MOTP, "e315aabcde", "1234")
    assert (yandex.type, yandex.pin) == (OtpType.YANDEX, "12")
    assert not backup.problems


def test_a_group_of_older_versions_is_a_name() -> None:
    backup = PLAIN.read(plain(row(group="Work"), row(group=None), version=2), KEYS)
    assert [bool(each.categories) for each in backup.entries] == [True, False]
    assert [each.name for each in backup.categories] == ["Work"]


def test_md5_outside_of_mobile_otp_means_sha_1() -> None:
    (entry,) = PLAIN.read(plain(row(algo="MD5")), KEYS).entries
    assert entry.algorithm is Algorithm.SHA1


def test_an_archived_entry_is_imported_and_reported() -> None:
    backup = PLAIN.read(plain(row(archived=True)), KEYS)
    assert len(backup.entries) == 1
    assert [(each.what, each.refused) for each in backup.problems] == [("entry 1 (Example)", False)]


@pytest.mark.parametrize(
    "bad",
    [
        row(digits=0),
        row(period=0),
        row(algo="SHA224"),
        row("totp2"),
        row(secret=""),
        row(secret=None),
        row("motp", secret="1"),
        row(name=5),
        row(note=[]),
        {**row(), "info": []},
        None,
        "x",
    ],
    ids=repr,
)
def test_an_invalid_entry_is_named_and_the_others_are_read(bad: Any) -> None:
    backup = PLAIN.read(plain(row(), bad, row()), KEYS)
    assert [each.ranking for each in backup.entries] == [0, 1]
    (problem,) = backup.problems
    assert problem.what.startswith("entry 2")
    assert problem.refused


@pytest.mark.parametrize("icon", ["", "not base64!", 7, ["x"], "A" * 3_000_000], ids=repr)
def test_an_invalid_icon_is_dropped(icon: Any) -> None:
    backup = PLAIN.read(plain(row(icon=icon)), KEYS)
    assert backup.entries[0].icon is None
    assert backup.icons == ()


def test_any_of_several_password_slots_opens_a_file() -> None:
    master = bytes(range(32))
    biometric = {"type": 2, "key": "00", "key_params": {}}
    slots = biometric, slot("one", master), slot("two", master, is_backup=True)
    data = dumped(encrypted(*slots))
    for password in ("one", "two"):
        assert len(AEGIS.read(data, Credentials(password)).entries) == 1
    with pytest.raises(BackupPasswordError, match=r"^Wrong password\.$"):
        AEGIS.read(data, Credentials("three"))


def test_a_file_without_a_password_slot_asks_for_no_password() -> None:
    data = dumped(encrypted({"type": 2}))
    found = recognize(data)
    assert found is AEGIS
    assert needs(found, data) is Needs.NOTHING
    with pytest.raises(FormatError, match="only by the device"):
        AEGIS.read(data, KEYS)


def test_a_long_password_of_an_old_version_gets_a_hint() -> None:
    data = dumped(encrypted(slot("x", bytes(32), repaired=False)))
    with pytest.raises(BackupPasswordError) as caught:
        AEGIS.read(data, Credentials("y" * 65))
    assert "newer Aegis" in caught.value.hint


def test_changed_entries_are_told_apart_from_a_wrong_password() -> None:
    root = encrypted()
    root["header"]["params"]["tag"] = "00" * 16
    with pytest.raises(FormatError, match="damaged") as caught:
        AEGIS.read(dumped(root), KEYS)
    assert not isinstance(caught.value, BackupPasswordError)


@pytest.mark.parametrize(
    ("root", "newer"),
    [
        ({"version": 2, "header": {}, "db": {}}, "newer version 2"),
        ({"version": 1, "header": {}, "db": {"version": 4}}, "newer version 4"),
    ],
)
def test_a_newer_version_is_named(root: Any, newer: str) -> None:
    with pytest.raises(FormatError, match=newer):
        PLAIN.read(dumped(root), KEYS)


Change = Callable[[Any], object]
HOSTILE: dict[str, Change] = {
    "no header": lambda root: root.update(header=None),
    "slots an object": lambda root: root["header"].update(slots={}),
    "a slot of text": lambda root: root["header"].update(slots=["x"]),
    "no params": lambda root: root["header"].update(params=None),
    "short nonce": lambda root: root["header"]["params"].update(nonce="00"),
    "tag not hex": lambda root: root["header"]["params"].update(tag="zz" * 16),
    "not base64": lambda root: root.update(db="*"),
    "not ASCII": lambda root: root.update(db="é"),
    "wrapped key short": lambda root: root["header"]["slots"][0].update(key="00"),
    "salt not hex": lambda root: root["header"]["slots"][0].update(salt="x"),
    "n text": lambda root: root["header"]["slots"][0].update(n="32768"),
    "n true": lambda root: root["header"]["slots"][0].update(n=True),
    "n no power of two": lambda root: root["header"]["slots"][0].update(n=3),
    "n 0": lambda root: root["header"]["slots"][0].update(n=0),
    "n 2^40": lambda root: root["header"]["slots"][0].update(n=2**40),
    "r 64": lambda root: root["header"]["slots"][0].update(r=64),
    "p 17": lambda root: root["header"]["slots"][0].update(p=17),
    "17 slots": lambda root: root["header"].update(slots=root["header"]["slots"] * 17),
    "5 slots of 1 GiB": lambda root: root["header"].update(
        slots=[{**root["header"]["slots"][0], "n": 2**20, "r": 8}] * 5
    ),
    "version text": lambda root: root.update(version="1"),
    "entries an object": lambda root: root.update(db={"entries": {}}),
    "database a list": lambda root: root.update(db=[]),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(name: str) -> None:
    root = encrypted()
    HOSTILE[name](root)
    recognize(dumped(root))
    with pytest.raises(FormatError) as caught:
        AEGIS.read(dumped(root), KEYS)
    assert not isinstance(caught.value, BackupPasswordError)
    assert str(caught.value).endswith(".")


def test_a_file_that_is_cut_off_is_recognized_and_refused() -> None:
    for form, data in ((AEGIS, dumped(encrypted())), (PLAIN, plain(row()))):
        for end in range(60, len(data), 37):
            assert recognize(data[:end]) is form
            assert needs(form, data[:end]) is Needs.NOTHING
            with pytest.raises(FormatError):
                form.read(data[:end], KEYS)


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["00", WORK]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(data=st.data())
def test_no_value_anywhere_raises_anything_else(data: st.DataObject) -> None:
    entry = row(groups=[WORK], icon=PNG)
    root = data.draw(
        st.sampled_from([encrypted(), json.loads(plain(entry, groups=[{"uuid": WORK}]))])
    )
    root = deepcopy(root)
    at: Any = root
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        deeper = isinstance(at[key], dict | list) and at[key] and data.draw(st.booleans())
        if not deeper:
            break
        at = at[key]
    at[key] = data.draw(_values)
    found = recognize(dumped(root))
    for form in {AEGIS, found} - {None}:
        assert form is not None
        needs(form, dumped(root))
        with suppress(FormatError):
            form.read(dumped(root), KEYS)


def test_the_text_export_is_a_list_of_uris() -> None:
    """As the published source writes URIs: the scheme motp has no authority."""
    lines = (
        "motp:/Bank%3Aada?secret=e315aabcde&issuer=Bank",
        "otpauth://yaotp/Ya%3Aada?period=30&digits=8&algorithm=SHA256"
        "&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY&pin=GEZDGNA&issuer=Ya",
        "otpauth://steam/Steam%3Aada?period=30&digits=5&algorithm=SHA1&secret=JBSWY3DP&issuer=Steam",
        "otpauth://hotp/ada?counter=7&digits=6&algorithm=SHA1&secret=JBSWY3DP",
    )
    data = "\n".join(lines).encode()
    found = recognize(data)
    assert found is by_name("otpauth-uris")
    backup = found.read(data, KEYS)
    assert not backup.problems
    assert [(each.type, each.issuer, each.account) for each in backup.entries] == [
        (OtpType.MOTP, "Bank", "ada"),
        (OtpType.YANDEX, "Ya", "ada"),
        (OtpType.STEAM, "Steam", "ada"),
        (OtpType.HOTP, "", "ada"),
    ]
    assert backup.entries[0].secret.given == "e315aabcde"
    assert backup.entries[1].pin == "1234"


# -- writing -----------------------------------------------------------------------------------


def full() -> Backup:
    work, web = Category.named("Work", 5), Category.named("Web", 2)
    return Backup(
        (
            site(note="a note", pinned=True, categories=(Binding(work.id, 3), Binding(web.id))),
            site(type=OtpType.HOTP, counter=9, digits=8, algorithm=Algorithm.SHA256, ranking=1),
            site(type=OtpType.STEAM, digits=5, icon="@0badcafe", ranking=2),
            site("e315aabcde", type=OtpType.MOTP, period=10, pin="1234", ranking=3),
            site("GEZDGNBVGY3TQOJQGEZDGNBVGY", type=OtpType.YANDEX, digits=8, pin="1", ranking=4),
        ),
        (work, web),
        (Icon("0badcafe", PNG),),
    )


def test_an_independent_reader_opens_what_is_written() -> None:
    assert AEGIS.write is not None
    planned = plan_export(AEGIS, full())
    assert (planned.left_out, planned.changed) == ((), ())
    data = AEGIS.write(planned.backup, KEYS)
    slot = json.loads(data)["header"]["slots"][0]
    assert (slot["n"], slot["r"], slot["p"], slot["repaired"]) == (32768, 8, 1, True)
    assert len(slot["salt"]) == 64
    found = opened(data, KEYS.password)
    names = {each["uuid"]: each["name"] for each in found["groups"]}
    assert list(names.values()) == ["Web", "Work"]
    first, counted, steam, motp, yandex = found["entries"]
    assert [names[each] for each in first["groups"]] == ["Work", "Web"]
    assert (first["note"], first["favorite"], first["icon"]) == ("a note", True, None)
    assert first["info"] == {
        "secret": "JBSWY3DPEHPK3PXP",
        "algo": "SHA1",
        "digits": 6,
        "period": 30,
    }
    assert counted["info"] == {
        "secret": "JBSWY3DPEHPK3PXP",
        "algo": "SHA256",
        "digits": 8,
        "counter": 9,
    }
    assert (steam["icon"], steam["icon_mime"]) == (PNG, "image/png")
    assert motp["info"] == {
        "secret": "4MK2VPG6",
        "algo": "MD5",
        "digits": 6,
        "period": 10,
        "pin": "1234",
    }
    assert (yandex["info"]["algo"], yandex["info"]["digits"]) == ("SHA256", 8)


@pytest.mark.parametrize("form", [AEGIS, PLAIN], ids=lambda form: form.name)
def test_what_is_written_is_read_back(form: Any) -> None:
    planned = plan_export(form, full()).backup
    read = form.read(form.write(planned, KEYS), KEYS)
    assert (read.categories, read.icons, read.problems) == (planned.categories, planned.icons, ())
    for was, now in zip(planned.entries, read.entries, strict=True):
        for field in ("type", "issuer", "note", "pin", "pinned", "icon", "categories", "secret"):
            assert getattr(now, field) == getattr(was, field)


def test_each_loss_is_reported() -> None:
    gone = Binding(Category.named("gone").id)
    backup = Backup(
        (
            site("E315", type=OtpType.MOTP, issuer="Upper case", ranking=1),
            site("no hex", type=OtpType.MOTP, issuer="Text", ranking=2),
            site(pin="12", icon="@0badcafe", categories=(gone,), ranking=3),
            site("JBSWY3DPE", issuer="Odd", ranking=4),
        ),
        icons=(Icon("0badcafe", "R0lGODlh"),),
    )
    planned = plan_export(AEGIS, backup)
    assert [each.what for each in planned.left_out] == ["Upper case (ada)", "Text (ada)"]
    assert all("hexadecimal" in each.reason for each in planned.left_out)
    assert sorted(" ".join(each.reason.split()[:2]) for each in planned.changed) == [
        "it is",
        "its icon",
        "its secret",
        "without its",
    ]
    (_, odd) = planned.backup.entries
    assert odd.secret == Secret.base32("JBSWY3DP")


def test_a_missing_password_is_refused() -> None:
    assert AEGIS.write is not None
    with pytest.raises(FormatError, match="needs a password"):
        AEGIS.write(Backup(), Credentials())
    with pytest.raises(BackupPasswordError, match="needs a password"):
        AEGIS.read(dumped(encrypted()), Credentials())
