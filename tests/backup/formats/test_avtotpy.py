"""AVTotpy: every variant is read, errors are told apart, and writing repeats what was read."""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.formats.avtotpy import MAGIC, SECRET, USER, Way, row, ways
from tests.backup.support import needs, recognize
from tests.conftest import STRESS
from tui.backup.formats.avtotpy.cipher_variants import cipher_variants
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError
from tui.otp.entry import Algorithm, Entry, OtpType
from tui.otp.secret import Secret

AVTOTPY = by_name("avtotpy")
GIVEN = Credentials(username=USER, server_secret=SECRET)
BOTH = Needs.USERNAME | Needs.SERVER_SECRET


def read(value: Any, way: Way = Way()) -> Backup:  # noqa: B008 - it is frozen
    return AVTOTPY.read(way.make(value), GIVEN)


def write(backup: Backup) -> bytes:
    assert AVTOTPY.write is not None
    return AVTOTPY.write(backup, GIVEN)


def planned(backup: Backup) -> Any:
    assert AVTOTPY.plan_export is not None
    return AVTOTPY.plan_export(backup)


def entry(**changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "type": OtpType.TOTP,
        "issuer": "Example",
        "account": "ada",
        "secret": Secret.base32("JBSWY3DPEHPK3PXP"),
        **changes,
    }
    return Entry(**fields)


# -- cipher variants ------------------------------------------------------------------------------


def test_every_cipher_variant_is_read_and_written_again() -> None:
    """Every fifth variant, if time is short: these still contain each pair of choices."""
    known = list(ways())
    assert len(known) == len(cipher_variants())
    if not STRESS:
        known = known[::5]
    profiles = set()
    for way in known:
        backup = read([row()], way)
        assert [each.issuer for each in backup.entries] == ["Example"], way
        profiles.add(json.dumps(backup.profiles))
        assert way.open(write(backup)) == [row()], way
    assert len(profiles) == len(known)


def test_a_small_file_that_no_variant_opens_is_refused() -> None:
    data = Way().make([row()], user="somebody else")
    with pytest.raises(BackupPasswordError):
        AVTOTPY.read(data, GIVEN)


@pytest.mark.skipif(not STRESS, reason="takes a second: make stress")
def test_a_large_file_that_no_variant_opens_is_refused() -> None:
    data = Way().make(b" " * (16 * 2**20 - 100), user="somebody else")
    with pytest.raises(BackupPasswordError):
        AVTOTPY.read(data, GIVEN)


def test_a_large_file_in_the_default_variant_is_read() -> None:
    count = 50_000 if STRESS else 10_000
    value = [row(name=f"user {number}") for number in range(count)]
    assert len(read(value).entries) == count


def test_two_exports_of_the_same_vault_differ_in_salt_and_nonce() -> None:
    one, two = write(Backup((entry(),))), write(Backup((entry(),)))
    assert one[:22] == two[:22] == MAGIC + b"\x00\x01"
    assert one[22:38] != two[22:38]
    assert one[38:50] != two[38:50]
    assert Way().open(one) == Way().open(two)


def test_an_empty_vault_is_a_file_and_an_empty_backup_is_no_entries() -> None:
    data = write(Backup())
    assert Way().open(data) == []
    assert AVTOTPY.read(data, GIVEN) == Backup()


# -- what opens it ---------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [SECRET, "-_-_-_-_-_-_-_-_", "+/+/+/+/+/+/+/+/", "qg==", "q80="])
@pytest.mark.parametrize("written", ["padded", "bare", "url-safe", "with a line break"])
def test_base64_is_read_in_both_alphabets_padded_or_not(secret: str, written: str) -> None:
    standard = secret.replace("-", "+").replace("_", "/")
    given = {
        "padded": standard,
        "bare": standard.rstrip("="),
        "url-safe": standard.replace("+", "-").replace("/", "_"),
        "with a line break": f" {standard}\n",
    }[written]
    data = Way().make([row()], secret=standard)
    assert b64decode(standard)
    backup = AVTOTPY.read(data, Credentials(username=USER, server_secret=given))
    assert len(backup.entries) == 1


