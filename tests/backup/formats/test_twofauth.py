"""The JSON export of 2FAuth, built after the published source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backup.support import needs, recognize
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import FormatError
from tui.otp.entry import Algorithm, OtpType

TWOFAUTH = by_name("2fauth")
SECRET = "JBSWY3DPEHPK3PXP"


def row(**more: Any) -> dict[str, Any]:
    return {"otp_type": "totp", "account": "ada", "service": "Shop", "icon": None,
            "icon_mime": None, "icon_file": None, "secret": SECRET, "digits": 6,
            "algorithm": "sha1", "period": 30, "counter": None, "legacy_uri": "x",
            **more}  # fmt: skip


def export(*rows: Any, **more: Any) -> bytes:
    root = {"app": "2fauth_v5.4.3", "schema": 1, "datetime": "2022-12-14T14:53:06.173939Z"}
    return json.dumps({**root, "data": rows, **more}).encode()


def read(data: bytes) -> Backup:
    assert recognize(data) is TWOFAUTH
    assert needs(TWOFAUTH, data) is Needs.NOTHING
    return TWOFAUTH.read(data, Credentials())


def test_all_types_are_read() -> None:
    backup = read(
        export(
            row(digits=8, algorithm="sha256", period=60),
            row(otp_type="hotp", counter=7, period=None, secret="JBSWY3DP======"),
            row(otp_type="steamtotp", service="Steam", digits=5),
            {"uri": f"otpauth://totp/Bank: ada?issuer=Bank&secret={SECRET}"},
        )
    )
    assert not backup.problems
    first, second, steam, bank = backup.entries
    assert (first.issuer, first.account, first.secret.given) == ("Shop", "ada", SECRET)
    assert (first.algorithm, first.digits, first.period) == (Algorithm.SHA256, 8, 60)
    assert (second.type, second.counter) == (OtpType.HOTP, 7)
    assert (steam.type, steam.issuer) == (OtpType.STEAM, "Steam")
    assert (bank.issuer, bank.account) == ("Bank", "ada")


@pytest.mark.parametrize(
    "bad",
    [
        5,
        row(secret=None),
        row(secret="0189"),
        row(otp_type=None),
        row(digits=0),
        row(service=[1]),
        {"uri": "x"},
    ],
)
def test_an_invalid_account_is_named_and_the_others_are_read(bad: Any) -> None:
    backup = read(export(row(), bad, row()))
    assert len(backup.entries) == 2
    assert [each.what[:7] for each in backup.problems] == ["entry 2"]


def test_a_newer_schema_is_refused() -> None:
    with pytest.raises(FormatError, match="schema that otp-tui doesn't know"):
        read(export(row(), schema=2))


def test_other_files_are_refused() -> None:
    for data in (export(row(), app="other"), export(row(), data={}), b"{}", b"[]"):
        assert recognize(data) is None
        with pytest.raises(FormatError):
            TWOFAUTH.read(data, Credentials())
