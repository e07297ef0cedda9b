"""The relation of a backup's entries to the vault."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.backup.support import ONE, TWO, site, vault
from tui.backup.match import differences
from tui.backup.model import Backup, Problem
from tui.backup.plan import MatchKind, plan
from tui.otp.entry import Algorithm, Entry, OtpType
from tui.otp.secret import Secret
from tui.vault.document import Document


def kinds(document: Document, *entries: Entry) -> list[MatchKind]:
    return [row.kind for row in plan(document, Backup(entries))]


def test_a_secret_that_the_vault_does_not_have_is_new() -> None:
    assert kinds(vault(), site()) == [MatchKind.NEW]
    assert kinds(vault(site()), site(TWO, account="bob")) == [MatchKind.NEW]


@pytest.mark.parametrize(
    "same",
    [
        site("jbsw y3dp-ehpk 3pxp=="),
        replace(site(), account="ada", icon="google", ranking=9, copy_count=4),
        site(counter=5),
        site(pin="1234"),
    ],
)
def test_the_same_secret_names_and_settings_are_identical(same: Entry) -> None:
    (row,) = plan(vault(site()), Backup((same,)))
    assert row.kind is MatchKind.IDENTICAL
    assert row.existing is not None


def test_settings_that_the_type_ignores_make_no_difference() -> None:
    here = site(type=OtpType.STEAM)
    there = replace(here, digits=5, period=60, algorithm=Algorithm.SHA512, pin="1")
    assert kinds(vault(here), there) == [MatchKind.IDENTICAL]


def test_a_missing_and_an_empty_account_are_identical() -> None:
    assert kinds(vault(site(account="")), replace(site(), account=None)) == [MatchKind.IDENTICAL]


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        (site(issuer="Other"), ["issuer"]),
        (site(account="bob"), ["account"]),
        (site(digits=8, period=60), ["digits", "period"]),
        (site(algorithm=Algorithm.SHA256), ["algorithm"]),
        (site(type=OtpType.HOTP), ["type"]),
    ],
)
def test_the_same_secret_with_other_names_or_settings_is_changed(
    changed: Entry, fields: list[str]
) -> None:
    here = site()
    (row,) = plan(vault(here), Backup((changed,)))
    assert (row.kind, row.existing) == (MatchKind.CHANGED, here)
    assert [each.field for each in differences(here, changed)] == fields
    assert all(field in row.reason for field in fields)


def test_another_pin_is_a_change_that_shows_no_pin() -> None:
    here = site("e3152afee62599c8", type=OtpType.MOTP, pin="1234")
    there = replace(here, pin="9876")
    (row,) = plan(vault(here), Backup((there,)))
    assert row.kind is MatchKind.CHANGED
    shown = row.reason + str(differences(here, there))
    assert "PIN" in shown
    assert "1234" not in shown
    assert "9876" not in shown


def test_a_higher_counter_is_a_change_and_a_lower_one_is_not() -> None:
    here = site(type=OtpType.HOTP, counter=5)
    assert kinds(vault(here), replace(here, counter=6)) == [MatchKind.CHANGED]
    assert kinds(vault(here), replace(here, counter=4)) == [MatchKind.IDENTICAL]


def test_a_mobile_otp_secret_is_text_and_never_the_base32_of_another() -> None:
    here = site(TWO)
    motp = site(here.secret.key.decode(), issuer="M", account="m", type=OtpType.MOTP)
    assert kinds(vault(here), motp) == [MatchKind.NEW]
    text = site("e3152afee62599c8", type=OtpType.MOTP)
    upper = site("E3152AFEE62599C8", issuer="Upper", type=OtpType.MOTP)
    assert kinds(vault(text), upper) == [MatchKind.NEW]


def test_the_same_name_is_reported_even_if_that_entry_has_a_match() -> None:
    document = vault(site(ONE))
    assert kinds(document, site(ONE), site(TWO)) == [MatchKind.IDENTICAL, MatchKind.SAME_NAME]


def test_the_same_names_with_a_different_secret_are_reported_as_the_same_name() -> None:
    here = site()
    (row,) = plan(vault(here), Backup((site(TWO),)))
    assert (row.kind, row.existing) == (MatchKind.SAME_NAME, here)
    nameless = site(issuer="", account="")
    assert kinds(vault(nameless), replace(nameless, secret=Secret.base32(TWO))) == [MatchKind.NEW]


def test_a_repeated_entry_is_reported_unless_the_vault_has_it_twice_too() -> None:
    assert kinds(vault(), site(), site()) == [MatchKind.NEW, MatchKind.REPEATED]
    assert kinds(vault(site()), site(), site()) == [MatchKind.IDENTICAL, MatchKind.REPEATED]
    assert kinds(vault(site(), site()), site(), site()) == [MatchKind.IDENTICAL] * 2


def test_an_entry_is_new_even_if_it_follows_its_twin_in_the_trash_of_the_file() -> None:
    trashed = replace(site(), deleted=1)
    assert kinds(vault(), trashed, site()) == [MatchKind.REPEATED, MatchKind.NEW]


def test_entries_with_one_secret_each_match_their_own_entry() -> None:
    a, b = site(account="a"), site(account="b")
    assert kinds(vault(a), replace(b), replace(a)) == [MatchKind.NEW, MatchKind.IDENTICAL]
    rows = plan(vault(a, b), Backup((replace(b, digits=8), replace(a, digits=8))))
    assert [row.existing for row in rows] == [b, a]


def test_refused_parts_are_rows_with_their_reason() -> None:
    problems = (Problem("entry 2 (Bad)", "its Secret is not text"), Problem("x", "y", False))
    rows = plan(vault(), Backup((site(),), problems=problems))
    assert [(row.kind, row.what, row.reason) for row in rows[1:]] == [
        (MatchKind.REFUSED, "entry 2 (Bad)", "its Secret is not text")
    ]