@pytest.mark.parametrize("secret", ["?", "q", "qqqqq", "qg=g", "====", "ｑｇ＝＝", "a b c d"])
def test_a_secret_that_is_not_base64_has_its_own_message(secret: str) -> None:
    given = Credentials(username=USER, server_secret=secret)
    with pytest.raises(BackupPasswordError, match="not base64") as caught:
        AVTOTPY.read(Way().make([row()]), given)
    assert "TOTP_ENCRYPTION_SECRET_BASE64" in caught.value.hint
    assert AVTOTPY.write is not None
    with pytest.raises(FormatError, match="not base64"):
        AVTOTPY.write(Backup(), given)


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        (Credentials(server_secret=SECRET), "username"),
        (Credentials(username=USER), "server secret"),
        (Credentials(username=USER, server_secret=" "), "server secret"),
        (Credentials(username="\udcff", server_secret=SECRET), "username is not valid text"),
    ],
)
def test_what_is_missing_is_named(given: Credentials, missing: str) -> None:
    with pytest.raises(BackupPasswordError, match=missing):
        AVTOTPY.read(Way().make([row()]), given)


@pytest.mark.parametrize("data", [Way().make([row()], user="Ada"), Way().make([], secret="qg==")])
def test_a_wrong_user_and_a_wrong_secret_look_alike_and_both_are_named(data: bytes) -> None:
    with pytest.raises(BackupPasswordError, match="Wrong username or server secret"):
        AVTOTPY.read(data, GIVEN)


# -- files that are not, or not quite ----------------------------------------------------------

GOOD = Way().make([row()])
REFUSED = {
    "empty": (b"", "not an AVTotpy"),
    "zeros": (bytes(1024), "not an AVTotpy"),
    "a page of HTML": (b"<!DOCTYPE html><html><body>404</body></html>" * 20, "not an AVTotpy"),
    "another magic, another user": (
        Way(magic=MAGIC.lower()).make([row()], user="bob"),
        "doesn't start like",
    ),
    "half of the magic": (GOOD[:10], "not an AVTotpy"),
    "a zip": (b"PK\x03\x04" + bytes(range(256)) * 4, "doesn't start like"),
    "cut in the version": (GOOD[:21], "incomplete"),
    "cut in the salt": (GOOD[:30], "incomplete"),
    "cut after the header": (GOOD[:38], "incomplete"),
    "cut in the nonce": (GOOD[:45], "incomplete"),
    "no more than nonce and tag": (GOOD[:66], "incomplete"),
    "cut by a byte": (GOOD[:-1], "Wrong username or server secret"),
    "a byte too many": (GOOD + b"\x00", "Wrong username or server secret"),
    "version 0": (Way(version=bytes(2)).make([row()]), "version 0."),
    "version 2": (Way(version=b"\x00\x02").make([row()]), "version 2."),
    "version 2 the other way around": (Way(version=b"\x02\x00").make([row()]), "version 2."),
    "version 65535": (Way(version=b"\xff\xff").make([row()]), "version 65535."),
    "another magic and version 2": (
        Way(magic=b"\x81" * 20, version=b"\x00\x02").make([row()]),
        "version 2.",
    ),
    "a flipped bit in the salt": (GOOD[:25] + b"\x00" + GOOD[26:], "Wrong username"),
    "a flipped bit in the nonce": (GOOD[:40] + b"\x00" + GOOD[41:], "Wrong username"),
    "not JSON": (Way().make(b"nope"), "not JSON"),
    "not UTF-8": (Way().make(b'["\xff"]'), "not UTF-8"),
    "UTF-16": (Way().make("[]".encode("utf-16")), "UTF-16"),
    "a lone surrogate": (Way().make(rb'["\ud800"]'), "lone surrogate"),
    "100,000 nested lists": (Way().make(b"[" * 100_000 + b"]" * 100_000), "nested"),
    "16 MiB of objects": (Way().make(b"[" + b'{"a":0},' * 2_000_000 + b"0]"), "too many values"),
    "duplicate keys": (Way().make(b'[{"name":1,"name":2}]'), "duplicate keys"),
    "NaN": (Way().make(b"[NaN]"), "NaN"),
    "1e999": (Way().make(b"[1e999]"), "too large"),
    "a 5,000-digit integer": (Way().make(b"[" + b"9" * 5000 + b"]"), "too large"),
    "null": (Way().make(None), "list of entries"),
    "a string": (Way().make("entries"), "list of entries"),
    "an object without a list": (Way().make({"codes": None}), "list of entries"),
    "two lists of no known name": (Way().make({"a": [], "b": []}), "list of entries"),
    "50,001 entries": (Way().make([0] * 50_001), "50001 entries"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_file_is_one_sentence(name: str) -> None:
    data, words = REFUSED[name]
    recognize(data, "x.avtotpy")
    with pytest.raises(FormatError) as caught:
        AVTOTPY.read(data, GIVEN)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    message = str(caught.value)
    assert words in message
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 130


@pytest.mark.parametrize("name", ["version 0", "version 2", "cut in the salt", "a page of HTML"])
def test_nobody_is_asked_for_a_secret_that_cannot_open_the_file(name: str) -> None:
    assert needs(AVTOTPY, REFUSED[name][0]) is Needs.NOTHING
    assert needs(AVTOTPY, GOOD) == BOTH


def test_every_byte_of_the_payload_counts() -> None:
    for place in range(38, len(GOOD), 1 if STRESS else 4):
        changed = bytearray(GOOD)
        changed[place] ^= 0x10
        with pytest.raises(BackupPasswordError):
            AVTOTPY.read(bytes(changed), GIVEN)


def test_an_unknown_magic_is_accepted_by_the_ending_or_by_name() -> None:
    strange = Way(magic=b"\x81some other magic..\x82").make([row()])
    assert recognize(strange) is None
    assert recognize(strange, "backup.bin") is None
    assert recognize(strange, "/tmp/Backup.AVTOTPY") is AVTOTPY
    assert recognize(GOOD, "backup.bin") is AVTOTPY
    assert len(AVTOTPY.read(strange, GIVEN).entries) == 1


def test_the_content_decides_before_the_ending() -> None:
    strong = by_name("authenticator-pro")
    assert recognize(b"AUTHENTICATORPRO" + bytes(99), "x.avtotpy") is strong


# -- the JSON --------------------------------------------------------------------------------

SAME = entry(algorithm=Algorithm.SHA256, digits=8, period=60)
PLAIN = entry()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([row()], SAME),
        ({"codes": [row()]}, SAME),
        ({"version": 1, "exported_at": "2026-01-01", "anything": [row()]}, SAME),
        ({"tags": [], "entries": [row()]}, SAME),
        (["otpauth://totp/Example:ada?secret=JBSWY3DPEHPK3PXP&issuer=Example"], PLAIN),
        ([{"id": 4, "uri": "otpauth://totp/Example:ada?secret=JBSWY3DPEHPK3PXP"}], PLAIN),
        ([{"service": "Example", "username": "ada", "key": "JBSWY3DPEHPK3PXP"}], PLAIN),
        ([{"provider": "Example", "label": "Example:ada", "seed": "JBSWY3DPEHPK3PXP"}], PLAIN),
        ([{"name": "Example", "account": "ada", "secret": "JBSWY3DPEHPK3PXP"}], PLAIN),
        ([{"name": "Example:ada", "secret": "JBSWY3DPEHPK3PXP"}], PLAIN),
        ([{"name": "Example", "secret": "JBSWY3DPEHPK3PXP"}], replace(PLAIN, account=None)),
        ([{"name": "a@b.c", "secret": "JBSWY3DPEHPK3PXP"}], entry(issuer="", account="a@b.c")),
        ([{**row(), "algorithm": "sha-256", "digits": "8", "period": "60"}], SAME),
        ([{**row(), "algorithm": "HmacSHA256", "type": "TOTP"}], SAME),
        ([row(algorithm=None, digits=None, period=None)], PLAIN),
        (
            [{"accountName": "ada", "Issuer": "Example", "SecretKey": "JBSWY3DPEHPK3PXP"}],
            PLAIN,
        ),
        (
            [{**row(period=..., algorithm=...), "time_step": 60, "hash_algorithm": "sha256"}],
            SAME,
        ),
    ],
)
def test_the_usual_names_are_understood(value: Any, expected: Entry) -> None:
    backup = read(value)
    (found,) = backup.entries
    assert replace(found, id=expected.id) == expected
    assert backup.problems == ()


