"""Authenticator Pro files: real ones, and files written for the app to restore."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import interop
from tests.backup.formats import authpro
from tests.backup.support import needs, recognize
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.crypto import kdf
from tui.crypto.kdf import Argon2Params
from tui.errors import BackupPasswordError, FormatError
from tui.otp.codes import code_at
from tui.otp.entry import Algorithm, Binding, Category, Entry, Icon, OtpType
from tui.otp.secret import Secret

STRONG, LEGACY, PLAIN = (
    by_name(name)
    for name in ("authenticator-pro", "authenticator-pro-legacy", "authenticator-pro-plain")
)
ALL = (STRONG, LEGACY, PLAIN)
NOBODY = Credentials()


def samples() -> list[dict[str, Any]]:
    rows = interop.samples("authpro")
    assert rows, "the manifest lost its Authenticator Pro files"
    return rows


def content(row: dict[str, Any]) -> bytes:
    path = interop.ROOT / str(row["file"])
    return path.read_bytes()


@cache
def read_sample(name: str, password: str) -> Backup:
    return STRONG.read((interop.ROOT / name).read_bytes(), Credentials(password))


def held(backup: Backup) -> Backup:
    """Return the parts of a backup that the format can store, to compare."""
    plain = tuple(
        replace(entry, id="", pinned=False, note="", created=0, updated=0, revision=0)
        for entry in backup.entries
    )
    return replace(backup, entries=plain, problems=())


def test_every_real_file_has_the_entries_of_its_manifest() -> None:
    for row in samples():
        backup = read_sample(row["file"], row.get("password", ""))
        assert not backup.problems
        assert len(backup.entries) == row["expected"]["count"]
        for entry, wanted in zip(backup.entries, row["expected"]["entries"], strict=True):
            assert (entry.type, entry.issuer, entry.account) == (
                wanted["type"],
                wanted["issuer"],
                wanted["account"],
            )
            assert entry.secret.given == wanted["secret"]
            assert entry.secret.key.hex() == wanted["secret_hex"]
            assert (entry.algorithm, entry.digits, entry.period) == (
                wanted["algorithm"],
                wanted["digits"],
                wanted["period"],
            )
            assert entry.counter == (wanted["counter"] or 0)
            assert (entry.pin, entry.icon) == (wanted["pin"], wanted["icon"])
            assert (entry.ranking, entry.copy_count) == (wanted["ranking"], wanted["copy_count"])
            assert not entry.categories
            code = wanted.get("code_at_1700000000") or wanted.get("code_at_counter")
            assert code_at(entry, 1_700_000_000).text == code


def test_real_files_are_recognized_and_tell_if_they_need_a_password() -> None:
    seen = set()
    for row in samples():
        found = recognize(content(row))
        assert found is not None
        seen.add(found.name)
        assert all(
            needs(each, content(row)) is (Needs.PASSWORD if row["encrypted"] else Needs.NOTHING)
            for each in ALL
        )
    assert seen == {each.name for each in ALL}


def test_the_file_decides_the_variant_whatever_was_requested() -> None:
    for row in samples():
        password = row.get("password", "")
        wanted = held(read_sample(row["file"], password))
        for each in (LEGACY, PLAIN):
            assert held(each.read(content(row), Credentials(password))) == wanted


def test_a_plain_file_of_the_app_is_written_back_key_for_key() -> None:
    for row in samples():
        if not row["encrypted"]:
            original = content(row)
            assert PLAIN.write is not None
            assert PLAIN.write(PLAIN.read(original, NOBODY), NOBODY) == original.rstrip()


def test_a_strong_file_of_the_app_has_the_json_that_we_write() -> None:
    for row in samples():
        if row["file"].endswith("stratum_encrypted.bin"):
            backup = read_sample(row["file"], row["password"])
            assert PLAIN.write is not None
            written = json.loads(PLAIN.write(backup, NOBODY))
            original = authpro.decrypt(content(row), row["password"])
            assert json.dumps(written) == json.dumps(original)


def test_a_wrong_legacy_password_that_survives_unpadding_is_a_wrong_password() -> None:
    checked = 0
    for row in samples():
        for password in row.get("wrong_passwords_that_survive_unpadding", ()):
            with pytest.raises(BackupPasswordError):
                LEGACY.read(content(row), Credentials(password))
            checked += 1
    assert checked >= 6


def test_the_headerless_form_opens_as_authenticator_pro_and_is_never_recognized() -> None:
    data = authpro.headerless(authpro.plain(authpro.entry()), "pässword")
    assert recognize(data, "backup.authpro") is None
    (entry,) = STRONG.read(data, Credentials("pässword")).entries
    assert entry.secret.given == "JBSWY3DPEHPK3PXP"
    with pytest.raises(BackupPasswordError):
        STRONG.read(data, Credentials("password"))
    with pytest.raises(FormatError):
        LEGACY.read(data, Credentials("pässword"))


def test_a_headerless_file_whose_salt_begins_as_json_does_opens_too() -> None:
    salt = b"{" + b"\xc3" * 15
    data = authpro.headerless(authpro.plain(authpro.entry()), "pässword", salt)
    assert needs(STRONG, data) is Needs.PASSWORD
    assert len(STRONG.read(data, Credentials("pässword")).entries) == 1


def test_plain_detection_of_the_app() -> None:
    vectors = interop.vectors()["authpro_no_encrypt_detection"]
    assert all(recognize(text.encode()) is PLAIN for text in vectors["is_plain_backup"])
    assert all(recognize(text.encode()) is None for text in vectors["is_not"])


@pytest.mark.parametrize("variant", [STRONG, LEGACY], ids=lambda each: each.name)
def test_written_files_open_in_an_independent_reader_with_any_password(
    variant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of the first password has its full cost, which is the same for all."""
    backup = Backup((totp(),), (Category.named("Web"),), (Icon("0badcafe", "AAAA"),))
    vectors = interop.vectors()["authpro_round_trip_passwords"]
    for number, password in enumerate((*vectors["passwords"], "x" * 255)):
        if number == 1:
            _make_keys_cheap(monkeypatch)
        data = variant.write(backup, Credentials(password))
        assert authpro.decrypt(data, password)["Authenticators"][0]["Secret"] == "JBSWY3DPEHPK3PXP"
        assert recognize(data) == variant
        assert held(variant.read(data, Credentials(password))) == held(backup)


