"""Ente Auth: what it adds to URIs, its encryption, and files that are damaged or hostile."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from argon2.low_level import Type, hash_secret_raw
from hypothesis import given
from hypothesis import strategies as st

from tests import interop
from tests.backup.formats import chacha
from tests.backup.support import bring_in, needs, recognize, vault
from tests.vault.support import entry
from tui.backup.export_plan import plan_export
from tui.backup.formats._xchacha import stream_encrypt
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.backup.sources import read_text
from tui.crypto.kdf import Argon2Params
from tui.errors import BackupPasswordError, FormatError, OtpTuiError
from tui.otp.codes import code_at
from tui.otp.entry import Binding, Category, Entry, OtpType
from tui.otp.secret import Secret

ENTE, URIS = by_name("ente"), by_name("otpauth-uris")
PASSWORD = Credentials("Paß wort", kdf=Argon2Params(1, 8, 1))
URI = "otpauth://totp/Site:me?secret=GEZDGNBVGY3TQOJQ&issuer=Site"


def line(uri: str = URI, **display: Any) -> str:
    """Return a URI as the app exports it."""
    return f"{uri}&codeDisplay={quote_plus(json.dumps(display))}"


def read(*lines: str) -> Backup:
    return ENTE.read("\n".join(lines).encode(), Credentials())


def encrypted(text: str, **changes: Any) -> bytes:
    """Return a file that is encrypted with the weakest parameters; `changes` replace its values."""
    salt, header = bytes(range(16)), bytes(range(24))
    key = hash_secret_raw(PASSWORD.password.encode(), salt, 1, 8, 1, 32, Type.ID)
    root: dict[str, Any] = {
        "version": 1,
        "kdfParams": {"memLimit": 8192, "opsLimit": 1, "salt": base64.b64encode(salt).decode()},
        "encryptedData": base64.b64encode(stream_encrypt(key, header, text.encode())).decode(),
        "encryptionNonce": base64.b64encode(header).decode(),
    }
    for name, value in changes.items():
        place = root["kdfParams"] if name in root["kdfParams"] else root
        place[name] = value
    return json.dumps(root).encode()


def test_all_that_the_app_keeps_with_a_code_is_read() -> None:
    backup = read(
        line(
            pinned=True,
            trashed=False,
            lastUsedAt=1_700_000_000_123_456,
            tapCount=7,
            tags=["Work", " Work ", "", "Web"],
            note="two\nlines + a plus",
        )
    )
    (found,) = backup.entries
    assert (found.pinned, found.deleted, found.used, found.copy_count, found.note) == (
        True,
        0,
        1_700_000_000,
        7,
        "two\nlines + a plus",
    )
    assert [each.name for each in backup.categories] == ["Work", "Web"]
    assert [each.category for each in found.categories] == [each.id for each in backup.categories]
    assert not backup.problems


def test_the_details_of_real_exports_are_read() -> None:
    """The shared test of real files compares what all formats have."""
    rows = interop.samples("ente")
    assert len(rows) == 6
    for row in rows:
        data = (interop.ROOT / row["file"]).read_bytes()
        backup = ENTE.read(data, Credentials(row["password"] or ""))
        names = {each.id: each.name for each in backup.categories}
        shown = [each["ente_display"] for each in row["expected"]["entries"]]
        for found, told in zip(backup.entries, shown, strict=True):
            assert found.note == told.get("note", "")
            assert [names[each.category] for each in found.categories] == told["tags"]
            assert (found.pinned, bool(found.deleted)) == (told["pinned"], told["trashed"])
            assert found.copy_count == told["tapCount"]


@pytest.mark.parametrize("source", ["file", "list", "pasted"])
def test_trashed_codes_go_to_the_trash(source: str) -> None:
    text = "\n".join([URI, line(URI.replace("GEZD", "GAZD"), trashed=True, tags=["Old"])])
    backup = {
        "file": lambda: ENTE.read(text.encode(), Credentials()),
        "list": lambda: URIS.read(text.encode(), Credentials()),
        "pasted": lambda: read_text(text),
    }[source]()
    assert [each.name for each in backup.categories] == ["Old"]
    document, _ = bring_in(vault(), backup)
    assert (len(document.entries), len(document.trash)) == (1, 1)


def test_the_list_is_recognized_by_its_first_line() -> None:
    assert recognize(line().encode(), "x.uris") is ENTE
    assert recognize(f"# mine\n\n{line()}".encode()) is ENTE
    assert recognize(URI.encode()) is URIS
    assert recognize(b"otpauth://totp/codeDisplay=?secret=GEZD") is URIS
    assert needs(ENTE, line().encode()) is Needs.NOTHING
    assert recognize(encrypted(line())) is ENTE
    assert needs(ENTE, encrypted(line())) is Needs.PASSWORD


def test_the_users_order_is_read() -> None:
    uris = (URI.replace("Site", name) for name in ("C", "B", "A"))
    backup = read(*(line(uri, position=place) for uri, place in zip(uris, (2, 0, 1), strict=True)))
    assert [each.issuer for each in backup.entries] == ["B", "A", "C"]
    assert [each.ranking for each in backup.entries] == [0, 1, 2]


def test_a_query_is_form_encoded_and_the_host_decides_on_the_type() -> None:
    uri = "otpauth://totp/x:me?secret=GEZDGNBV&issuer=A++B%2B&digits=8&algorithm=sha256"
    (first, second) = read(line(uri), line(URI.replace("Site", "Steam"))).entries
    assert (first.issuer, first.digits) == ("A  B+", 8)
    assert (second.issuer, second.type) == ("Steam", OtpType.TOTP)


@pytest.mark.parametrize(("pin", "wanted"), [("1234", "1234"), ("GEZDGNA%3D", "1234"), ("", None)])
def test_the_pin_of_a_yandex_code_is_read(pin: str, wanted: str | None) -> None:
    uri = f"otpauth://yaotp/Yandex:me?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY&pin={pin}"
    assert read(line(uri)).entries[0].pin == wanted


@pytest.mark.parametrize(
    ("display", "reason"),
    [
        ("%7B", "codeDisplay is damaged"),
        ("%5B%5D", "codeDisplay is damaged"),
        ("%FF", "codeDisplay is damaged"),
        (quote_plus('{"note":5}'), "note is not text"),
        (quote_plus('{"tags":"x"}'), "tags are not a list"),
        (quote_plus('{"tags":[1]}'), "tags are not a list"),
        (quote_plus('{"tapCount":"x"}'), "use count is x"),
        (quote_plus('{"position":1.5}'), "position is 1.5"),
        (quote_plus('{"lastUsedAt":true}'), "last use is True"),
    ],
)
def test_a_code_with_damaged_details_is_named(display: str, reason: str) -> None:
    backup = read(line(), f"{URI}&codeDisplay={display}")
    assert len(backup.entries) == 1
    (problem,) = backup.problems
    assert problem.what == "line 2 (Site:me)"
    assert reason in problem.reason


def test_an_export_opens_with_primitives_alone() -> None:
    web = Category.named("Web & more")
    full = entry(
        "A: b", note="☃\n", pinned=True, copy_count=3, categories=(Binding(web.id, 4),), used=9
    )
    hotp = entry("", OtpType.HOTP, account="a/b?", counter=2**40, digits=8)
    steam = entry("Steam", OtpType.STEAM, digits=5)
    backup = plan_export(ENTE, Backup((full, hotp, steam), (web,))).backup
    assert ENTE.write is not None
    root = json.loads(ENTE.write(backup, PASSWORD))
    given = root["kdfParams"]
    key = hash_secret_raw(
        PASSWORD.password.encode(),
        base64.b64decode(given["salt"]),
        given["opsLimit"],
        given["memLimit"] // 1024,
        1,
        32,
        Type.ID,
    )
    opened = chacha.opened_stream(
        key, base64.b64decode(root["encryptionNonce"]), base64.b64decode(root["encryptedData"])
    )
    assert (root["version"], opened[:1]) == (1, b"\3")
    urls = [urlsplit(each) for each in opened[1:].decode().split("\n")]
    assert [(each.hostname, each.path) for each in urls] == [
        ("totp", "/A%3A%20b:me"),
        ("hotp", "/:a%2Fb%3F"),
        ("steam", "/Steam:me"),
    ]
    fields = [parse_qs(each.query, keep_blank_values=True) for each in urls]
    assert [each["issuer"] for each in fields] == [["A: b"], [""], ["Steam"]]
    assert [each["digits"] for each in fields] == [["6"], ["8"], ["5"]]
    assert fields[1]["counter"] == [str(2**40)]
    display = json.loads(fields[0]["codeDisplay"][0])
    assert display["tags"] == ["Web & more"]
    assert (display["pinned"], display["trashed"], display["tapCount"]) == (True, False, 3)
    assert (display["note"], display["lastUsedAt"]) == ("☃\n", 9_000_000)


def test_the_default_key_derivation_is_the_users() -> None:
    assert ENTE.write is not None
    given = json.loads(ENTE.write(Backup(), Credentials("x", kdf=Argon2Params(2, 64, 4))))
    params = given["kdfParams"]
    assert (params["opsLimit"], params["memLimit"]) == (2, 65536)


def test_what_the_app_cannot_store_is_named() -> None:
    odd = entry("Yandex", OtpType.YANDEX, digits=8, secret=Secret.base32("GEZDGNBV" * 3 + "GY"))
    lost = entry("Pins", secret=Secret.base32("gezd gnbv"), categories=(Binding("gone"),))
    plan = plan_export(ENTE, Backup((odd, lost)))
    assert [(each.what, each.reason) for each in plan.left_out] == [
        ("Yandex (me)", "only TOTP, HOTP and Steam are supported")
    ]
    assert [each.reason for each in plan.changed] == [
        "its secret is written in uppercase, without spaces, dashes or padding",
        "it is removed from 1 of its 1 categories",
    ]


@pytest.mark.parametrize("password", ["", "Paß wort ", "wrong", "\ud800"])
def test_a_wrong_or_missing_password_is_told(password: str) -> None:
    with pytest.raises(BackupPasswordError):
        ENTE.read(encrypted(line()), Credentials(password))
    assert ENTE.write is not None
    if password in {"", "\ud800"}:
        with pytest.raises(FormatError):
            ENTE.write(Backup(), Credentials(password))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "newer version"),
        ({"kdfParams": []}, "not an export"),
        ({"memLimit": 2**32 * 1024}, "memory must be"),
        ({"memLimit": 2**30, "opsLimit": 5}, "at most 4 GiB"),
        ({"opsLimit": 4097}, "iterations must be"),
        ({"opsLimit": 0}, "iterations must be"),
        ({"memLimit": -1}, "memory must be"),
        ({"memLimit": "65536"}, "no valid memory"),
        ({"opsLimit": True}, "no valid memory"),
        ({"salt": "AAAA"}, "incomplete"),
        ({"salt": None}, "salt is not base64"),
        ({"encryptionNonce": "AAAA"}, "incomplete"),
        ({"encryptedData": "A" * 20}, "incomplete"),
        ({"encryptedData": "é"}, "data is not base64"),
    ],
)
def test_hostile_values_are_refused_before_a_key_is_derived(
    changes: dict[str, Any], message: str
) -> None:
    data = encrypted(line(), **changes)
    assert recognize(data) is ENTE
    with pytest.raises(FormatError, match=message) as caught:
        ENTE.read(data, PASSWORD)
    assert not isinstance(caught.value, BackupPasswordError)


def test_a_file_cut_anywhere_raises_one_of_our_errors() -> None:
    data = encrypted(line())
    for length in range(1, len(data), 7):
        recognize(data[:length])
        with pytest.raises(FormatError):
            ENTE.read(data[:length], PASSWORD)


@given(st.text(max_size=80) | st.text('{}[]":,0truefalsnote%+&=', max_size=60))
def test_any_details_are_read_or_refused(text: str) -> None:
    for query in (text, f"codeDisplay={text}", f"codeDisplay={quote_plus(text, errors='replace')}"):
        data = f"{URI}&{query}".encode(errors="replace")
        try:
            ENTE.read(data, Credentials())
        except OtpTuiError:
            continue


@pytest.mark.parametrize("text", ["steam://GEZDGNBVGY3TQOJQ", "STEAM://gezd gnbv gy3t qojq"])
def test_steam_lines_are_read_also_as_the_first(text: str) -> None:
    assert recognize(text.encode()) is URIS
    (found,) = URIS.read(text.encode(), Credentials()).entries
    wanted = Entry(
        type=OtpType.STEAM,
        issuer="Steam",
        secret=Secret.base32("GEZDGNBVGY3TQOJQ"),
        digits=5,
    )
    assert replace(found, id=wanted.id, secret=wanted.secret) == wanted
    assert found.secret.normal == wanted.secret.normal
    assert code_at(found, 59).text == code_at(wanted, 59).text
    assert read_text(text).entries[0].type is OtpType.STEAM


def test_a_steam_line_that_fails_shows_nothing_of_its_secret() -> None:
    backup = URIS.read(b"steam://GEZDGNBVGY3TQOJQ\nsteam://rungameid/440", Credentials())
    assert len(backup.entries) == 1
    (problem,) = backup.problems
    assert problem.what == "line 2"
    assert "440" not in problem.reason


def test_tags_in_uris_become_categories() -> None:
    backup = URIS.read(f"{URI}&tags=Work&tags=Web".encode(), Credentials())
    assert [each.name for each in backup.categories] == ["Work", "Web"]
    assert len(backup.entries[0].categories) == 2