REFUSED_ROWS: dict[str, Any] = {
    "null": None,
    "a number": 5,
    "a list": [],
    "nothing": {},
    "some other text": "hello",
    "no secret": row(secret=...),
    "secret null": row(secret=None),
    "secret empty": row(secret=""),
    "secret a number": row(secret=7),
    "secret not base32": row(secret="JBSWY3DPEHPK0189"),
    "secret of 1 MiB": row(secret="A" * 2**20),
    "HOTP": row(type="hotp"),
    "unknown algorithm": row(algorithm="MD5"),
    "algorithm a number": row(algorithm=1),
    "digits 0": row(digits=0),
    "digits 11": row(digits=11),
    "digits true": row(digits=True),
    "digits 6.0": row(digits=6.0),
    "digits in other numerals": row(digits="٦"),
    "period 0": row(period=0),
    "period -30": row(period=-30),
    "period 10^9": row(period=10**9),
    "period text": row(period="thirty"),
    "name a list": row(name=["ada"]),
    "name of 100 KiB": row(name="x" * 100 * 1024),
}


@pytest.mark.parametrize("name", REFUSED_ROWS)
def test_one_bad_entry_is_reported_by_name_and_the_others_are_read(name: str) -> None:
    backup = read([row(name="first"), REFUSED_ROWS[name], row(name="last")])
    assert [each.account for each in backup.entries] == ["first", "last"]
    (problem,) = backup.problems
    assert problem.refused
    assert problem.what.startswith("entry 2")
    assert problem.reason.isprintable()
    assert len(problem.what) < 100 > len(problem.reason)