def _make_keys_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the keys of strong backups less memory, ours and those of the independent reader."""
    real = kdf.argon2id

    def derive(password: bytes, salt: bytes, params: Argon2Params, length: int = 32) -> bytes:
        assert params.memory_kib == authpro.MEMORY_KIB * 64
        return real(password, salt, replace(params, memory_kib=authpro.MEMORY_KIB), length)

    monkeypatch.setattr(authpro, "MEMORY_KIB", authpro.MEMORY_KIB // 64)
    monkeypatch.setattr(kdf, "argon2id", derive)


@pytest.mark.parametrize("variant", [STRONG, LEGACY], ids=lambda each: each.name)
def test_nothing_is_encrypted_or_opened_without_a_password(variant: Any) -> None:
    with pytest.raises(FormatError, match="needs a password"):
        variant.write(Backup((totp(),)), NOBODY)
    data = variant.write(Backup((totp(),)), Credentials("pw"))
    for password in ("", "wrong", "pw ", "\udc80"):
        with pytest.raises(BackupPasswordError):
            variant.read(data, Credentials(password))


def test_salt_and_nonce_are_drawn_for_each_file() -> None:
    for variant, length in ((STRONG, 16 + 28), (LEGACY, 16 + 36)):
        assert variant.write is not None
        one, two = (variant.write(Backup((totp(),)), Credentials("pw")) for _ in range(2))
        assert one[:16] == two[:16]
        assert one[16:32] != two[16:32]
        assert one[length - 12 : length] != two[length - 12 : length]


def totp(**changes: Any) -> Entry:
    fields: dict[str, Any] = {"issuer": "Example", "account": "ada"}
    return Entry(
        type=OtpType.TOTP, secret=Secret.base32("JBSWY3DPEHPK3PXP"), **{**fields, **changes}
    )


def test_keys_and_their_order_are_those_of_the_app() -> None:
    bound = totp(
        account="añ", copy_count=3, categories=(Binding(Category.named("Web").id, 4),), ranking=9
    )
    backup = Backup((bound,), (Category.named("Web", 2),), (Icon("0badcafe", "AAAA"),))
    assert PLAIN.write is not None
    web = hashlib.sha1(b"Web").hexdigest()[:8]
    assert PLAIN.write(backup, NOBODY).decode() == (
        '{"Authenticators":[{"Type":2,"Icon":null,"Issuer":"Example","Username":"añ",'
        '"Secret":"JBSWY3DPEHPK3PXP","Pin":null,"Algorithm":0,"Digits":6,"Period":30,"Counter":0,'
        '"CopyCount":3,"Ranking":9}],'
        f'"Categories":[{{"Id":"{web}","Name":"Web","Ranking":2}}],'
        f'"AuthenticatorCategories":[{{"CategoryId":"{web}",'
        '"AuthenticatorSecret":"JBSWY3DPEHPK3PXP","Ranking":4}],'
        '"CustomIcons":[{"Id":"0badcafe","Data":"AAAA"}]}'
    )


# -- what is written can be read -------------------------------------------------------------

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_odd_base32 = st.builds(
    lambda letters, ending: letters + ending,
    st.text(_LETTERS + _LETTERS.lower() + " -", min_size=1, max_size=40).filter(
        lambda text: len(text.replace(" ", "").replace("-", "")) >= 2
    ),
    st.sampled_from(["", "=", "======"]),
)
_name = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=32)
_issuer = _name.filter(lambda text: bool(text.strip()))
_small = st.integers(0, 2**31 - 1)
_NAMES = ["Web", "Work", "Büro", "空"]


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    kind = draw(st.sampled_from(OtpType))
    digits = {OtpType.HOTP: st.integers(6, 8), OtpType.TOTP: st.integers(6, 10)}
    only = {OtpType.STEAM: 5, OtpType.MOTP: 6, OtpType.YANDEX: 8}
    if kind is OtpType.MOTP:
        secret = Secret.text(draw(st.text("0123456789abcdefXYZ é", min_size=16, max_size=32)) + "x")
    elif kind is OtpType.YANDEX:
        secret = Secret.base32("LA2V6KMCGYMWWVEW64RNP3JA3IAAAAAAHTSG4HRZPI")
    else:
        secret = Secret.base32(draw(_odd_base32))
    return Entry(
        type=kind,
        issuer=draw(_issuer),
        account=draw(st.none() | _name),
        secret=secret,
        algorithm=draw(st.sampled_from(Algorithm)),
        digits=draw(digits[kind]) if kind in digits else only[kind],
        period=draw(st.integers(1, 86_400)),
        counter=draw(st.integers(0, 2**63 - 1)),
        pin=draw(st.none() | st.text("0123456789a", max_size=16)),
        icon=draw(st.sampled_from([None, "google", "1password", "@0badcafe"])),
        categories=tuple(
            Binding(Category.named(name).id, draw(_small))
            for name in draw(st.lists(st.sampled_from(_NAMES), unique=True))
        ),
        ranking=draw(_small),
        copy_count=draw(st.none() | _small),
    )


@given(
    st.lists(_entries(), max_size=6, unique_by=lambda entry: entry.secret.given),
    st.permutations(_NAMES),
)
def test_what_is_written_is_read_back_the_same(entries: list[Entry], names: list[str]) -> None:
    categories = tuple(Category.named(name, place * 3) for place, name in enumerate(names))
    backup = Backup(tuple(entries), categories, (Icon("0badcafe", "iVBORw0KGgo="),))
    assert PLAIN.write is not None
    back = PLAIN.read(PLAIN.write(backup, NOBODY), NOBODY)
    assert not back.problems
    assert held(back) == held(backup)


# -- categories, icons, names ----------------------------------------------------------------


def test_bindings_reach_every_entry_with_that_secret_under_the_id_of_the_name() -> None:
    backup = PLAIN.read(
        authpro.plain(
            authpro.entry(Issuer="One"),
            authpro.entry(Issuer="Two"),
            authpro.entry(Issuer="Three", Secret="jbswy3dpehpk3pxp"),
            Categories=[{"Id": "made up", "Name": "Web", "Ranking": 7}],
            AuthenticatorCategories=[
                {
                    "CategoryId": "made up",
                    "AuthenticatorSecret": "JBSWY3DPEHPK3PXP",
                    "Ranking": 5,
                }
            ],
        ),
        NOBODY,
    )
    assert backup.categories == (Category.named("Web", 7),)
    web = Binding(Category.named("Web").id, 5)
    assert [entry.categories for entry in backup.entries] == [(web,), (web,), ()]
    assert not backup.problems


def test_all_lists_but_the_entries_may_be_missing_and_so_may_the_optional_keys() -> None:
    bare = {"Type": 2, "Issuer": "Example", "Secret": "jbsw y3dp-ehpk 3pxp=="}
    (entry,) = PLAIN.read(b"\xef\xbb\xbf" + authpro.plain(bare), NOBODY).entries
    assert entry.account is None
    assert entry.copy_count is None
    assert (entry.digits, entry.period, entry.algorithm) == (6, 30, Algorithm.SHA1)
    assert entry.secret.given == "jbsw y3dp-ehpk 3pxp=="


def test_a_null_username_and_an_empty_one_stay_apart() -> None:
    data = authpro.plain(authpro.entry(Username=None), authpro.entry(Username=""))
    backup = PLAIN.read(data, NOBODY)
    assert [entry.account for entry in backup.entries] == [None, ""]
    assert PLAIN.write is not None
    written = json.loads(PLAIN.write(backup, NOBODY))["Authenticators"]
    assert [row["Username"] for row in written] == [None, ""]


# -- what the app can restore ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (totp(issuer=""), "issuer is empty"),
        (totp(issuer="  "), "issuer is empty"),
        (totp(digits=5), "5 digits"),
        (replace(totp(digits=9), type=OtpType.HOTP), "9 digits"),
        (replace(totp(), type=OtpType.MOTP, secret=Secret.text("e3152afe")), "shorter than 16"),
    ],
)
def test_an_entry_that_the_app_refuses_is_left_out_by_name_and_never_written(
    entry: Entry, reason: str
) -> None:
    backup = Backup((totp(account="other"), entry))
    assert PLAIN.plan_export is not None
    assert PLAIN.write is not None
    planned = PLAIN.plan_export(backup)
    assert [(each.what, reason in each.reason) for each in planned.left_out] == [
        (entry.label, True)
    ]
    assert [each.account for each in planned.backup.entries] == ["other"]
    with pytest.raises(FormatError, match=reason):
        PLAIN.write(backup, NOBODY)
    PLAIN.write(planned.backup, NOBODY)


def test_changes_are_reported_by_name() -> None:
    steam = totp(issuer="S" * 40, account="a" * 41, digits=6)
    assert PLAIN.plan_export is not None
    planned = PLAIN.plan_export(Backup((replace(steam, type=OtpType.STEAM),)))
    (entry,) = planned.backup.entries
    assert (entry.issuer, entry.account, entry.digits) == ("S" * 32, "a" * 40, 5)
    assert len(planned.changed) == 3
    assert not planned.left_out


def test_entries_that_share_a_secret_share_its_categories_and_are_noted() -> None:
    web, work = Category.named("Web"), Category.named("Work")
    one = totp(account="one", categories=(Binding(web.id, 1),))
    two = totp(account="two", categories=(Binding(work.id, 2),))
    backup = Backup((one, two), (web, work))
    assert PLAIN.plan_export is not None
    assert PLAIN.write is not None
    planned = PLAIN.plan_export(backup)
    assert {entry.categories for entry in planned.backup.entries} == {
        (Binding(web.id, 1), Binding(work.id, 2))
    }
    assert [each.what for each in planned.notes] == [two.label]
    written = PLAIN.write(planned.backup, NOBODY)
    assert len(json.loads(written)["AuthenticatorCategories"]) == 2
    back = PLAIN.read(written, NOBODY)
    assert held(back) == held(planned.backup)


def test_a_secret_with_spaces_is_written_unchanged_with_a_note() -> None:
    spaced = replace(totp(), secret=Secret.base32("jbsw y3dp"))
    assert PLAIN.plan_export is not None
    planned = PLAIN.plan_export(Backup((spaced,)))
    assert planned.backup.entries[0].secret.given == "jbsw y3dp"
    assert "spaces" in planned.notes[0].reason
