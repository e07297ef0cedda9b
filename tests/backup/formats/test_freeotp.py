"""FreeOTP and FreeOTP+, with files made here; the real ones are in test_interop."""

from __future__ import annotations

import json
from contextlib import suppress
from struct import pack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.formats import freeotp_files as made
from tests.backup.formats.freeotp_files import PASSWORD, SECRET, token
from tests.backup.support import needs, recognize
from tui.backup.formats.freeotp import object_stream
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError
from tui.otp.entry import Algorithm, OtpType

FREEOTP, PLUS = by_name("freeotp"), by_name("freeotp-plus")


def opened(data: bytes, password: str = PASSWORD) -> Backup:
    found = recognize(data)
    assert found is not None
    assert found.name.startswith("freeotp")
    return found.read(data, Credentials(password))


def names(backup: Backup) -> list[tuple[str, str | None]]:
    return [(each.issuer, each.account) for each in backup.entries]


# -- what is read ----------------------------------------------------------------------------


@pytest.mark.parametrize("hash_name", ["SHA1", "SHA256", "SHA512"])
@pytest.mark.parametrize("android_6", [False, True])
def test_an_encrypted_backup_opens_in_each_form(hash_name: str, android_6: bool) -> None:
    master = made.master_key(hash_name, asn1=not android_6)
    values = made.pairs(token(type="HOTP", counter=7), master=master, asn1=not android_6)
    data = made.backup(values, threshold=not android_6)
    assert needs(FREEOTP, data) is Needs.PASSWORD
    (entry,) = opened(data).entries
    assert (entry.type, entry.counter, entry.secret.key) == (OtpType.HOTP, 7, SECRET)
    with pytest.raises(BackupPasswordError, match="Wrong password"):
        opened(data, "other")
    with pytest.raises(BackupPasswordError, match="needs a password"):
        opened(data, "")


def test_missing_settings_of_a_token_have_the_defaults() -> None:
    bare = {"type": "TOTP", "label": "ada", "issuerInt": "Example", "algo": None}
    (entry,) = opened(made.backup(made.pairs(bare))).entries
    assert (entry.issuer, entry.account) == ("Example", "ada")
    assert (entry.algorithm, entry.digits, entry.period) == (Algorithm.SHA1, 6, 30)


def test_texts_of_java_are_decoded() -> None:
    long = token(label="x" * 70_000 + "😀")
    wanted = token(issuerExt="Zoë 😀\0", label="日本")
    backup = opened(made.backup(made.pairs(long, wanted)))
    assert names(backup) == [("Zoë 😀", "日本")]
    assert "name is longer" in backup.problems[0].reason


def test_a_text_that_occurs_twice_is_a_reference() -> None:
    name = json.dumps({key: value for key, value in token().items() if key != "secret"})
    # The first string of a stream has the number 2, after the class and the map.
    pairs = [(made.string(key), made.string(text)) for key, text in made.pairs(token())]
    pairs += [
        (made.string("uuid-1"), made.long_string(made.secret_value())),
        (made.string("uuid-1-token"), b"q" + pack(">I", 0x7E0002 + 5)),
        (made.string("nothing"), b"p"),
    ]
    assert pairs[2][1] == made.string(name)
    assert len(opened(made.stream(pairs)).entries) == 2


def test_preferences_are_in_the_order_of_the_app() -> None:
    values = {name: json.dumps(token(label=name)) for name in "abcd"}
    data = made.preferences(values, ["c", "gone", "a", "c", 5])
    assert needs(FREEOTP, data) is Needs.NOTHING
    assert [each.account for each in opened(data).entries] == ["c", "a", "b", "d"]
    for order in ("no list", {"a": 1}, [["a"]]):
        backup = opened(made.preferences(values, order))
        assert [each.account for each in backup.entries] == ["a", "b", "c", "d"]


def test_the_oldest_preferences_hold_uris() -> None:
    data = made.preferences(
        {"a": "otpauth://hotp/Example:ada?secret=JBSWY3DPEHPK3PXP&counter=3&digits=8"}, ["a"]
    )
    (entry,) = opened(data).entries
    assert (entry.issuer, entry.account, entry.counter, entry.digits) == ("Example", "ada", 3, 8)


def test_a_name_that_the_user_chose_is_preferred() -> None:
    renamed = token(issuerAlt="Mine", labelAlt="me")
    assert names(opened(made.plus(renamed))) == [("Mine", "me")]
    # FreeOTP 2 doesn't update what an older version left there.
    assert names(opened(made.backup(made.pairs(renamed)))) == [("Example", "ada")]


def test_the_counter_is_taken_as_stored() -> None:
    assert opened(made.plus(token(type="HOTP", counter=49))).entries[0].counter == 49