def test_unknown_keys_are_named() -> None:
    backup = read({"codes": [row(icon="x"), row(icon="y", **{"\x1b[31m": 1})], "folders": {"a": 1}})
    assert len(backup.entries) == 2
    assert [(each.what, each.refused) for each in backup.problems] == [
        ("“folders” in the file", False),
        ("“icon” in 2 entries", False),
        ("“[31m” in 1 entry", False),
    ]


def test_a_hundred_thousand_unknown_keys_are_not_a_hundred_thousand_problems() -> None:
    backup = read([row(**{f"key {number}": 0 for number in range(100_000)})])
    assert len(backup.problems) < 30


def test_control_characters_are_removed_from_names_and_reported() -> None:
    backup = read([row(name="a\x1b]52;c;A\x07b", issuer="We\x9bb")])
    (found,) = backup.entries
    assert (found.issuer, found.account) == ("Web", "a]52;c;Ab")
    assert [each.refused for each in backup.problems] == [False, False]


# -- writing as it was read ------------------------------------------------------------------

STRANGE = Way(key=12, size=16, prefix=b"\x02", more=1, magic=b"\x81" * 20, version=b"\x01\x00")


@pytest.mark.parametrize(
    "value",
    [
        [{"Issuer": "A", "accountName": "b", "secretKey": "JBSWY3DP", "algo": "sha-1"}],
        {"version": 3, "Format": "json", "count": 1, "codes": [row()]},
        ["otpauth://totp/A%3Ab?secret=JBSWY3DP&issuer=A"],
        [{"uri": "otpauth://totp/A%3Ab?secret=JBSWY3DP&issuer=A"}],
        [{"name": "A:b", "seed": "JBSWY3DP", "digits": "6", "step": "30", "type": "TOTP"}],
        [{"service": "A", "username": "", "secret": "JBSWY3DP", "digest": "HmacSHA512"}],
        [{"service": "A", "username": None, "secret": "JBSWY3DP", "digest": "SHA1"}],
    ],
)
def test_writing_repeats_variant_magic_version_and_shape(value: Any) -> None:
    profiles = json.loads(json.dumps(dict(read(value, STRANGE).profiles)))
    entries = read(value, STRANGE).entries
    assert STRANGE.open(write(Backup(entries, profiles=profiles))) == value
    assert not [
        each for each in planned(Backup(entries, profiles=profiles)).notes if not each.refused
    ]


def test_numbers_of_entries_around_the_list_are_updated() -> None:
    profiles = read({"count": 1, "codes": [row()]}).profiles
    data = write(Backup((SAME, PLAIN), profiles=profiles))
    assert Way().open(data)["count"] == 2


def test_an_empty_backup_gives_a_profile_without_an_entry_shape() -> None:
    empty = read({"codes": []}, STRANGE).profiles["avtotpy"]
    full = read({"codes": [{**row(), "algorithm": "sha256"}]}, STRANGE).profiles["avtotpy"]
    assert {**full, **empty} == full
    data = write(Backup((SAME,), profiles={"avtotpy": empty}))
    assert STRANGE.open(data) == {"codes": [row()]}


def test_our_own_file_gives_no_profile() -> None:
    assert read([row()]).profiles == {}
    assert AVTOTPY.read(write(Backup((PLAIN,))), GIVEN).profiles == {}


def test_a_shape_is_in_the_profile_of_the_default_variant_too() -> None:
    value = [row(algorithm="sha256")]
    assert Way().open(write(Backup((SAME,), profiles=read(value).profiles))) == value


def test_a_profile_contains_no_secret_and_no_account() -> None:
    told = json.dumps(dict(read([row()], STRANGE).profiles))
    assert not [word for word in ("JBSWY3DP", "ada", SECRET[:8], "Example") if word in told]


