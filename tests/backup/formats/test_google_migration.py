"""Google Authenticator exports: real ones, parts in any order, and hostile files."""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import interop
from tests.backup.formats.expected import assert_as_told
from tests.backup.support import recognize
from tests.vault.support import entry
from tui.backup.formats.google import payload
from tui.backup.formats.google.payload import Payload, PayloadEntry
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret

GOOGLE = by_name("google-migration")
GOOD = PayloadEntry(b"12345678", b"Site:me", b"Site", 1, 1, 2)


def read(text: str) -> Backup:
    return GOOGLE.read(text.encode(), Credentials())


def written(*entries: Entry) -> str:
    assert GOOGLE.write is not None
    return GOOGLE.write(Backup(entries), Credentials()).decode()


def line(*rows: PayloadEntry, size: int = 1, index: int = 0, identity: int = 7) -> str:
    data = payload.dump(Payload(rows, size, index, identity))
    return f"otpauth-migration://offline?data={quote(base64.b64encode(data), safe='')}\n"


def parts(*indexes: int, size: int, identity: int = 7) -> str:
    return "".join(
        line(
            replace(GOOD, name=f"Site:{index}".encode()), size=size, index=index, identity=identity
        )
        for index in indexes
    )


def test_the_real_exports_have_the_entries_of_their_manifest() -> None:
    rows = [row for row in interop.samples("google-migration") if row["file"].endswith(".txt")]
    assert len(rows) == 16
    for row in rows:
        data = (interop.ROOT / row["file"]).read_bytes()
        if row["negative"]:
            with pytest.raises(FormatError):
                GOOGLE.read(data, Credentials())
            continue
        backup = GOOGLE.read(data, Credentials())
        assert not backup.problems
        wanted = row.get("expected", {}).get("entries", [])
        assert recognize(data, row["file"]) is (GOOGLE if b"://offline" in data else None)
        assert_as_told(backup.entries, wanted, within_issuer=True)


@pytest.mark.parametrize(
    ("name", "issuer", "account"),
    [
        ("Shop:ada", "Shop", "ada"),
        ("Shop:a:b", "Shop", "a:b"),
        ("encoding: x", "", "encoding: x"),
        (":ada", "", ":ada"),
        ("ada", "", "ada"),
    ],
)
def test_a_name_without_an_issuer_may_have_it_before_a_colon(
    name: str, issuer: str, account: str
) -> None:
    row = replace(GOOD, name=name.encode(), issuer=b"")
    (entry,) = read(line(row)).entries
    assert (entry.issuer, entry.account) == (issuer, account)


def test_parts_are_joined_in_any_order_and_repeated_ones_ignored() -> None:
    backup = read(parts(2, 0, 2, 1, 0, size=3))
    assert not backup.problems
    assert [(each.account, each.ranking) for each in backup.entries] == [
        ("0", 0),
        ("1", 1),
        ("2", 2),
    ]


def test_two_exports_in_one_file_are_not_joined() -> None:
    backup = read(parts(1, size=2) + parts(0, size=2, identity=-8) + parts(0, size=2))
    assert [each.account for each in backup.entries] == ["0", "1", "0"]
    assert [each.reason for each in backup.problems] == ["part 2 of 2 is missing"]


@pytest.mark.parametrize(
    ("indexes", "size", "reason"),
    [
        ((0, 2), 3, "part 2 of 3 is missing"),
        ((1,), 3, "parts 1, 3 of 3 are missing"),
        ((0,), 2**31 - 1, "parts 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 2147483636 more of 2147483647"),
    ],
)
def test_a_missing_part_is_named(indexes: tuple[int, ...], size: int, reason: str) -> None:
    backup = read(parts(*indexes, size=size))
    assert len(backup.entries) == len(indexes)
    (problem,) = backup.problems
    assert problem.refused
    assert reason in problem.reason


