"""Entries in pasted text and in images, and their problems."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from tui.backup.model import Backup, Credentials
from tui.backup.registry import by_name
from tui.backup.sources import contains_uri, read_image, read_source, read_text
from tui.errors import FileError, FormatError, UriError
from tui.files import LIMIT
from tui.otp.entry import Entry, OtpType
from tui.otp.secret import Secret

SECRET = "GEZDGNBVGY3TQOJQ"
URI = f"otpauth://totp/Site:me?secret={SECRET}&issuer=Site&digits=8"


def migration(count: int) -> list[str]:
    """The URIs of an export, one for every ten entries."""
    entries = tuple(
        Entry(
            type=OtpType.TOTP,
            issuer=f"Site {number}",
            secret=Secret.base32(f"GEZDGNBVGY3TQO{chr(65 + number // 26)}{chr(65 + number % 26)}"),
        )
        for number in range(count)
    )
    form = by_name("google-migration")
    assert form.write is not None
    return form.write(Backup(entries), Credentials()).decode().split()


def picture(*texts: str) -> bytes:
    """Return a PNG with the QR codes of the texts, one below the other."""
    codes = [
        Image.fromarray(
            zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)
        )
        for text in texts
    ]
    size = (max(code.width for code in codes), sum(code.height for code in codes))
    sheet = Image.new("L", size, 255)
    top = 0
    for code in codes:
        sheet.paste(code, (0, top))
        top += code.height
    made = BytesIO()
    sheet.save(made, "PNG")
    return made.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        URI,
        f"  {URI}\r\n",
        f"\n# the phone's\n{URI}\n\n",
        f'"{URI}"',
        f"key: <{URI}>, as it was shown",
        URI.replace("otpauth", "OtpAuth"),
    ],
)
def test_one_uri_is_one_entry_whatever_surrounds_it(text: str) -> None:
    backup = read_text(text)
    assert [(e.issuer, e.account, e.secret.given, e.digits) for e in backup.entries] == [
        ("Site", "me", SECRET, 8)
    ]
    assert backup.problems == ()


@pytest.mark.parametrize("text", [f"{URI} {URI}", f"{URI},{URI}", f'["{URI}", "{URI}"]'])
def test_several_uris_of_a_line_are_several_entries(text: str) -> None:
    backup = read_text(text)
    assert [(one.issuer, one.secret.given) for one in backup.entries] == [("Site", SECRET)] * 2
    assert backup.problems == ()


def test_a_mobile_otp_uri_is_read() -> None:
    (entry,) = read_text("motp://VPN:ops?secret=e3152afee62599c8").entries
    assert (entry.type, entry.issuer, entry.account) == (OtpType.MOTP, "VPN", "ops")


def test_parts_of_an_export_are_joined_in_any_order() -> None:
    first, second = migration(12)
    backup = read_text(f"{second}\n{first}")
    assert [entry.issuer for entry in backup.entries] == [f"Site {n}" for n in range(12)]
    assert backup.problems == ()


def test_a_missing_part_is_named() -> None:
    backup = read_text(migration(12)[1])
    assert len(backup.entries) == 2
    assert [problem.reason for problem in backup.problems] == ["part 1 of 2 is missing"]


def test_a_line_without_a_uri_is_a_problem_with_its_number() -> None:
    backup = read_text(f"{URI}\n\nhello\n{URI.replace('Site', 'Other')}")
    assert [entry.issuer for entry in backup.entries] == ["Site", "Other"]
    assert [problem.what for problem in backup.problems] == ["line 3"]


def test_the_error_of_a_single_uri_does_not_quote_it() -> None:
    with pytest.raises(UriError, match=r"^The secret is not base32 .*\.$") as caught:
        read_text("otpauth://totp/Site:me?secret=S3CRET0189")
    assert "0189" not in caught.value.sentence


@pytest.mark.parametrize("text", ["", "GitHub", "https://example.org/otpauth", f"# {URI}"])
def test_a_text_without_a_uri_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="No otpauth://"):
        read_text(text)


def test_a_lone_surrogate_does_not_crash() -> None:
    with pytest.raises(FormatError):
        read_text(f"{URI}\n{URI}\udcff")


def test_a_damaged_export_is_refused_without_its_bytes() -> None:
    with pytest.raises(FormatError, match="not base64") as caught:
        read_text("otpauth-migration://offline?data=SECRET!!")
    assert "SECRET" not in caught.value.sentence


def test_a_uri_is_found_anywhere_in_a_text() -> None:
    assert contains_uri("see otpauth-migration://offline?data=")
    assert contains_uri("MOTP://")
    assert not contains_uri("https://example.org")


def test_all_codes_of_an_image_are_read() -> None:
    first, second = migration(12)
    backup = read_image(picture(URI, second, first), "phone.png")
    assert len(backup.entries) == 13
    assert backup.problems == ()


def test_the_error_of_an_image_names_the_file() -> None:
    with pytest.raises(FormatError, match=r"^notes\.png: The file is not an image"):
        read_image(b"hello", "notes.png")


def test_an_image_without_a_code_says_what_to_do() -> None:
    blank = BytesIO()
    Image.new("L", (50, 50), 255).save(blank, "PNG")
    with pytest.raises(FormatError, match="No QR code") as caught:
        read_image(blank.getvalue(), "")
    assert caught.value.hint


def test_only_what_may_hold_documents_may_be_larger_than_other_backups(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    for start, fits in (
        (bytes.fromhex("03d9a29a67fb4bb5"), True),
        (b"PK\x03\x04", True),
        (b"AUTHENTICATORPRO", False),
    ):
        path.write_bytes(start)
        os.truncate(path, LIMIT + 1)
        if fits:
            assert len(read_source(path).content.data) == LIMIT + 1
        else:
            with pytest.raises(FileError, match="larger than 16 MiB"):
                read_source(path)