def test_values_around_the_list_that_may_be_secret_are_neither_kept_nor_written() -> None:
    wrapper = {"user": "ada", "server_password": "hunter2", "pin": 1234, "type": "x" * 33}
    backup = read({"version": 2, "app": "AVTotpy", **wrapper, "codes": [row()]})
    assert not backup.problems
    assert backup.profiles["avtotpy"]["around"] == {"version": 2, "app": "AVTotpy"}
    told = json.dumps(dict(backup.profiles))
    assert not [word for word in ("ada", "hunter2", "1234", "xxx") if word in told]
    written = Way().open(write(Backup(backup.entries, profiles=backup.profiles)))
    assert written == {"version": 2, "app": "AVTotpy", "codes": [row()]}


@pytest.mark.parametrize(
    "broken",
    [
        {},
        None,
        7,
        {"magic": "zz"},
        "text",
        {"derivation": "nope"},
        {"entry": {"keys": [["a", "b"]]}},
    ],
)
def test_a_profile_of_another_version_is_not_used(broken: Any) -> None:
    profiles = dict(read([row()], STRANGE).profiles["avtotpy"])
    told = {**profiles, **broken} if isinstance(broken, dict) and broken else broken
    assert Way().open(write(Backup((SAME,), profiles={"avtotpy": told}))) == [row()]


def test_without_a_profile_a_note_says_that_the_server_may_refuse_the_file() -> None:
    (note,) = planned(Backup((PLAIN,))).notes
    assert "may refuse" in note.reason
    assert "empty" in note.reason


def test_other_types_are_left_out_by_name() -> None:
    motp = entry(type=OtpType.MOTP, secret=Secret.text("0123456789abcdef"), issuer="M")
    backup = Backup((entry(type=OtpType.HOTP, issuer="H"), PLAIN, motp))
    found = planned(backup)
    assert [each.what for each in found.left_out] == ["H (ada)", "M (ada)"]
    assert all("only TOTP" in each.reason for each in found.left_out)
    assert [each.id for each in found.backup.entries] == [PLAIN.id]
    with pytest.raises(FormatError, match="H \\(ada\\) and 1 more"):
        write(backup)


def test_fields_that_the_servers_json_cannot_hold_are_reported() -> None:
    shape = [{"label": "x", "issuer": "y", "secret": "JBSWY3DP"}]
    profiles = read(shape, STRANGE).profiles
    taken = entry(account="Example:ada")
    found = planned(Backup((PLAIN, SAME, taken), profiles=profiles))
    (left,) = found.left_out
    assert "algorithm, digits, period" in left.reason
    assert [each.reason for each in found.changed] == ["its account becomes “ada”"]
    data = write(found.backup)
    assert [each.account for each in AVTOTPY.read(data, GIVEN).entries] == ["ada", "ada"]


def test_entries_are_written_in_the_users_order() -> None:
    entries = (entry(issuer="second", ranking=2), entry(issuer="first", ranking=-1))
    names = [each["issuer"] for each in Way().open(write(Backup(entries)))]
    assert names == ["first", "second"]


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30)
ENTRIES = st.builds(
    entry,
    issuer=NAMES,
    account=st.none() | NAMES,
    secret=st.from_regex(r"[A-Za-z2-7]{2,40}( [A-Z]{4}){0,2}={0,3}", fullmatch=True).map(
        Secret.base32
    ),
    algorithm=st.sampled_from(Algorithm),
    digits=st.integers(1, 10),
    period=st.integers(1, 3600),
)


@given(st.lists(ENTRIES, max_size=5))
def test_written_entries_are_read_back(entries: list[Entry]) -> None:
    backup = Backup(tuple(entries))
    data = write(backup)
    back = AVTOTPY.read(data, GIVEN)
    assert not back.problems
    assert not planned(backup).left_out
    assert [replace(each, id="") for each in back.entries] == [
        replace(each, id="") for each in entries
    ]
    assert [each["secret"] for each in Way().open(data)] == [each.secret.given for each in entries]


@given(st.lists(ENTRIES, max_size=5), st.sampled_from(["name", "uri", "label", "no issuer"]))
def test_entries_in_a_known_shape_are_read_back_as_planned(
    entries: list[Entry], shape: str
) -> None:
    full = {"secret": "JBSWY3DP", "algo": "sha1", "digits": 6, "step": 30}
    value: Any = {
        "name": [{**full, "name": "a", "issuer": "b"}],
        "uri": ["otpauth://totp/A?secret=JBSWY3DP"],
        "label": [{**full, "label": "a", "service": "b"}],
        "no issuer": [{**full, "name": "a"}],
    }[shape]
    found = planned(Backup(tuple(entries), profiles=read(value, STRANGE).profiles))
    back = AVTOTPY.read(write(found.backup), GIVEN)
    assert not back.problems
    assert [replace(each, id="") for each in back.entries] == [
        replace(each, id="") for each in found.backup.entries
    ]
