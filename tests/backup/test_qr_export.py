"""An export as QR codes, each with as many entries as fit on the screen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.vault.support import entry
from tui.backup.model import Backup, Credentials
from tui.backup.qr_export import plan_codes, texts_of_codes
from tui.backup.registry import by_name
from tui.errors import ExportError
from tui.otp.entry import OtpType
from tui.qr import MAX_BYTES

GOOGLE = by_name("google-migration")
MANY = Backup(tuple(entry(f"Site {place}", ranking=place) for place in range(12)))


def issuers(texts: tuple[str, ...]) -> list[str]:
    backup = GOOGLE.read("\n".join(texts).encode(), Credentials())
    assert not backup.problems
    return [each.issuer for each in backup.entries]


def within(side: int) -> tuple[str, ...]:
    """Return a function that accepts codes with at most `modules` modules per side."""
    return texts_of_codes(plan_codes(MANY), lambda code: len(code.modules) <= side)


def test_each_code_has_ten_entries_if_there_is_room() -> None:
    texts = texts_of_codes(plan_codes(MANY), lambda _code: True)
    assert len(texts) == 2
    assert issuers(texts) == [each.issuer for each in MANY.entries]


def test_a_smaller_screen_gets_fewer_entries_in_each_code_and_loses_none() -> None:
    for side in (69, 57, 45):
        texts = within(side)
        assert 2 < len(texts) <= 12
        assert issuers(texts) == [each.issuer for each in MANY.entries]


def test_a_screen_too_small_for_any_code_gets_the_smallest() -> None:
    assert len(within(0)) == 12


def test_entries_that_the_app_or_a_qr_code_cannot_store_are_left_out() -> None:
    long = entry("Long", account="é" * 1024, issuer="ü" * 500)
    steam = replace(entry("Steam"), type=OtpType.STEAM, digits=5)
    found = plan_codes(Backup((long, steam, entry("Site"))))
    assert [(each.what[0], each.reason) for each in found.left_out] == [
        ("S", "only TOTP and HOTP are supported"),
        ("ü", "it is too long for a QR code"),
    ]
    (text,) = texts_of_codes(found, lambda _code: True)
    assert len(text) <= MAX_BYTES
    assert issuers((text,)) == ["Site"]


def test_nothing_to_show_is_an_error_with_its_reason() -> None:
    steam = replace(entry("Steam"), type=OtpType.STEAM, digits=5)
    with pytest.raises(ExportError, match="can't store any") as caught:
        texts_of_codes(plan_codes(Backup((steam,))), lambda _code: True)
    assert "Steam" in caught.value.hint
    with pytest.raises(ExportError, match="No entries to show"):
        texts_of_codes(plan_codes(Backup()), lambda _code: True)