@pytest.mark.parametrize("form", ["plus", "encrypted"])
def test_an_issuer_called_steam_has_steam_codes(form: str) -> None:
    rows = (token(issuerExt="Steam", digits=5), token(issuerExt="Steam", type="HOTP"))
    backup = opened(made.plus(*rows) if form == "plus" else made.backup(made.pairs(*rows)))
    assert [each.type for each in backup.entries] == [OtpType.STEAM, OtpType.HOTP]


def test_an_empty_backup_has_no_entries() -> None:
    for data in (made.plus(), made.backup(made.pairs()), made.preferences({}, [])):
        assert opened(data) == Backup()


# -- single tokens that can't be read ----------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "SHA224": ({"algo": "SHA224"}, "hash function SHA224"),
    "SHA384": ({"algo": "SHA384"}, "hash function SHA384"),
    "no digits": ({"digits": 0}, "digits"),
    "no period": ({"period": 0}, "period"),
    "a counter below 0": ({"type": "HOTP", "counter": -1}, "counter"),
    "another type": ({"type": "YAOTP2"}, "type YAOTP2"),
    "digits true": ({"digits": True}, "digits"),
    "a label that is a number": ({"label": 5}, "account"),
    "a long name": ({"label": "x" * 102_400}, "name"),
}
BAD_SECRETS: dict[str, object] = {
    "missing": ...,
    "null": None,
    "empty": [],
    "text": "JBSWY3DPEHPK3PXP",
    "too large a number": [256],
    "too small a number": [-129],
    "a boolean": [True],
    "a fraction": [1.5],
    "long": [1] * 100_000,
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("form", ["plus", "encrypted", "preferences"])
def test_a_bad_token_is_refused_and_the_others_are_read(form: str, name: str) -> None:
    changes, reason = REFUSED[name]
    check_refused(form, token(**{"issuerExt": "Bad", **changes}), reason)


@pytest.mark.parametrize("name", BAD_SECRETS)
@pytest.mark.parametrize("form", ["plus", "preferences"])
def test_a_bad_secret_is_refused(form: str, name: str) -> None:
    check_refused(form, token(issuerExt="Bad", secret=BAD_SECRETS[name]), "secret")


def check_refused(form: str, bad: dict[str, Any], reason: str) -> None:
    rows = [token(label="first"), bad, token(label="last")]
    if form == "plus":
        data = made.plus(*rows)
    elif form == "encrypted":
        data = made.backup(made.pairs(*rows))
    else:
        texts = {f"Bad {place}": json.dumps(row) for place, row in enumerate(rows)}
        data = made.preferences(texts, list(texts))
    backup = opened(data)
    assert [each.account for each in backup.entries] == ["first", "last"]
    (problem,) = backup.problems
    assert problem.what.startswith("entry 2 (Bad")
    assert reason in problem.reason
    assert problem.reason.isprintable()


def test_secrets_under_an_older_master_key_are_refused_one_by_one() -> None:
    values = made.pairs(token(label="first"), token(label="second"), token(label="third"))
    values[3] = (values[3][0], made.secret_value(key=bytes(32)))
    backup = opened(made.backup(values))
    assert [each.account for each in backup.entries] == ["first", "third"]
    assert backup.problems[0].what == "entry 2 (Example: second)"
    assert "older master key" in backup.problems[0].reason


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"key": 5}', '{"key": "{}"}', '{"key": "{\\"mCipher\\": 1}"}']
)
def test_a_damaged_secret_is_refused(text: str) -> None:
    values = made.pairs(token(), token(label="second"))
    values[1] = (values[1][0], text)
    backup = opened(made.backup(values))
    assert [each.account for each in backup.entries] == ["second"]
    assert len(backup.problems) == 1


def test_half_a_token_is_refused_by_name() -> None:
    values = made.pairs(token(), token(label="second"), token(label="third"))
    del values[4], values[1]  # the settings of the second, the secret of the first
    backup = opened(made.backup(values))
    assert names(backup) == [("Example", "third")]
    assert [each.what for each in backup.problems] == [
        "entry 1 (Example: ada)",
        "entry 2 (uuid-1)",
    ]


@pytest.mark.parametrize("row", [None, 5, "x", []])
def test_a_row_that_is_not_a_token_is_refused(row: object) -> None:
    backup = opened(made.plus(row, token()))
    assert len(backup.entries) == 1
    assert [each.what for each in backup.problems] == ["entry 1"]


def test_names_are_cleaned() -> None:
    (entry,) = opened(made.plus(token(issuerExt="E\x1b]52;c;AA\x07vil"))).entries
    assert entry.issuer == "E]52;c;AAvil"


# -- files that can't be read ------------------------------------------------------------------