@pytest.mark.parametrize("size", [0, -1, -(2**31)])
def test_an_invalid_number_of_parts_reports_nothing_missing(size: int) -> None:
    assert not read(parts(0, size=size)).problems


@pytest.mark.parametrize("safe", ["", "+/=", "/"])
@pytest.mark.parametrize("swap", ["+/", "-_", " /"])
def test_every_spelling_of_base64_is_read(safe: str, swap: str) -> None:
    row = replace(GOOD, secret=bytes(range(0xF0, 0x100)) + b"\xfb\xef\xbe\xff\xff\xff")
    text = base64.b64encode(payload.dump(Payload((row,), 1))).decode()
    assert {"+", "/"} <= set(text)
    spelt = text.translate(str.maketrans("+/", swap)).rstrip("=")
    backup = read(f"OTPAUTH-migration://offline?v=1&data={quote(spelt, safe=safe + ' ')}&x=")
    assert [each.secret.key for each in backup.entries] == [row.secret]


def test_comments_and_single_entries_may_be_among_the_parts() -> None:
    text = f"\ufeff# remark\r\n\r\n  {line(GOOD)}otpauth://totp/A:me?secret=GEZDGNBV\nhello\n"
    backup = read(text)
    assert recognize(text.encode()) is GOOGLE
    assert [each.issuer for each in backup.entries] == ["Site", "A"]
    assert [each.what for each in backup.problems] == ["line 5"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"algorithm": 4}, "MD5"),
        ({"algorithm": 5}, "algorithm is unknown (5)"),
        ({"digits": 3}, "digits is unknown (3)"),
        ({"type": 0}, "type (HOTP or TOTP)"),
        ({"type": 1, "counter": -1}, "counter must be 0"),
        ({"secret": b""}, "secret is empty"),
        ({"secret": b"x" * 4000}, "secret is longer"),
        ({"name": b"\xff"}, "not UTF-8"),
        ({"name": b"x" * 2000}, "name is longer"),
    ],
)
def test_an_invalid_entry_is_named_and_the_others_are_read(
    changes: dict[str, Any], reason: str
) -> None:
    backup = read(line(GOOD, replace(GOOD, **changes)))
    assert len(backup.entries) == 1
    (problem,) = backup.problems
    assert problem.what.startswith("line 1, entry 2 (")
    assert problem.what.isprintable()
    assert reason in problem.reason


@pytest.mark.parametrize(
    "data",
    [
        b"\x00",
        b"\x0a",
        b"\x0a\x05abc",
        b"\x0a\xff\xff\xff\xff\x0f",
        b"\x0a" + b"\xff" * 9 + b"\x01",
        b"\x10" + b"\x80" * 10 + b"\x01",
        b"\x10" + b"\xff" * 9 + b"\x02",
        b"\x08\x01",
        b"\x12\x00",
        b"\x0b\x0c",
        b"\x0f",
        b"\x0a\x02\x08\x01",
        b"\x31\x00",
    ],
)
def test_a_damaged_message_is_one_sentence(data: bytes) -> None:
    with pytest.raises(EntryError, match="incomplete or damaged"):
        payload.parse(data)
    text = f"otpauth-migration://offline?data={base64.b64encode(data).decode()}"
    with pytest.raises(FormatError, match="Can't read the export: its data is incomplete"):
        read(text)


def test_unknown_fields_of_the_message_are_skipped() -> None:
    unknown = b"\x31" + bytes(8) + b"\x35" + bytes(4) + b"\x3a\x01x" + b"\x40\x05"
    assert payload.parse(unknown + payload.dump(Payload((GOOD,), 1))).rows == (GOOD,)


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b"hello\nworld",
        b"x\n" * 100_001,
        b"otpauth-migration://offline",
        b"otpauth-migration://offline?data=\xc3\xa4",
        b"otpauth-migration://offline?data=A",
        b"otpauth-migration://offline?data=" + b"A" * (15 << 20),
        b"otpauth-migration://offline?data=" + b"CgA" * (5 << 20),
        b"otpauth-migration://offline?data=" + b"&" * (15 << 20),
    ],
    ids=range(9),
)
def test_hostile_files_are_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        GOOGLE.read(data, Credentials())
    assert str(caught.value).endswith(".")
    assert caught.value.__cause__ is None


