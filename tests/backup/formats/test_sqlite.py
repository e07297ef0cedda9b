"""Databases of Google and Microsoft Authenticator, made here; the real ones are in test_interop."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import ONE, THREE, TWO, needs, recognize
from tui.backup.formats import _sqlite
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import FormatError
from tui.otp.entry import OtpType
from tui.otp.secret import Secret

GOOGLE, MICROSOFT = by_name("google-sqlite"), by_name("microsoft")
GOOGLE_TABLE = (
    "CREATE TABLE accounts (_id INTEGER PRIMARY KEY, email TEXT, secret TEXT, counter INTEGER,"
    " type INTEGER, provider INTEGER, issuer TEXT, original_name TEXT)"
)
MICROSOFT_TABLE = (
    "CREATE TABLE accounts (_id INTEGER PRIMARY KEY, name TEXT, username TEXT,"
    " oath_secret_key TEXT, account_type INTEGER, ux_position INTEGER,"
    " encrypted_oath_secret_key TEXT, cached_pin TEXT)"
)


def database(*statements: str, rows: list[dict[str, Any]] | None = None) -> bytes:
    """A database after these statements, with rows in its table `accounts`."""
    with closing(sqlite3.connect(":memory:")) as made:
        made.execute("PRAGMA page_size=512")
        for each in statements:
            made.execute(each)
        for row in rows or []:
            marks = ", ".join("?" for _ in row)
            made.execute(
                f"INSERT INTO accounts ({', '.join(row)}) VALUES ({marks})", [*row.values()]
            )
        made.commit()
        return made.serialize()


def google(*rows: dict[str, Any], table: str = GOOGLE_TABLE) -> bytes:
    made = [
        {"email": "Example:ada", "secret": ONE, "type": 0, "issuer": "Example"} | row
        for row in rows
    ]
    return database(table, rows=made)


def microsoft(*rows: dict[str, Any]) -> bytes:
    plain = {"name": "Example", "username": "ada", "oath_secret_key": ONE, "account_type": 0}
    return database(MICROSOFT_TABLE, rows=[plain | row for row in rows])


def opened(data: bytes) -> Backup:
    found = recognize(data)
    assert found in {GOOGLE, MICROSOFT}
    assert needs(found, data) is Needs.NOTHING
    return found.read(data, Credentials())


def names(backup: Backup) -> list[tuple[str, str | None]]:
    return [(each.issuer, each.account) for each in backup.entries]


# -- Google ----------------------------------------------------------------------------------


def test_google_accounts_are_read_in_the_order_of_their_ids() -> None:
    data = google(
        {"_id": 9, "secret": THREE},
        {"_id": 2, "type": 1, "counter": 7, "email": "grace", "secret": TWO},
        {"_id": 5, "issuer": None, "email": "lin"},
        {"_id": 6, "issuer": "Other", "email": "Example:ada"},
        {"_id": 7, "issuer": "Example", "email": "Examples:ada"},
    )
    backup = opened(data)
    assert names(backup) == [
        ("Example", "grace"),
        ("", "lin"),
        ("Other", "Example:ada"),
        ("Example", "Examples:ada"),
        ("Example", "ada"),
    ]
    first = backup.entries[0]
    assert (first.type, first.counter, first.secret) == (OtpType.HOTP, 7, Secret.base32(TWO))
    assert not backup.problems


def test_an_old_google_database_has_fewer_columns() -> None:
    old = "CREATE TABLE accounts (_id INTEGER PRIMARY KEY, email TEXT, secret TEXT, type INTEGER)"
    data = database(old, rows=[{"email": "Example:ada", "secret": ONE, "type": 0}])
    assert names(opened(data)) == [("", "Example:ada")]


def test_an_encrypted_google_account_is_refused_by_name() -> None:
    table = GOOGLE_TABLE[:-1] + ", isencrypted INTEGER)"
    backup = opened(google({"isencrypted": 1}, {"isencrypted": 0}, {}, table=table))
    assert len(backup.entries) == 2
    assert backup.problems[0].what == "entry 1 (Example:ada)"
    assert "encrypted" in backup.problems[0].reason


GOOGLE_REFUSED: dict[str, dict[str, Any]] = {
    "another type": {"type": 2},
    "no type": {"type": None},
    "a type as text": {"type": "zero"},
    "a type as a fraction": {"type": 0.5},
    "no secret": {"secret": None},
    "an empty secret": {"secret": ""},
    "a secret of bytes": {"secret": b"JBSWY3DPEHPK3PXP"},
    "no base32": {"secret": "0189"},
    "a name of bytes": {"email": b"ada"},
    "a long name": {"email": "x" * 102_400},
    "a counter below 0": {"type": 1, "counter": -1},
    "a counter as text": {"type": 1, "counter": "many"},
}


@pytest.mark.parametrize("name", GOOGLE_REFUSED)
def test_a_bad_google_account_is_refused_and_the_others_are_read(name: str) -> None:
    backup = opened(google({}, GOOGLE_REFUSED[name], {"email": "last"}))
    assert names(backup) == [("Example", "ada"), ("Example", "last")]
    (problem,) = backup.problems
    assert problem.what.startswith("entry 2")
    assert (problem.what + problem.reason).isprintable()


# -- Microsoft -------------------------------------------------------------------------------


def test_microsoft_accounts_are_read_in_the_order_of_the_app() -> None:
    key = bytes(range(20))
    data = microsoft(
        {"ux_position": 3, "username": "third"},
        {"ux_position": 1, "name": "Microsoft", "username": "first", "account_type": 1,
         "oath_secret_key": base64.b64encode(key).decode()},
        {"ux_position": 2, "username": "second", "cached_pin": "1234"},
    )  # fmt: skip
    backup = opened(data)
    assert [each.account for each in backup.entries] == ["first", "second", "third"]
    assert [each.digits for each in backup.entries] == [8, 6, 6]
    assert backup.entries[0].secret.key == key
    assert backup.entries[1].secret == Secret.base32(ONE)
    assert "1234" not in str(backup)


MICROSOFT_REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a work account": ({"account_type": 2, "oath_secret_key": ""}, "work account"),
    "another type": ({"account_type": 9}, "type 9"),
    "a type as text": ({"account_type": "x"}, "type x"),
    "encrypted": ({"oath_secret_key": "", "encrypted_oath_secret_key": "eA=="}, "encrypted"),
    "no secret": ({"oath_secret_key": None}, "no secret"),
    "an empty secret": ({"oath_secret_key": ""}, "empty"),
    "no base32": ({"oath_secret_key": "0189"}, "base32"),
    "no base64": ({"account_type": 1, "oath_secret_key": "!"}, "base64"),
    "a secret of bytes": ({"oath_secret_key": b"\xff"}, "not text"),
    "a name of bytes": ({"name": b"\xff"}, "issuer"),
}


@pytest.mark.parametrize("name", MICROSOFT_REFUSED)
def test_a_bad_microsoft_account_is_refused_and_the_others_are_read(name: str) -> None:
    changes, reason = MICROSOFT_REFUSED[name]
    backup = opened(microsoft({}, changes, {"username": "last"}))
    assert names(backup) == [("Example", "ada"), ("Example", "last")]
    (problem,) = backup.problems
    assert problem.what.startswith("entry 2")
    assert reason in problem.reason


# -- databases -------------------------------------------------------------------------------


def in_wal_mode(data: bytes) -> bytes:
    return data[:18] + b"\x02\x02" + data[20:]


def test_a_database_in_wal_mode_is_read() -> None:
    assert len(opened(in_wal_mode(google({}))).entries) == 1
    assert opened(google()) == Backup()
    with pytest.raises(FormatError, match="-wal") as caught:
        opened(in_wal_mode(google()))
    assert caught.value.hint


def test_names_in_another_encoding_never_raise() -> None:
    data = google({"email": "Example:adaX"}).replace(b"adaX", b"ad\xff\x1b")
    assert opened(data).entries[0].account == "ad\N{REPLACEMENT CHARACTER}"
    wide = database("PRAGMA encoding='UTF-16le'", GOOGLE_TABLE, rows=[
        {"email": "日本", "secret": ONE, "type": 0}
    ])  # fmt: skip
    assert names(opened(wide)) == [("", "日本")]


OTHERS: dict[str, Callable[[], bytes]] = {
    "another app": lambda: database("CREATE TABLE notes (secret TEXT)"),
    "other columns": lambda: database("CREATE TABLE accounts (secret TEXT)"),
    "a view": lambda: database(
        GOOGLE_TABLE.replace("accounts", "others"),
        "CREATE VIEW accounts AS SELECT * FROM others",
    ),
    "a view without end": lambda: database(
        "CREATE VIEW accounts AS WITH RECURSIVE n(email) AS (SELECT 1 UNION ALL SELECT email + 1"
        " FROM n) SELECT email, 'A' AS secret, 0 AS type, '' AS oath_secret_key FROM n"
    ),
    "computed columns": lambda: database(
        "CREATE TABLE accounts (email TEXT, type INTEGER, secret TEXT AS (hex(zeroblob(9))),"
        " oath_secret_key TEXT AS (hex(zeroblob(9))) STORED)"
    ),
    "a virtual table": lambda: database(
        "CREATE VIRTUAL TABLE accounts USING fts5(email, secret, type, oath_secret_key)"
    ),
    "the header alone": lambda: _sqlite.SIGNATURE,
    "a page of zeros": lambda: _sqlite.SIGNATURE + bytes(4096),
    "an encrypted database": lambda: bytes(range(255, -1, -1)) * 16,
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_database_without_the_table_is_not_recognized_and_refused(name: str) -> None:
    data = OTHERS[name]()
    assert recognize(data) is None
    for form in (GOOGLE, MICROSOFT):
        with pytest.raises(FormatError) as caught:
            form.read(data, Credentials())
        assert caught.value.__cause__ is None
        assert str(caught.value).endswith(".")


def test_triggers_never_run() -> None:
    data = database(
        GOOGLE_TABLE,
        "CREATE TRIGGER each AFTER INSERT ON accounts BEGIN DELETE FROM accounts; END",
    )
    assert opened(data) == Backup()


def test_a_table_with_too_many_rows_is_refused() -> None:
    numbers = "WITH RECURSIVE n(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM n WHERE x <= 50000)"
    fill = f"INSERT INTO accounts (email, secret, type) {numbers} SELECT 'a', 'AAAA', 0 FROM n"
    with pytest.raises(FormatError, match="more than 50000"):
        opened(database(GOOGLE_TABLE, fill))


def test_a_huge_value_is_refused() -> None:
    with pytest.raises(FormatError, match="damaged"):
        opened(google({"email": "x" * (2 << 20)}))


def test_rows_that_share_their_pages_are_refused() -> None:
    with pytest.raises(FormatError, match="damaged"):
        list(_sqlite._bounded([("a" * 2000,)] * 9, 4096))


def test_a_database_that_is_cut_raises_our_error() -> None:
    good = google(*[{}] * 20)
    for length in range(0, len(good), 97):
        with suppress(FormatError):
            GOOGLE.read(good[:length], Credentials())


@given(st.data())
def test_no_change_of_a_database_does_more_than_raise_our_error(data: st.DataObject) -> None:
    good = bytearray(data.draw(st.sampled_from(FILES)))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(16, len(good) - 1))] = data.draw(st.integers(0, 255))
    changed = bytes(good[: data.draw(st.integers(1, len(good)))])
    recognize(changed)
    for form in (GOOGLE, MICROSOFT):
        with suppress(FormatError):
            form.read(changed, Credentials())


FILES = [google({}, {"type": 1, "counter": 5}), microsoft({}, {"account_type": 1})]
