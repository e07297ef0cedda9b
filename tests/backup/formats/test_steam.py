"""Steam Guard accounts, made here; the real one is in test_interop."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.backup.support import needs, recognize
from tui.backup.model import Backup, Credentials, Needs
from tui.backup.registry import by_name
from tui.errors import FormatError
from tui.otp.entry import OtpType

STEAM = by_name("steam")
KEY = bytes(range(20))


def account(**changes: Any) -> dict[str, Any]:
    """An account of the Steam app; `...` leaves a key out."""
    made = {
        "shared_secret": base64.b64encode(KEY).decode(),
        "account_name": "ada",
        "revocation_code": "R12345",
        "identity_secret": "c2VjcmV0",
        **changes,
    }
    return {key: value for key, value in made.items() if value is not ...}


def several(*rows: Any) -> bytes:
    return json.dumps({"accounts": {str(place): row for place, row in enumerate(rows)}}).encode()


def opened(data: bytes, name: str = "") -> Backup:
    assert recognize(data, name) is STEAM
    assert needs(STEAM, data) is Needs.NOTHING
    return STEAM.read(data, Credentials())


def test_both_forms_and_mafiles_are_read() -> None:
    mafile = account(Session={"SteamID": 1}, fully_enrolled=True)
    for data in (several(account()), json.dumps(account()).encode(), json.dumps(mafile).encode()):
        (entry,) = opened(data).entries
        assert (entry.type, entry.issuer, entry.account) == (OtpType.STEAM, "Steam", "ada")
        assert entry.secret.key == KEY
        assert "R12345" not in repr(entry)


def test_all_accounts_of_a_file_are_read_in_its_order() -> None:
    backup = opened(several(account(account_name="z"), account(account_name="a")))
    assert [each.account for each in backup.entries] == ["z", "a"]


@pytest.mark.parametrize("secret", [..., None, "", 5, "no base64!", "é", "A"])
def test_a_bad_secret_is_refused_and_the_others_are_read(secret: object) -> None:
    backup = opened(several(account(), account(account_name="Bad", shared_secret=secret)))
    assert len(backup.entries) == 1
    assert [each.what for each in backup.problems] == ["entry 2 (Bad)"]


@pytest.mark.parametrize("row", [None, 5, "x", []])
def test_a_row_that_is_not_an_account_is_refused(row: object) -> None:
    backup = opened(several(row, account()))
    assert len(backup.entries) == 1
    assert [each.what for each in backup.problems] == ["entry 1"]


def test_a_name_that_is_not_text_is_refused() -> None:
    backup = opened(several(account(account_name=["x"]), account()))
    assert "account" in backup.problems[0].reason


def refused(data: bytes, reason: str, name: str = "") -> None:
    with pytest.raises(FormatError, match=reason) as caught:
        opened(data, name)
    assert caught.value.hint


def test_what_steam_desktop_authenticator_encrypts_is_named() -> None:
    refused(base64.b64encode(bytes(range(160))), "encrypted by Steam Desktop", "123.maFile")
    manifest: dict[str, Any] = {
        "encrypted": True,
        "entries": [{"encryption_iv": "eA==", "encryption_salt": "eA==", "filename": "1.maFile"}],
    }
    refused(json.dumps(manifest).encode(), "list of accounts", "manifest.json")
    manifest = {"encrypted": False, "entries": [{"encryption_iv": None}]}
    refused(json.dumps(manifest).encode(), "list of accounts")


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[]", b"{", b'{"accounts": []}', b'{"accounts": {"a": 5}}', b"null"]
)
def test_other_files_are_not_accounts(data: bytes) -> None:
    assert recognize(data) is not STEAM
    with suppress(FormatError):
        assert not STEAM.read(data, Credentials()).entries


@given(st.data())
def test_no_change_of_a_file_does_more_than_raise_our_error(data: st.DataObject) -> None:
    good = bytearray(several(account(), account(account_name="b")))
    for _ in range(data.draw(st.integers(1, 4))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    recognize(bytes(good))
    with suppress(FormatError):
        STEAM.read(bytes(good), Credentials())