MASTERS: dict[str, dict[str, Any]] = {
    "another derivation": {"mAlgorithm": "PBKDF2withHmacMD5"},
    "no derivation": {"mAlgorithm": None},
    "0 rounds": {"mIterations": 0},
    "2^32 rounds": {"mIterations": 2**32},
    "rounds as text": {"mIterations": "1"},
    "rounds true": {"mIterations": True},
    "no salt": {"mSalt": None},
    "another cipher": {"mEncryptedKey": {"mCipher": "AES/CBC/PKCS5Padding"}},
    "no key": {"mEncryptedKey": None},
    "no nonce": {"mEncryptedKey": {**made.sealed(b"k" * 16, b"", "AES"), "mParameters": [4, 12]}},
    "no name": {"mEncryptedKey": {**made.sealed(b"k" * 16, b"", "AES"), "mToken": 5}},
}


@pytest.mark.parametrize("name", MASTERS)
def test_no_password_is_asked_for_a_file_that_none_opens(name: str) -> None:
    data = made.backup(made.pairs(token(), master=made.master_key(**MASTERS[name])))
    assert needs(FREEOTP, data) is Needs.NOTHING
    refused(data)


@pytest.mark.parametrize("text", ["", "null", "[1]", "{", "\ud800"])
def test_a_damaged_master_key_is_told(text: str) -> None:
    refused(made.backup([("masterKey", text)]))
    refused(made.backup([("other", text)]))


def test_a_changed_bit_of_the_master_key_is_found() -> None:
    for part, place in (("mCipherText", 3), ("mCipherText", -1), ("mParameters", 6)):
        master = made.master_key()
        master["mEncryptedKey"][part][place] ^= 1
        with pytest.raises(BackupPasswordError):
            opened(made.backup(made.pairs(token(), master=master)))
    for changes in ({"mSalt": [5]}, {"mIterations": 2}):
        master = made.master_key(**changes)
        with pytest.raises(BackupPasswordError):
            opened(made.backup(made.pairs(token(), master=master)))


def test_a_master_key_of_an_impossible_length_is_told() -> None:
    master = made.master_key()
    master["mEncryptedKey"] = made.sealed(made.password_key(), b"short", "AES")
    refused(made.backup(made.pairs(token(), master=master)))


def test_a_stream_that_is_cut_anywhere_is_refused() -> None:
    good = made.backup(made.pairs(token()))
    for length in range(28, len(good)):
        with pytest.raises(FormatError):
            object_stream.read_map(good[:length])


STREAMS = {
    "2^31 pairs": made.backup([]).replace(pack(">ii", 32, 0), pack(">iI", 32, 2**31)),
    "100,000 fields": made.backup([]).replace(b"\x03\x00\x02F", b"\x03\xff\xffF"),
    "a field with an object": made.backup([]).replace(b"\x02F", b"\x02L"),
    "a long string of 2^63": made.stream([(b"|\x7f" + b"\xff" * 7, b"p")]),
    "a reference to nothing": made.stream([(made.string("a"), b"q\x00\x7e\x00\x09")]),
    "a reference below": made.stream([(made.string("a"), b"q\x00\x00\x00\x00")]),
    "a number": made.stream([(made.string("a"), b"sr\x00\x11java.lang.Integer")]),
    "invalid UTF-8": made.stream([(b"t\x00\x01\xff", b"p")]),
    "no map": made.backup([])[:4],
    "a class that starts alike": made.backup([]).replace(b"HashMap", b"HashMax"),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_hostile_stream_is_refused(name: str) -> None:
    data = STREAMS[name]
    assert needs(FREEOTP, data) is Needs.NOTHING
    with pytest.raises(FormatError):
        FREEOTP.read(data, Credentials(PASSWORD))


@pytest.mark.parametrize("data", [b"{}", b'{"tokens": 5, "tokenOrder": []}', b"[]", b"{"])
def test_json_without_tokens_is_not_an_export(data: bytes) -> None:
    assert recognize(data) is not PLUS
    with pytest.raises(FormatError):
        PLUS.read(data, Credentials())


def test_preferences_without_tokens_are_not_a_backup() -> None:
    data = b'<map><string name="other">x</string></map>'
    assert recognize(data) is not FREEOTP
    with pytest.raises(FormatError, match="no list of FreeOTP tokens"):
        FREEOTP.read(data, Credentials())


@given(st.data())
def test_no_change_of_a_file_does_more_than_raise_our_error(data: st.DataObject) -> None:
    good = bytearray(data.draw(st.sampled_from(FILES)))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    changed = bytes(good[: data.draw(st.integers(0, len(good)))])
    for form in (FREEOTP, PLUS):
        needs(form, changed)
        with suppress(FormatError):
            form.read(changed, Credentials(PASSWORD))


FILES = [
    made.backup(made.pairs(token(), token(type="HOTP"))),
    made.plus(token(), token(type="HOTP")),
    made.preferences({"a": json.dumps(token())}, ["a"]),
]


def refused(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        opened(data)
    assert not isinstance(caught.value, BackupPasswordError)
    assert str(caught.value).endswith(".")
    assert str(caught.value).isprintable()
