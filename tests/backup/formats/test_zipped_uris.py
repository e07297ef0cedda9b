"""Zip archives of WinAuth, Authenticator Plus and Raivo."""

from __future__ import annotations

import io
import json
from zipfile import ZipFile

import pytest

from tests.backup.support import needs, recognize
from tui.backup.formats import raivo
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import FormatError

SECRET = "JBSWY3DPEHPK3PXP"
LINE = f"otpauth://totp/Me?secret={SECRET}&digits=6&icon=WinAuth\r\n".encode()


def archive(name: str, content: bytes, *, encrypted: int | None = None) -> bytes:
    """Return a zip archive with one file, marked as encrypted with this method."""
    made = io.BytesIO()
    with ZipFile(made, "w") as written:
        written.writestr(name, content)
    data = bytearray(made.getvalue())
    if encrypted is not None:
        for start in (6, data.index(b"PK\x01\x02") + 8):
            data[start] |= 1
            data[start + 2] = encrypted
    return bytes(data)


def read(data: bytes, password: str = "") -> tuple[str, Backup]:
    form = recognize(data)
    assert form is not None
    return form.name, form.read(data, Credentials(password))


def test_winauths_plain_archive() -> None:
    name, backup = read(archive("winauth-2026-01-01.txt", LINE))
    (entry,) = backup.entries
    assert (name, entry.issuer, entry.account, entry.icon) == ("winauth", "", "Me", None)


@pytest.mark.parametrize("in_archive", [True, False])
def test_winauth_writes_a_space_in_an_account_as_plus(in_archive: bool) -> None:
    lines = (
        b"otpauth://totp/Git+Hub:John+Doe?secret=JBSWY3DPEHPK3PXP&digits=6&icon=GitHub\n"
        b"otpauth://totp/My+Bank%2b?secret=JBSWY3DPEHPK3PXA&digits=6&icon=WinAuth\n"
    )
    _, backup = read(archive("winauth.txt", lines) if in_archive else lines)
    names = [(entry.issuer, entry.account) for entry in backup.entries]
    assert names == [("Git+Hub", "John Doe"), ("", "My Bank+")]


def test_authenticator_plus_by_the_name_of_its_file() -> None:
    assert read(archive("Accounts.txt", LINE))[0] == "authenticator-plus"


def test_the_database_of_authenticator_plus_is_named() -> None:
    with pytest.raises(FormatError, match="SQLCipher"):
        by_name("authenticator-plus").read(bytes(range(256)) * 16, Credentials("a password"))


def test_an_archive_of_something_else_is_not_recognized() -> None:
    assert recognize(archive("readme.txt", b"hello\n")) is None
    assert recognize(archive("photo.png", b"\x89PNG")) is None


@pytest.mark.parametrize("name", ["Accounts.txt", "winauth.txt", "raivo-otp-export.json"])
def test_winzip_aes_is_named_without_asking_for_a_password(name: str) -> None:
    data = archive(name, LINE, encrypted=99)
    form = recognize(data)
    assert form is not None
    assert needs(form, data) is Needs.NOTHING
    with pytest.raises(FormatError, match="AES"):
        form.read(data, Credentials())


def test_raivos_unpacked_list_has_numbers_as_text() -> None:
    row = {"kind": "HOTP", "issuer": "Shop", "account": "me", "secret": SECRET, "timer": "30",
           "algorithm": "SHA256", "digits": "8", "counter": "7", "pinned": "true"}  # fmt: skip
    name, backup = read(json.dumps([row, {**row, "algorithm": "SHA224"}]).encode())
    (entry,) = backup.entries
    assert (name, entry.digits, entry.counter, entry.pinned) == ("raivo", 8, 7, True)
    assert backup.problems[0].reason == "its hash function SHA224 is not supported"


def test_raivos_archive_without_encryption() -> None:
    data = archive("raivo-otp-export.json", b"[]")
    assert raivo.FORMAT.read(data, Credentials()).entries == ()


def test_the_database_of_authenticator_plus_is_known_by_its_name() -> None:
    data = bytes(range(1, 255)) * 8
    form = recognize(data, "backup/authplus.db")
    assert form is not None
    assert (form.name, needs(form, data)) == ("authenticator-plus", Needs.NOTHING)
    assert recognize(data, "photo.zip") is None
