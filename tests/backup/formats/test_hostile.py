"""Hostile files: one clear sentence, in bounded time, and valid entries are read."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.backup.formats import authpro
from tests.backup.support import needs, recognize
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.errors import BackupPasswordError, FormatError

STRONG, LEGACY, PLAIN = (
    by_name(name)
    for name in ("authenticator-pro", "authenticator-pro-legacy", "authenticator-pro-plain")
)
PASSWORD = Credentials("a password")
MIB = 2**20


def padded(unit: bytes) -> bytes:
    return unit * (16 * MIB // len(unit) - 8)


DEEP = b'{"Authenticators":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
FILES = {
    "empty": b"",
    "zeros": bytes(1024),
    "a page of HTML": b"<!DOCTYPE html><html><body>404</body></html>" * 20,
    "a zip": b"PK\x03\x04" + bytes(range(256)) * 4,
    "a gzip": b"\x1f\x8b\x08" + bytes(range(255, -1, -1)) * 4,
    "the header alone": b"AUTHENTICATORPRO",
    "half a header": b"AUTHENTIC",
    "strong, cut in the salt": b"AUTHENTICATORPRO" + b"\xff" * 10,
    "strong, cut in the nonce": b"AUTHENTICATORPRO" + b"\xff" * 20,
    "strong, cut in the tag": b"AUTHENTICATORPRO" + b"\xff" * 43,
    "legacy, header alone": b"AuthenticatorPro",
    "legacy, cut in the IV": b"AuthenticatorPro" + b"\xff" * 30,
    "legacy, no payload": b"AuthenticatorPro" + b"\xff" * 36,
    "legacy, not whole blocks": b"AuthenticatorPro" + b"\xff" * 51,
    "a header in lower case": b"authenticatorpro" + b"\xff" * 60,
    "100,000 nested lists": DEEP,
    "nested before the end": DEEP[:100_000],
    "16 MiB of objects": b'{"Authenticators":[' + padded(b'{"a":0},') + b'{"a":0}]}',
    "16 MiB of keys": b"{" + padded(b'"a":0,') + b'"a":0}',
    "16 MiB of numbers": b'{"Authenticators":[' + padded(b"0,") + b"0]}",
    "16 MiB of objects in a row": padded(b'{"a":0}'),
    "16 MiB of lists": b'{"Authenticators":[' + padded(b"[0],") + b"[0]]}",
    "duplicate keys": b'{"Authenticators":[],"Authenticators":[]}',
    "duplicate keys in an entry": b'{"Authenticators":[{"Type":2,"Type":1}]}',
    "NaN": b'{"Authenticators":[NaN]}',
    "1e999": b'{"Authenticators":[1e999]}',
    "a 5,000-digit integer": b'{"Authenticators":[' + b"9" * 5000 + b"]}",
    "a lone surrogate": rb'{"Authenticators":[{"Issuer":"\ud800"}]}',
    "a lone surrogate as a key": rb'{"Authenticators":[],"\udfff":1}',
    "invalid UTF-8": b'{"Authenticators":["\xff"]}',
    "UTF-16": '{"Authenticators":[]}'.encode("utf-16"),
    "UTF-16 without a mark": '{"Authenticators":[]}'.encode("utf-16-be"),
    "a list": b"[]",
    "null": b"null",
    "a string": b'"Authenticators"',
    "no Authenticators": b'{"something":"test"}',
    "Authenticators null": b'{"Authenticators":null}',
    "Authenticators an object": b'{"Authenticators":{}}',
    "Categories a string": b'{"Authenticators":[],"Categories":"x"}',
    "cut short": authpro.plain(authpro.entry())[:-9],
    "something after the end": authpro.plain(authpro.entry()) + b"{}",
    "50,001 entries": b'{"Authenticators":[' + b"{}," * 50_000 + b"{}]}",
    "50,001 categories": b'{"Authenticators":[],"Categories":[' + b"{}," * 50_000 + b"{}]}",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("form", [STRONG, LEGACY, PLAIN], ids=lambda form: form.name)
def test_no_file_does_more_than_raise_one_sentence(form: Any, name: str) -> None:
    data = FILES[name]
    with pytest.raises(FormatError) as caught:
        form.read(data, PASSWORD)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 120


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith("16 MiB of")])
def test_many_parts_are_counted_before_they_are_parsed(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(json, "loads", pytest.fail)
    with pytest.raises(FormatError, match="too many values"):
        PLAIN.read(FILES[name], PASSWORD)


@pytest.mark.parametrize("name", ["empty", "zeros", "a page of HTML", "a list", "half a header"])
def test_text_is_reported_as_no_backup_instead_of_a_wrong_password(name: str) -> None:
    with pytest.raises(FormatError, match="not an Authenticator Pro backup") as caught:
        STRONG.read(FILES[name], PASSWORD)
    assert not isinstance(caught.value, BackupPasswordError)


@pytest.mark.parametrize("name", FILES)
def test_recognizing_and_asking_what_it_needs_never_fail(name: str) -> None:
    recognize(FILES[name], "x.authpro")
    for form in (STRONG, LEGACY, PLAIN):
        needs(form, FILES[name])


MEASURE = """
import resource, sys
from tui.errors import FormatError
from tui.backup.registry import by_name
from tui.backup.model import Credentials
size = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
form, unit = by_name("authenticator-pro-plain"), sys.argv[1].encode()
before = size()
data = b'{"Authenticators":[' + unit * (int(sys.argv[2]) // len(unit)) + b"0]}"
try:
    form.read(data, Credentials())
except FormatError:
    print(size() - before)
"""


@pytest.mark.parametrize(
    ("unit", "length"),
    [
        ('{"a":0},', 590_000 * 8),
        ("[0],", 590_000 * 4),
        ("1.5,", 690_000 * 4),
        ('"ab",', 690_000 * 5),
    ],
)
def test_no_file_of_many_small_parts_takes_512_mib(unit: str, length: int) -> None:
    command = [sys.executable, "-c", MEASURE, unit, str(length)]
    measured = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
    assert int(measured.stdout) < 512


@pytest.mark.parametrize("form", [STRONG, LEGACY], ids=lambda form: form.name)
def test_a_changed_bit_is_found_wherever_it_is(form: Any) -> None:
    good = form.write(PLAIN.read(authpro.plain(authpro.entry()), PASSWORD), PASSWORD)
    start = 16 if form is STRONG else 52 - 16
    for place in (start, start + 20, len(good) - 1):
        if form is LEGACY and place < 52:
            continue  # IV and salt are not authenticated: see below
        changed = bytearray(good)
        changed[place] ^= 1
        with pytest.raises(BackupPasswordError):
            form.read(bytes(changed), PASSWORD)
    with pytest.raises(FormatError):
        form.read(good + b"\x00", PASSWORD)
    with pytest.raises(FormatError):
        form.read(good[:-1], PASSWORD)


def test_swapped_salt_and_nonce_do_not_open() -> None:
    good = strong(authpro.plain(authpro.entry()))
    with pytest.raises(BackupPasswordError):
        STRONG.read(good[:16] + good[32:44] + good[16:32] + good[44:], PASSWORD)


def strong(plain: bytes) -> bytes:
    assert STRONG.write is not None
    return STRONG.write(PLAIN.read(plain, PASSWORD), PASSWORD)


# -- entries ---------------------------------------------------------------------------------


def read(*rows: Any, **lists: Any) -> Backup:
    return PLAIN.read(authpro.plain(*rows, **lists), PASSWORD)


REFUSED: dict[str, dict[str, Any]] = {
    "empty secret": {"Secret": ""},
    "digits 0 1 8 9": {"Secret": "JBSWY3DPEHPK0189"},
    "dotless i": {"Secret": "JBSWYıDPEHPK"},
    "1 MiB secret": {"Secret": "A" * MIB},
    "no secret": {"Secret": ...},
    "secret a number": {"Secret": 5},
    "Type 0": {"Type": 0},
    "Type 6": {"Type": 6},
    "Type true": {"Type": True},
    "Type text": {"Type": "2"},
    "no Type": {"Type": ...},
    "Algorithm 3": {"Algorithm": 3},
    "Algorithm text": {"Algorithm": "SHA1"},
    "Digits 0": {"Digits": 0},
    "Digits -1": {"Digits": -1},
    "Digits 11": {"Digits": 11},
    "Digits true": {"Digits": True},
    "Digits 6.0": {"Digits": 6.0},
    "Period 0": {"Period": 0},
    "Period -30": {"Period": -30},
    "Period 10^9": {"Period": 10**9},
    "Period true": {"Period": True},
    "Counter -1": {"Counter": -1},
    "Counter 2^64": {"Counter": 2**64},
    "Counter of 300 digits": {"Counter": int("9" * 300)},
    "Ranking 2^40": {"Ranking": 2**40},
    "CopyCount text": {"CopyCount": "3"},
    "100 KiB issuer": {"Issuer": "x" * 100 * 1024},
    "100 KiB username": {"Username": "x" * 100 * 1024},
    "issuer a list": {"Issuer": ["x"]},
    "pin a number": {"Pin": 1234},
    "Steam with period 0": {"Type": 4, "Digits": 5, "Period": 0},
}


@pytest.mark.parametrize("name", REFUSED)
def test_one_bad_entry_is_reported_by_name_and_the_others_are_read(name: str) -> None:
    bad = authpro.entry(**{"Issuer": "Bad", **REFUSED[name]})
    backup = read(authpro.entry(Username="first"), bad, authpro.entry(Username="last"))
    assert [entry.account for entry in backup.entries] == ["first", "last"]
    (problem,) = backup.problems
    assert problem.refused
    assert problem.what.startswith("entry 2")
    assert problem.what.isprintable()
    assert problem.reason.isprintable()
    assert len(problem.what) < 100 > len(problem.reason)
    secret = REFUSED[name].get("Secret")
    assert not isinstance(secret, str) or not secret or secret not in problem.reason


@pytest.mark.parametrize("row", [None, 5, [], "x", {}])
def test_a_row_that_is_not_an_object_is_refused_with_its_position(row: Any) -> None:
    backup = read(authpro.entry(), row)
    assert len(backup.entries) == 1
    assert [problem.what for problem in backup.problems] == ["entry 2"]


def test_an_entry_that_occurs_twice_is_read_twice() -> None:
    assert len(read(authpro.entry(), authpro.entry()).entries) == 2


def test_invalid_digits_and_algorithm_that_the_type_ignores_are_corrected() -> None:
    backup = read(authpro.entry(Type=4, Digits=0, Algorithm=9))
    assert backup.entries[0].digits == 5
    assert [problem.refused for problem in backup.problems] == [False, False]


def test_control_characters_are_removed_from_names_and_reported() -> None:
    nasty = "Ev\x1b]52;c;AAAA\x07il\x00\x9b\r\nCorp"
    backup = read(
        authpro.entry(Issuer=nasty, Username="a\x1bb"),
        Categories=[{"Id": "x", "Name": "We\x1bb", "Ranking": 0}],
    )
    (entry,) = backup.entries
    assert entry.issuer == "Ev]52;c;AAAAil  Corp"
    assert entry.account == "ab"
    assert backup.categories[0].name == "Web"
    assert len(backup.problems) == 3
    assert not any(problem.refused for problem in backup.problems)
    assert all((problem.what + problem.reason).isprintable() for problem in backup.problems)


def test_assignments_to_missing_categories_are_reported() -> None:
    category = [{"Id": "a", "Name": "Web", "Ranking": 0}]
    bindings: list[Any] = [
        {"CategoryId": "a", "AuthenticatorSecret": "NOTHERE", "Ranking": 0},
        {"CategoryId": "b", "AuthenticatorSecret": "JBSWY3DPEHPK3PXP", "Ranking": 0},
        {"CategoryId": "a", "AuthenticatorSecret": "JBSWY3DPEHPK3PXP", "Ranking": True},
        None,
    ]
    backup = read(authpro.entry(), Categories=category, AuthenticatorCategories=bindings)
    assert backup.entries[0].categories == ()
    assert [problem.what[:6] for problem in backup.problems] == ["2 of 4", "2 of 4"]
    assert "NOTHERE" not in str(backup.problems)


@pytest.mark.parametrize("icon", ["../../x", "/etc/passwd", "a b", 7, "@", "x" * 500, "\x1b"])
def test_an_invalid_icon_name_is_left_out(icon: Any) -> None:
    backup = read(authpro.entry(Icon=icon))
    assert backup.entries[0].icon is None
    assert [problem.refused for problem in backup.problems] == [False]


def test_icons_are_checked_and_never_decoded() -> None:
    good = {"Id": "0badcafe", "Data": "AAAA"}
    backup = read(
        authpro.entry(Icon="@0badcafe"),
        CustomIcons=[
            good,
            {"Id": "../../x", "Data": "AAAA"},
            {"Id": "1", "Data": "not base64!"},
            {"Id": "2", "Data": "A" * 3 * MIB},
            {"Id": "0badcafe", "Data": "BBBB"},
            7,
        ],
    )
    assert [(icon.id, icon.data) for icon in backup.icons] == [("0badcafe", "AAAA")]
    assert [problem.what for problem in backup.problems] == [f"icon {n}" for n in range(2, 7)]


def test_escaped_pairs_of_surrogates_are_one_character() -> None:
    data = json.dumps({"Authenticators": [authpro.entry(Issuer="😀")]}).encode()
    assert rb"\ud83d" in data
    assert PLAIN.read(data, PASSWORD).entries[0].issuer == "😀"


def test_20_000_entries_are_read() -> None:
    row = json.dumps(authpro.entry()).encode()
    data = b'{"Authenticators":[' + (row + b",") * 19_999 + row + b"]}"
    assert len(PLAIN.read(data, PASSWORD).entries) == 20_000