@given(data=st.binary(max_size=60))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    text = f"otpauth-migration://offline?data={base64.b64encode(data).decode()}"
    with suppress(FormatError):
        read(text)


_rows = st.builds(
    PayloadEntry,
    st.binary(min_size=1, max_size=40),
    st.text(max_size=20).map(str.encode),
    st.text(max_size=20).map(str.encode),
    st.integers(0, 5),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 2**63 - 1),
)


@given(
    made=st.builds(
        Payload,
        st.lists(_rows, max_size=4).map(tuple),
        st.integers(-(2**31), 2**31 - 1),
        st.integers(0, 2**31 - 1),
        st.integers(-(2**31), 2**31 - 1),
    )
)
def test_a_written_message_is_read_back(made: Payload) -> None:
    data = payload.dump(made)
    assert payload.parse(data) == made
    assert payload.dump(payload.parse(data)) == data


def test_an_export_has_ten_entries_in_a_part_and_one_identity() -> None:
    text = written(*(entry(f"Site {place}", ranking=place) for place in range(21)))
    lines = text.splitlines()
    found = [payload.parse(_bytes_of(each)) for each in lines]
    assert [len(each.rows) for each in found] == [10, 10, 1]
    assert [(each.size, each.index) for each in found] == [(3, 0), (3, 1), (3, 2)]
    assert len({each.identity for each in found}) == 1
    assert found[0].identity
    backup = read("\n".join(reversed(lines)))
    assert not backup.problems
    assert [each.issuer for each in backup.entries] == [f"Site {place}" for place in range(21)]


def test_an_export_of_nothing_is_one_part_without_entries() -> None:
    (line,) = written().splitlines()
    assert payload.parse(_bytes_of(line)).rows == ()
    assert read(line) == Backup()


def _bytes_of(text: str) -> bytes:
    return base64.b64decode(
        text.partition("data=")[2].replace("%3D", "=").replace("%2F", "/").replace("%2B", "+")
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"type": OtpType.STEAM, "digits": 5}, "only TOTP and HOTP"),
        ({"period": 60}, "period is 60 s; only 30 s"),
        ({"digits": 7}, "7 digits"),
        ({"issuer": " ", "account": None}, "no issuer and no account"),
    ],
)
def test_entries_that_the_app_cannot_store_are_left_out(
    changes: dict[str, Any], reason: str
) -> None:
    odd = replace(entry("Site"), **changes)
    assert GOOGLE.plan_export is not None
    plan = GOOGLE.plan_export(Backup((odd, entry("Good"))))
    assert [each.issuer for each in plan.backup.entries] == ["Good"]
    (left_out,) = plan.left_out
    assert reason in left_out.reason
    with pytest.raises(FormatError, match="Google Authenticator can't store"):
        written(odd)


def test_changes_are_reported() -> None:
    assert GOOGLE.plan_export is not None
    odd = entry("Site", secret=Secret.base32("gezd gnbv===="), issuer=" Site\n")
    reasons = " ".join(each.reason for each in GOOGLE.plan_export(Backup((odd,))).changed)
    assert "issuer becomes “Site”" in reasons
    assert "in uppercase" in reasons


def test_names_with_a_colon_are_kept_apart() -> None:
    for issuer, account in (("A", "A:b"), ("A:b", "c"), ("A", "A"), ("", "a: b"), ("A", None)):
        (back,) = read(written(entry("x", issuer=issuer, account=account))).entries
        assert (back.issuer, back.account) == (issuer, account)


def test_neither_repr_shows_a_secret() -> None:
    assert "1234" not in repr(Payload((GOOD,)))
