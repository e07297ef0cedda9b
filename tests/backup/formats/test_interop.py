"""Every real backup file of other apps, read through the registry as its manifest says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.interop import ROOT
from tools import formats_table
from tui.backup.content import FileContent
from tui.backup.model import Credentials, Needs
from tui.backup.registry import by_name, formats, recognize
from tui.crypto import kdf
from tui.errors import BackupPasswordError, OtpTuiError
from tui.otp.codes import code_at
from tui.otp.entry import Entry, OtpType

NAMES = {
    "authenticator-plus": "authenticator-plus",
    "freeotpplus": "freeotp-plus",
    "google-authenticator-db": "google-sqlite",
    "twofas": "2fas",
}
"""Our name of a format where the manifest has another one."""
ALSO = {"aegis": {"aegis-plain"}}
"""Names of the other variants of a format."""
LISTS = {"aegis/proton-aegis-txt.txt"}
"""Exports of other apps that are lists of otpauth:// URIs."""
ELSEWHERE = {"authpro", "google-migration", "html", "otpauth-urilist"}
"""Formats with tests of their own, which compare more."""
ISSUERS = {"twofas/proton-decrypted_with_hotp.2fas": ("Proton", "Hotp")}
"""Issuers that the manifest leaves out: entries typed into 2FAS have only a name to show."""
UNRECOGNIZABLE = {"andotp/aegis-andotp_encrypted_old.bin"}
"""Files that neither their content nor their name tells: they need --format."""
SPLIT = {"andotp/aegis-andotp_encrypted_old.bin"}
"""Old files without issuers, whose labels are `Issuer - Issuer:account`: we take them apart."""
KNOWN = {each.name for each in formats()}
_manifest = ROOT / "manifest.json"
ROWS: list[dict[str, Any]] = [
    row
    for row in (json.loads(_manifest.read_text("utf-8")) if _manifest.is_file() else [])
    if row["format"] not in ELSEWHERE
]
WITH_PASSWORD = [row for row in ROWS if row.get("encrypted") and not row.get("negative")]


@pytest.mark.skipif(not ROWS, reason="no interop files: set OTP_TUI_INTEROP to their folder")
def test_the_table_of_formats_says_which_were_never_compared_with_a_real_file() -> None:
    here = {NAMES.get(row["format"], row["format"]) for row in ROWS}
    real = here.union(*ALSO.values())
    claimed = KNOWN - formats_table.FROM_SOURCE - formats_table.OWN
    others = ("authenticator-pro", "google-migration", "otpauth-uris", "qr-image")
    assert all(name.startswith(others) for name in claimed - real), claimed - real
    assert not formats_table.FROM_SOURCE & real


def called(row: dict[str, Any]) -> str:
    return str(row["file"])


def opened(row: dict[str, Any], password: str) -> tuple[Entry, ...]:
    """Read a file as the program does; skip it if there is no reader of its format yet."""
    name = NAMES.get(row["format"], row["format"])
    if row["file"] in LISTS:
        name = "otpauth-uris"
    if name not in KNOWN:
        pytest.skip(f"no reader of {name}")
    data = (ROOT / row["file"]).read_bytes()
    content = FileContent(data)
    found = recognize(content, row["file"])
    if row["file"] in UNRECOGNIZABLE:
        assert found is None
        found = by_name(name)
    assert found is not None
    assert found.name in {name, *ALSO.get(name, ())}
    needs = found.needs(content)
    assert bool(needs & Needs.PASSWORD) is bool(row.get("encrypted"))
    return found.read(data, Credentials(password)).entries


@pytest.mark.skipif(not ROWS, reason="no interop files: set OTP_TUI_INTEROP to their folder")
@pytest.mark.parametrize("row", ROWS, ids=called)
def test_a_real_file_reads_as_its_manifest_says(row: dict[str, Any]) -> None:
    if row.get("negative"):
        with pytest.raises(OtpTuiError):
            opened(row, "a password")
        return
    found = opened(row, row.get("password") or "")
    wanted = [each for each in row["expected"]["entries"] if is_valid(each)]
    for each, issuer in zip(wanted, ISSUERS.get(row["file"], ()), strict=False):
        each["issuer"] = issuer
    for each in wanted if row["file"] in SPLIT else ():
        each["issuer"], _, each["account"] = each["account"].partition(" - ")[2].partition(":")
    if row["format"] == "google-authenticator-db":  # the manifest has the label as it is
        for each in wanted:
            each["account"] = each["account"].removeprefix(f"{each['issuer']}:")
    assert [fields(each) for each in found] == [told(each) for each in wanted]
    for entry, each in zip(found, wanted, strict=True):
        code = each.get("code_at_1700000000") or each.get("code_at_counter")
        if code is not None:
            assert code_at(entry, 1_700_000_000).text == code


@pytest.mark.parametrize("row", WITH_PASSWORD, ids=called)
def test_a_wrong_password_is_told(row: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key is wrong even if Argon2 gets less memory, which is much faster."""
    real = kdf.argon2_of_file

    def derive(
        kind: Any, password: bytes, salt: bytes, params: kdf.Argon2Params, *more: Any
    ) -> bytes:
        return real(kind, password, salt, replace(params, time_cost=1, memory_kib=1024), *more)

    monkeypatch.setattr(kdf, "argon2_of_file", derive)
    wrong = ["testing!", *(row.get("wrong_passwords_that_survive_unpadding") or [])]
    for password in wrong:
        with pytest.raises(BackupPasswordError):
            opened(row, password)


def is_valid(each: dict[str, Any]) -> bool:
    """True if the vault can hold the entry: some real files have digits or a period of 0."""
    return 0 not in (each["digits"], each["period"])


def fields(entry: Entry) -> tuple[object, ...]:
    """Return what the manifest has of each entry, in its terms."""
    moving = entry.counter if entry.type is OtpType.HOTP else entry.period
    return (
        entry.type.value,
        entry.issuer,
        entry.account or "",
        entry.secret.key.hex(),
        entry.algorithm.value if entry.type.has_digits else None,
        entry.digits,
        moving,
        entry.pin,
    )


def told(each: dict[str, Any]) -> tuple[object, ...]:
    """Return the same of an entry in the manifest.

    Where the URI of a login has no names, we take those of the login.
    """
    kind = OtpType(each["type"])
    moving = each["counter"] if kind is OtpType.HOTP else each["period"]
    if kind is OtpType.STEAM and moving is None:  # andOTP leaves it out: there is only one
        moving = kind.default_period
    return (
        each["type"],
        each["issuer"] or each.get("item_name") or "",
        each["account"] or each.get("item_username") or "",
        each["secret_hex"],
        each["algorithm"] if kind.has_digits else None,
        each["digits"],
        moving,
        each["pin"],
    )
