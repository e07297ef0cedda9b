"""The document: reading, writing, and keeping unknown parts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vault.strategies import documents, json_values
from tests.vault.support import RFC_SECRET, entry, full_document, identity
from tui import limits
from tui.errors import DamagedVaultError, MatchError, NotSavedError
from tui.otp.entry import Algorithm, OtpType
from tui.vault import document, one_entry
from tui.vault.document import Document
from tui.vault.undo import with_undo

RAW: dict[str, Any] = json.loads(document.write(Document(entries=(entry(),))))["entries"][0]


def read_entries(*raws: Any) -> Document:
    return document.read(json.dumps({"entries": raws}).encode())


@given(documents())
def test_a_written_document_is_read_back(made: Document) -> None:
    assert document.read(document.write(made)) == made


def test_the_full_document_is_read_back_with_padding() -> None:
    assert document.read(document.write(full_document()) + b" " * 100) == full_document()


def test_an_entry_is_written_with_every_key_of_the_specification() -> None:
    keys = """id type issuer account secret algorithm digits period counter pin icon categories
        ranking pinned copy_count note created updated revision"""
    assert list(RAW) == keys.split()


def test_use_and_deletion_are_written_only_if_they_happened() -> None:
    made = Document((entry("live", used=5),)).holding(
        [entry("live", used=5), entry("old", deleted=7, used=6)]
    )
    raws = json.loads(document.write(made))["entries"]
    assert [(raw.get("used"), raw.get("deleted")) for raw in raws] == [(5, None), (6, 7)]
    assert all(list(raw)[: len(RAW)] == list(RAW) for raw in raws)
    again = document.read(document.write(made))
    assert again == made
    assert [one.issuer for one in again.entries] == ["live"]
    assert [one.issuer for one in again.trash] == ["old"]


def test_a_mark_for_forwarding_is_written_only_if_it_is_set() -> None:
    made = Document((entry("a", forward=True), entry("b")))
    raws = json.loads(document.write(made))["entries"]
    assert [raw.get("forward") for raw in raws] == [True, None]
    assert document.read(document.write(made)) == made


def test_trashed_entries_can_be_anywhere_in_the_file() -> None:
    made = read_entries(
        RAW | {"id": identity("x"), "deleted": 7}, RAW | {"deleted": 0, "used": 0, "later": 1}
    )
    assert [one.id for one in made.trash] == [identity("x")]
    assert [(one.id, one.used, dict(one.extra)) for one in made.entries] == [
        (RAW["id"], 0, {"later": 1})
    ]
    with pytest.raises(MatchError):
        made.find(identity("x"))


def test_ids_are_unique_across_the_trash() -> None:
    made = read_entries(RAW | {"deleted": 7}, RAW)
    assert (len(made.trash), made.entries) == (1, ())
    assert [one.reason for one in made.unreadable] == ["another item has the same id"]


def test_the_original_text_of_a_secret_is_kept() -> None:
    made = read_entries(RAW | {"secret": "GEZDGNBV", "secret_given": "gezd gnbv"}).entries[0]
    assert (made.secret.given, made.secret.normal) == ("gezd gnbv", "GEZDGNBV")
    assert json.loads(document.write(Document((made,))))["entries"][0]["secret_given"] == (
        "gezd gnbv"
    )


def test_a_secret_takes_precedence_over_an_original_text_that_differs() -> None:
    made = read_entries(RAW | {"secret": "GEZDGNBV", "secret_given": "aaaa aaaa"}).entries[0]
    assert made.secret.given == "GEZDGNBV"


def test_missing_keys_take_their_defaults() -> None:
    lean = {"id": identity("x"), "issuer": "x", "secret": RFC_SECRET}
    steam, motp = read_entries(
        lean | {"type": "steam"}, lean | {"type": "motp", "id": identity("y")}
    ).entries
    assert (steam.digits, steam.period, steam.algorithm) == (5, 30, Algorithm.SHA1)
    assert (motp.type, motp.digits, motp.period) == (OtpType.MOTP, 6, 10)


def test_unknown_keys_are_kept_everywhere() -> None:
    raw = {
        "entries": [RAW | {"colour": "red", "counter": 3}],
        "categories": [{"id": "1", "name": "One", "ranking": 0, "emoji": "☃"}],
        "icons": [{"id": "2", "data": "AAAA", "size": 3}],
        "preferences": {"anything": [1, {"at": "all"}]},
        "later": {"list": [None, True, 0.5]},
    }
    assert json.loads(document.write(document.read(json.dumps(raw).encode()))) == raw


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"type": "quantum"}, "its type or algorithm is unknown"),
        ({"algorithm": "MD5"}, "its type or algorithm is unknown"),
        ({"issuer": None}, "“issuer” has the wrong type"),
        ({"issuer": "x" * 1025}, "its name is longer than 1024 characters"),
        ({"digits": True}, "“digits” has the wrong type"),
        ({"digits": 6.0}, "“digits” has the wrong type"),
        ({"digits": 11}, "digits must be 1 to 10, not 11"),
        ({"period": 0}, "period must be 1 second to a year, not 0"),
        ({"counter": 2**63}, "counter must be 0 to 2^63 - 1, not 9223372036854775808"),
        ({"pinned": 1}, "“pinned” has the wrong type"),
        ({"secret": ""}, "the secret is empty"),
        ({"secret": "0189"}, "the secret is not base32 (letters A-Z and digits 2-7)"),
        ({"id": ""}, "its id must have 1 to 64 characters"),
        ({"categories": {}}, "“categories” has the wrong type"),
        ({"categories": ["web"]}, "one of its categories is not an id with a ranking"),
        ({"categories": [[]]}, "one of its categories is not an id with a ranking"),
        ({"categories": [{"id": "1"}]}, "one of its categories is not an id with a ranking"),
        (
            {"categories": [{"id": "1", "ranking": 0, "more": 1}]},
            "one of its categories is not an id with a ranking",
        ),
        ({"deleted": "yesterday"}, "a date in it is not a number of seconds"),
        ({"deleted": True}, "a date in it is not a number of seconds"),
        ({"used": -1}, "a date in it is not a number of seconds"),
        ({"forward": 1}, "“forward” has the wrong type"),
        ({"used": None}, "a date in it is not a number of seconds"),
        ({"type": "yandex"}, "a Yandex secret has 16 or 26 bytes, not 20"),
        ({"type": "motp", "secret": "\ud800"}, "the secret is not text"),
    ],
)
def test_an_invalid_entry_is_kept_as_unreadable(change: dict[str, Any], reason: str) -> None:
    bad = RAW | {"id": identity("bad"), "issuer": "Bad\x1b[31m", "account": "one"} | change
    made = read_entries(bad, RAW)
    assert [one.id for one in made.entries] == [RAW["id"]]
    assert [one.reason for one in made.unreadable] == [reason]
    assert "\x1b" not in made.unreadable[0].label
    assert json.loads(document.write(made))["entries"] == [RAW, bad]


@pytest.mark.parametrize("raw", [None, 5, "text", [], {}, {"id": 1}, {"type": "totp"}, [[[]]]])
def test_an_item_that_is_not_an_entry_is_kept_as_unreadable(raw: Any) -> None:
    made = read_entries(raw)
    assert made.entries == ()
    assert json.loads(document.write(made))["entries"] == [raw]


@given(st.lists(json_values(), max_size=4))
def test_anything_in_the_lists_survives_reading_and_writing(raws: list[Any]) -> None:
    root = {"entries": raws, "categories": raws, "icons": raws, "preferences": {}}
    assert json.loads(document.write(document.read(json.dumps(root).encode()))) == root


def test_the_second_entry_with_an_id_is_kept_as_unreadable() -> None:
    made = read_entries(RAW, RAW | {"issuer": "Other"})
    assert [one.issuer for one in made.entries] == ["Site"]
    assert [(one.label, one.reason) for one in made.unreadable] == [
        ("Other me", "another item has the same id")
    ]


def test_invalid_categories_and_icons_are_kept_as_unreadable() -> None:
    raw = {
        "entries": [],
        "categories": [{"id": "1", "name": 5, "ranking": 0}, None],
        "icons": [{"id": "2"}],
        "preferences": {},
    }
    made = document.read(json.dumps(raw).encode())
    assert [one.kind for one in made.unreadable] == ["categories", "categories", "icons"]
    assert json.loads(document.write(made)) == raw


@pytest.mark.parametrize("indent", [None, 2, "\t\r\n "])
def test_white_space_between_the_parts_does_not_matter(indent: int | str | None) -> None:
    written = document.write(full_document())
    spaced = json.dumps(json.loads(written), indent=indent)
    assert document.read(f" {spaced}\n".encode()) == document.read(written)
    assert document.read(b" { } ") == Document()


@pytest.mark.parametrize(
    "plaintext",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b"{}}",
        b'{"entries":[]} {}',
        b'{"entries":[],}',
        b'{"entries":[],5:6}',
        b'{"entries":[]:"icons":[]}',
        b'{"entries" []}',
        b'{"entries":[1,]}',
        b'{"entries":[,1]}',
        b'{"entries":[1 2]}',
        b'{"entries":[1}',
        b"\xff",
        b'{"entries":{}}',
        b'{"entries":[],"icons":null}',
        b'{"entries":[],"preferences":[]}',
        b'{"entries":[],"entries":[]}',
        b'{"entries":[{"id":"a","id":"b"}]}',
        b'{"entries":[],"later":NaN}',
        b'{"entries":[],"later":1e999}',
        b'{"entries":[' + b"[" * 100_000,
        b'{"entries":[],"later":' + b"9" * 5000 + b"}",
    ],
)
def test_an_invalid_document_is_refused_without_quoting_it(plaintext: bytes) -> None:
    with pytest.raises(DamagedVaultError, match="damaged: the decrypted contents") as caught:
        document.read(plaintext)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


@pytest.mark.parametrize(
    "plaintext",
    [
        b'{"entries":[' + b"[]," * limits.JSON_CONTAINERS + b"[]]}",
        b'{"a":[' + b"0," * (limits.VAULT_VALUES + 1) + b"0]}",
        b'{"icons":[' + b"0," * limits.ITEMS + b"0]}",
    ],
    ids=["containers", "values", "items"],
)
def test_a_document_with_too_many_parts_is_refused(
    plaintext: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    if b"icons" not in plaintext:
        monkeypatch.setattr(document, "JsonParts", pytest.fail)
        monkeypatch.setattr(one_entry, "loads", pytest.fail)
        assert one_entry.find(plaintext, "a") is None
    with pytest.raises(DamagedVaultError, match="too many parts"):
        document.read(plaintext)


@pytest.mark.parametrize("limit", ["JSON_CONTAINERS", "VAULT_VALUES", "ITEMS"])
def test_a_document_that_could_not_be_read_is_not_written(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, limit, 20)
    with pytest.raises(NotSavedError, match="too large"):
        document.write(Document(tuple(entry(f"Site {place}") for place in range(21))))


def test_no_repr_shows_a_secret() -> None:
    made = read_entries(RAW, RAW | {"secret": "AAAAAAAA1"})
    assert len(made.unreadable) == 1
    for secret in (RFC_SECRET, "AAAAAAAA1"):
        assert secret not in repr(made)


def test_the_repr_of_an_undo_record_shows_no_secret() -> None:
    before = read_entries(RAW)
    after = with_undo(before, replace(before, entries=()), "deletion")
    assert RFC_SECRET in document.write(after).decode()
    assert RFC_SECRET not in repr(after)
