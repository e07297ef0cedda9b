"""Authenticator Pro's HTML page: the real one, rows that fail, and hostile pages."""

from __future__ import annotations

import pytest

from tests import interop
from tests.backup.formats.expected import assert_as_told
from tests.backup.support import recognize
from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.errors import FormatError

PAGE = by_name("authenticator-pro-html")
TOP = "<!doctype html>\n<html><body><table><tr><th>OTP Auth URI</th></tr>"
MIB = 2**20


def read(*cells: str) -> Backup:
    rows = "".join(f"<tr><td>x</td><td><code>{cell}</code></td></tr>" for cell in cells)
    return PAGE.read((TOP + rows).encode(), Credentials())


def test_the_real_page_has_the_entries_of_its_manifest() -> None:
    (row,) = interop.samples("html")
    data = (interop.ROOT / row["file"]).read_bytes()
    assert recognize(data, row["file"]) is PAGE
    backup = PAGE.read(data, Credentials())
    assert not backup.problems
    assert_as_told(backup.entries, row["expected"]["entries"])


def test_an_ampersand_is_read_escaped_or_not() -> None:
    raw = "otpauth://totp/A%26B%3Ame?secret=GEZDGNBV&issuer=A%26B&digits=8"
    for cell in (raw, raw.replace("&", "&amp;"), f"\n  {raw}\n"):
        (entry,) = read(cell).entries
        assert (entry.issuer, entry.account, entry.digits) == ("A&B", "me", 8)


def test_a_row_that_fails_is_named_without_its_secret() -> None:
    backup = read(
        "otpauth://totp/A?secret=GEZDGNBV",
        "otpauth://totp/B%1b[31m?secret=0189",
        "otpauth://totp/secret=GEZD",
        "motp://C:me?secret=0123456789abcdef",
    )
    assert [each.issuer for each in backup.entries] == ["A", "C"]
    assert [each.what for each in backup.problems] == ["row 2 (B[31m)", "row 3"]
    assert not any(word in str(backup.problems) for word in ("0189", "GEZD", "\x1b"))


def test_names_are_cleaned() -> None:
    (entry,) = read("otpauth://totp/A%00%0Ab?secret=GEZDGNBV&issuer=A%1b%5B31m").entries
    assert "\x1b" not in entry.issuer
    assert (entry.account or "").isprintable()


def test_an_empty_table_has_no_entries() -> None:
    assert read() == Backup()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!doctype html><html><body>404</body></html>",
        b"<code>otpauth://totp/A?secret=GEZDGNBV</code>",
        TOP.encode() + b"<code>otpauth://\xff",
        TOP.encode() + b"<code>otpauth://x" * 50_001,
    ],
    ids=range(5),
)
def test_another_page_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        PAGE.read(data, Credentials())
    assert str(caught.value).endswith(".")
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "unit", ["<", "<a ", "<!--", "<![CDATA[", "<code>", "&", "<code>   ", "<code>motp://x?&#"]
)
def test_a_page_of_many_small_parts_is_read(unit: str) -> None:
    data = (TOP + unit * (MIB // len(unit) if "motp" not in unit else 40_000)).encode()
    assert recognize(data, "x.html") is PAGE
    assert not PAGE.read(data, Credentials()).entries


def test_a_page_of_one_long_row_is_read() -> None:
    for tail in (" " * MIB, "otpauth://" + "&#" * (MIB // 2), "&" * MIB):
        assert not PAGE.read((TOP + "<code>" + tail).encode(), Credentials()).entries
