"""The fields of a form: their mistakes, the entry they make, the changes of one."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given

from tests.strategies import entries
from tui.errors import EntryError
from tui.otp.draft import Draft
from tui.otp.entry import Algorithm, Entry, OtpType
from tui.otp.secret import Secret

SECRET = "gezd gnbv gy3t qojq"
TOTP = Draft(issuer="GitHub", account="octocat", secret=SECRET)
MOTP = Draft(type=OtpType.MOTP, issuer="VPN", secret="any text", pin="1234")
YANDEX = Draft(type=OtpType.YANDEX, issuer="Ya", secret="GEZDGNBVGY3TQOJQGEZDGNBVGY", pin="1234")


def test_empty_numbers_are_the_defaults() -> None:
    made = TOTP.entry()
    assert (made.digits, made.period, made.counter) == (6, 30, 0)
    assert (made.issuer, made.account, made.secret.normal) == (
        "GitHub", "octocat", "GEZDGNBVGY3TQOJQ",
    )  # fmt: skip
    for draft, digits, period in ((MOTP, 6, 10), (YANDEX, 8, 30)):
        assert (draft.entry().digits, draft.entry().period) == (digits, period)
        assert draft.entry().pin == "1234"


def test_typed_values_are_used() -> None:
    draft = replace(TOTP, digits=" 8 ", period="60", algorithm=Algorithm.SHA512, note="two\nlines")
    made = draft.entry()
    assert (made.digits, made.period, made.algorithm) == (8, 60, Algorithm.SHA512)
    assert made.note == "two\nlines"
    assert replace(draft, type=OtpType.HOTP, counter="7").entry().counter == 7


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (replace(TOTP, issuer="x" * 1025), "issuer"),
        (replace(TOTP, account="x" * 1025), "account"),
        (replace(TOTP, issuer=" ", account=""), "issuer"),
        (replace(TOTP, issuer="\x00\x1b", account=""), "issuer"),
        (replace(TOTP, secret=" "), "secret"),
        (replace(TOTP, secret="0189"), "secret"),
        (replace(TOTP, secret="A" * 5000), "secret"),
        (replace(TOTP, digits="0"), "digits"),
        (replace(TOTP, digits="11"), "digits"),
        (replace(TOTP, digits="six"), "digits"),
        (replace(TOTP, digits="+6"), "digits"),
        (replace(TOTP, digits="６"), "digits"),
        (replace(TOTP, period="0"), "period"),
        (replace(TOTP, period="9" * 5000), "period"),
        (replace(TOTP, type=OtpType.HOTP, counter="-1"), "counter"),
        (replace(TOTP, type=OtpType.HOTP, counter=str(2**63)), "counter"),
        (replace(MOTP, pin=""), "pin"),
        (replace(YANDEX, pin=""), "pin"),
        (replace(YANDEX, secret="GEZDGNBV"), "secret"),
        (replace(TOTP, note="x" * 10_001), "note"),
    ],
)
def test_each_mistake_is_reported_for_its_field(draft: Draft, field: str) -> None:
    wrong = draft.mistakes()
    assert list(wrong) == [field]
    assert wrong[field][0].isupper()
    assert wrong[field].endswith(".")
    with pytest.raises(EntryError, match=f"^{field}: "):
        draft.entry()


def test_fields_that_a_type_does_not_have_are_ignored() -> None:
    odd: dict[str, Any] = {"digits": "x", "period": "x", "counter": "x"}
    assert replace(MOTP, **odd).mistakes() == {}
    assert replace(MOTP, **odd).entry().digits == 6
    assert replace(TOTP, counter="x", pin="1").entry().pin is None


def test_all_mistakes_are_reported_at_once() -> None:
    assert set(Draft(digits="x").mistakes()) == {"issuer", "secret", "digits"}


def test_control_characters_are_removed_from_names() -> None:
    made = replace(TOTP, issuer=" Git\x1bHub\u202e ", account="  ").entry()
    assert (made.issuer, made.account) == ("GitHub\u202e", None)


def test_the_repr_of_a_draft_shows_no_text() -> None:
    assert SECRET not in repr(TOTP)
    assert "1234" not in repr(MOTP)
    for name in (one.name for one in fields(Draft) if one.type == "str"):
        assert SECRET not in repr(Draft(**{name: f"otpauth://totp/x?secret={SECRET}"}))  # type: ignore[arg-type]


def test_changes_are_the_edited_fields() -> None:
    base = replace(TOTP, note="old").entry()
    assert Draft.of(base).changes(base) == {}
    edited = replace(Draft.of(base), issuer=" GitLab ", digits="8", note="new")
    assert edited.changes(base) == {"issuer": "GitLab", "digits": 8, "note": "new"}
    assert edited.entry(base) == replace(base, issuer="GitLab", digits=8, note="new")
    with pytest.raises(EntryError, match=r"^digits: "):
        replace(edited, digits="x").changes(base)


@given(entries())
def test_fields_that_were_not_edited_are_not_changed(entry: Entry) -> None:
    draft = Draft.of(entry)
    if draft.mistakes(entry):
        return
    assert draft.changes(entry) == {}
    assert draft.entry(entry) == entry
    noted = replace(draft, note="new").entry(entry)
    assert noted == replace(entry, note="new")
    assert noted.secret.key == entry.secret.key


@pytest.mark.parametrize("kind", [kind for kind in OtpType if kind.has_pin])
def test_a_pin_that_the_entry_never_had_is_not_required(kind: OtpType) -> None:
    """Some apps write none; the other fields of such an entry can still be edited."""
    draft = MOTP if kind is OtpType.MOTP else YANDEX
    bare = replace(draft.entry(), pin=None)
    assert replace(Draft.of(bare), note="new").entry(bare).pin is None
    assert Draft.of(replace(bare, pin="1")).entry(bare).pin == "1"
    empty = replace(bare, pin="")
    assert Draft.of(empty).mistakes(empty) == {}
    assert Draft.of(empty).entry(empty).pin == ""
    typed_away = replace(Draft.of(draft.entry()), pin="")
    assert list(typed_away.mistakes(draft.entry())) == ["pin"]


def test_another_type_uses_its_defaults_and_reads_the_secret_again() -> None:
    steam = Entry(
        type=OtpType.STEAM, issuer="Steam", secret=Secret.base32("ABCD"), digits=5, counter=3
    )
    made = replace(Draft.of(steam), type=OtpType.TOTP).entry(steam)
    assert (made.id, made.digits, made.period) == (steam.id, 6, 30)
    text = replace(Draft.of(steam), type=OtpType.MOTP, pin="1").entry(steam)
    assert text.secret.key == b"ABCD"


def test_digits_are_kept_between_totp_and_hotp() -> None:
    totp = replace(TOTP, digits="8", algorithm=Algorithm.SHA256).entry()
    made = replace(Draft.of(totp), type=OtpType.HOTP).entry(totp)
    assert (made.digits, made.algorithm, made.counter) == (8, Algorithm.SHA256, 0)


def test_a_counter_survives_a_change_of_type_and_back() -> None:
    counted = Entry(type=OtpType.HOTP, issuer="Bank", secret=Secret.base32(SECRET), counter=41)
    timed = replace(Draft.of(counted), type=OtpType.TOTP).entry(counted)
    assert timed.type is OtpType.TOTP
    again = replace(Draft.of(timed), type=OtpType.HOTP).entry(timed)
    assert (again.type, again.counter) == (OtpType.HOTP, 41)


def test_a_long_note_that_was_imported_does_not_keep_other_fields_from_being_edited() -> None:
    base = replace(TOTP, note="").entry()
    base = replace(base, note="x" * 10_001)
    edited = replace(Draft.of(base), account="new")
    assert edited.mistakes(base) == {}
    assert "note" in replace(edited, note="y" * 10_001).mistakes(base)
