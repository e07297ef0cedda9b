"""Lists of URIs: real ones, invalid lines, and entries that URIs can't store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests import interop
from tests.backup.support import recognize
from tests.vault.support import entry
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.errors import FormatError
from tui.otp.codes import code_at
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret

URIS = by_name("otpauth-uris")
GOOD = "otpauth://totp/A:me?secret=GEZDGNBVGY3TQOJQ"


def read(text: str) -> Backup:
    return URIS.read(text.encode(), Credentials())


def written(*entries: Entry) -> str:
    assert URIS.write is not None
    return URIS.write(Backup(entries), Credentials()).decode()


def test_the_real_lists_have_the_entries_of_their_manifest() -> None:
    rows = interop.samples("otpauth-urilist")
    assert len(rows) == 2
    for row in rows:
        data = (interop.ROOT / row["file"]).read_bytes()
        assert recognize(data, row["file"]) is URIS
        backup = URIS.read(data, Credentials())
        assert not backup.problems
        for place, (found, wanted) in enumerate(
            zip(backup.entries, row["expected"]["entries"], strict=True)
        ):
            assert found.ranking == place
            assert (found.type, found.issuer or None) == (wanted["type"], wanted["issuer"])
            assert found.account == wanted["account"]
            assert found.secret.key.hex() == wanted["secret_hex"]
            assert found.algorithm == wanted["algorithm"]
            assert found.digits == wanted["digits"]
            assert found.period == wanted["period"] or found.type is OtpType.HOTP
            code = wanted.get("code_at_1700000000") or wanted.get("code_at_counter")
            assert code_at(found, 1_700_000_000).text == code


def test_blank_lines_and_comments_are_skipped_with_any_line_ending() -> None:
    text = f"\N{ZERO WIDTH NO-BREAK SPACE}# made by hand\r\n\r\n  {GOOD}  \r{GOOD}\n#{GOOD}\n"
    assert recognize(text.encode()) is URIS
    backup = read(text)
    assert (len(backup.entries), backup.problems) == (2, ())


@pytest.mark.parametrize("between", [" ", "  \t", ", ", ",", ";"])
def test_several_uris_of_a_line_are_several_entries(between: str) -> None:
    other = "otpauth://totp/C:d?secret=GEZDGNBVGY3TQOJQ&issuer=C"
    backup = read(f"{GOOD}{between}{other}\n")
    assert [entry.secret.given for entry in backup.entries][1:] == ["GEZDGNBVGY3TQOJQ"]
    assert backup.problems == ()


def test_a_line_that_fails_is_named_without_its_secret() -> None:
    backup = read(
        f"{GOOD}\nhttps://example.org/?secret=AAAA\notpauth://totp/B%20C:\x1b[31mx?secret=0189\n"
        "otpauth://totp/?secret=GEZDGNBV\notpauth://totp/secret=GEZD\n"
    )
    assert len(backup.entries) == 1
    assert [each.what for each in backup.problems] == [
        "line 2",
        "line 3 (B C:[31mx)",
        "line 4",
        "line 5",
    ]
    assert all(each.refused for each in backup.problems)
    assert not any(word in str(backup.problems) for word in ("0189", "GEZD", "AAAA", "\x1b"))


@pytest.mark.parametrize("data", [b"\xff\xfe", b"hello\nworld", b"x\n" * 100_001])
def test_other_text_is_refused(data: bytes) -> None:
    assert recognize(data) is not URIS
    with pytest.raises(FormatError):
        URIS.read(data, Credentials())


def test_an_empty_list_has_no_entries() -> None:
    assert read("") == read("# nothing\n") == Backup()
    assert written().startswith("#")


def test_the_users_order_is_the_lists_order() -> None:
    text = written(entry("Last", ranking=9), entry("First", ranking=-1))
    assert [each.issuer for each in read(text).entries] == ["First", "Last"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"issuer": "", "account": None}, "neither issuer nor account"),
        ({"digits": 3}, "digits must be 4 to 10"),
        ({"issuer": "Steam"}, "read as Steam"),
    ],
)
def test_entries_that_a_uri_cannot_store_are_left_out(changes: dict[str, Any], reason: str) -> None:
    assert URIS.plan_export is not None
    plan = URIS.plan_export(Backup((entry("Site", **changes), entry("Good"))))
    assert [each.issuer for each in plan.backup.entries] == ["Good"]
    (left_out,) = plan.left_out
    assert reason in left_out.reason
    with pytest.raises(FormatError):
        written(entry("Site", **changes))


def test_what_a_uri_changes_is_reported() -> None:
    assert URIS.plan_export is not None
    odd = entry("Site", secret=Secret.base32("gezd gnbv===="), issuer=" Site\n")
    plan = URIS.plan_export(Backup((odd,)))
    reasons = " ".join(each.reason for each in plan.changed)
    assert "issuer becomes “Site”" in reasons
    assert "in uppercase" in reasons
    (held,) = plan.backup.entries
    assert (held.id, held.issuer, held.secret.given) == (odd.id, "Site", "GEZDGNBV")


def test_an_entry_without_issuer_is_read_without_issuer() -> None:
    lone = entry("x", issuer="", account="hotp demo")
    (back,) = read(written(lone)).entries
    assert replace(back, id=lone.id) == lone
