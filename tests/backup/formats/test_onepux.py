"""1PUX exports of 1Password, built after the published layout."""

from __future__ import annotations

import io
import json
import struct
import time
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize
from tui.backup.formats import _zip
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.backup.sources import read_source, source_of
from tui.errors import FormatError

ONEPUX = by_name("1pux")
SECRET = "GEZDGNBVGY3TQOJQ"
URI = f"otpauth://totp/Example:bob?secret={SECRET}&issuer=Example"


def item(*totps: object, **changes: Any) -> dict[str, Any]:
    fields = [{"title": "one-time password", "value": {"totp": each}} for each in totps]
    return {
        "favIndex": 0,
        "state": "active",
        "overview": {"title": "Site", "tags": ["Work"]},
        "details": {
            "loginFields": [
                {"designation": "password", "value": "of the login"},
                {"designation": "username", "value": "ada"},
            ],
            "notesPlain": "a note",
            "sections": [{"fields": []}, {"fields": [{"value": {"string": "x"}}, *fields]}],
        },
        **changes,
    }


def root(*items: Any) -> dict[str, Any]:
    return {"accounts": [{"vaults": [{"attrs": {"name": "Private"}, "items": items}]}]}


def export(content: Any, name: str = "export.data") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("export.attributes", "{}")
        archive.writestr(name, content if isinstance(content, str) else json.dumps(content))
    return made.getvalue()


def read(data: bytes) -> Backup:
    return ONEPUX.read(data, Credentials())


def test_the_unpacked_file_is_read() -> None:
    data = json.dumps(root(item(URI))).encode()
    assert recognize(data) is ONEPUX
    assert [each.issuer for each in read(data).entries] == ["Example"]


def test_an_archive_with_a_large_document_is_read(tmp_path: Path) -> None:
    path = tmp_path / "export.1pux"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("files/scan.pdf", bytes(17 * 1024 * 1024))
        archive.writestr("export.data", json.dumps(root(item(URI))))
    assert [each.issuer for each in read_source(path).open(Credentials()).backup.entries]


def test_a_list_of_files_that_is_too_large_is_refused() -> None:
    """The end of an archive says how long the list before it is."""
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, 1, 1, 17 * 2**20, 4, 0)
    data = _zip.SIGNATURE + bytes(17 * 2**20) + end
    with pytest.raises(FormatError, match="list of files that is too large"):
        _zip.files(data)


def test_an_archive_with_many_documents_says_what_to_unpack() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("export.data", json.dumps(root(item(URI))))
        for number in range(600):
            archive.writestr(f"files/{number}.pdf", "")
    with pytest.raises(FormatError, match="Unpack it, and import the file"):
        source_of(made.getvalue(), "export.1pux").open(Credentials())


def test_every_otp_of_an_item_is_read_with_its_vault_and_tags_and_no_password() -> None:
    data = export(
        root(
            item(URI, SECRET), item(), {"item": item(SECRET, favIndex=1)}, item(SECRET, overview=5)
        )
    )
    assert recognize(data) is ONEPUX
    assert needs(ONEPUX, data) is Needs.NOTHING
    backup = read(data)
    assert not backup.problems
    first, second, favorite, untitled = backup.entries
    assert (first.issuer, first.account, first.note) == ("Example", "bob", "a note")
    assert (second.issuer, second.account, second.secret.normal) == ("Site", "ada", SECRET)
    assert (favorite.pinned, second.pinned) == (True, False)
    assert (untitled.issuer, untitled.account) == ("", "ada")
    assert [each.name for each in backup.categories] == ["Private", "Work"]
    assert [len(each.categories) for each in (first, untitled)] == [2, 1]
    assert "of the login" not in repr(backup)


def test_a_trashed_item_of_an_older_export_arrives_in_the_trash() -> None:
    rows = (item(SECRET, trashed=each) for each in (True, False, "x"))
    backup = read(export(root(*rows, {"item": item(SECRET, trashed=True)})))
    assert [bool(each.deleted) for each in backup.entries] == [True, False, False, True]


@pytest.mark.parametrize("bad", [5, "0189", "otpauth://totp/x", ["x"]])
def test_an_invalid_otp_is_named_and_the_others_are_read(bad: object) -> None:
    backup = read(export(root(item(SECRET), item(bad), item(SECRET))))
    assert len(backup.entries) == 2
    assert [each.what for each in backup.problems] == ["entry 2 (Site)"]


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"accounts":{}}', "\x00", '{"accounts":['])
def test_other_archives_are_refused(content: str) -> None:
    with pytest.raises(FormatError):
        read(export(content))
    assert recognize(export("{}", "other.data")) is not ONEPUX


def test_a_huge_file_in_the_archive_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("export.data", b" " * (17 << 20))
    with pytest.raises(FormatError, match="larger than"):
        read(made.getvalue())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(SECRET),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["vaults", "items", "details", "sections", "fields", "value", "totp"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_raises_only_our_errors(value: Any) -> None:
    for content in ({"accounts": value}, root(value), root(item(value)), {"accounts": [value]}):
        with suppress(FormatError):
            read(export(content))


@given(st.data())
def test_a_damaged_file_raises_only_our_errors(data: st.DataObject) -> None:
    good = export(root(item(SECRET)))
    place = data.draw(st.integers(0, len(good) - 1))
    changed = good[:place] + data.draw(st.binary(max_size=3)) + good[place + 1 :]
    for damaged in (changed, good[:place]):
        recognize(damaged)
        needs(ONEPUX, damaged)
        with suppress(FormatError):
            read(damaged)


def test_more_groups_than_an_app_has_are_refused() -> None:
    tags = [f"tag {number}" for number in range(600)]
    many = item(*[SECRET] * 600, overview={"title": "Site", "tags": tags})
    with pytest.raises(FormatError, match="more than 250000 groups"):
        read(export(root(many)))


def test_a_login_is_searched_once_for_all_of_its_otps() -> None:
    details = item(*[SECRET] * 20_000)["details"] | {"loginFields": [{}] * 20_000}
    started = time.perf_counter()
    assert len(read(export(root({"details": details}))).entries) == 20_000
    assert time.perf_counter() - started < 10


def test_a_name_that_is_far_too_long_is_refused_unread() -> None:
    overview = {"title": "\n" * 200_000}
    started = time.perf_counter()
    backup = read(export(root(item(*[SECRET] * 1000, overview=overview))))
    assert {each.reason for each in backup.problems} == {"its name is longer than 1024 characters"}
    assert len(backup.problems) == 1000
    assert time.perf_counter() - started < 5


def test_a_long_name_of_a_vault_is_cut() -> None:
    long = root(*[item(SECRET)] * 500)
    long["accounts"][0]["vaults"][0]["attrs"]["name"] = "v" + "\n" * 200_000
    started = time.perf_counter()
    assert [each.name for each in read(export(long)).categories] == ["v", "Work"]
    assert time.perf_counter() - started < 5
