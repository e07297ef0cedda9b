"""Entries: which have codes, and what their labels and reprs show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import EntryError
from tui.otp.codes import code_at
from tui.otp.entry import (
    MAX_COUNTER,
    MAX_PERIOD,
    Algorithm,
    Category,
    Entry,
    OtpType,
    check,
    short,
)
from tui.otp.secret import Secret
from tui.text import NAME_LIMIT

ENTRY = Entry(type=OtpType.TOTP, issuer="Example", secret=Secret.base32("JBSWY3DPEHPK3PXP"))


@given(
    kind=st.sampled_from([OtpType.TOTP, OtpType.HOTP, OtpType.STEAM]),
    algorithm=st.sampled_from(Algorithm),
    digits=st.integers(1, 10),
    period=st.integers(1, MAX_PERIOD),
    counter=st.integers(0, MAX_COUNTER),
    moment=st.floats(0, 1e12),
)
def test_every_checked_entry_has_a_code(moment: float, kind: OtpType, **rest: Any) -> None:
    entry = check(replace(ENTRY, type=kind, **rest))
    length = 5 if kind is OtpType.STEAM else entry.digits
    assert len(code_at(entry, moment).text) == length


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digits", 0), ("digits", -1), ("digits", 11), ("digits", 10**4000),
        ("period", 0), ("period", -30), ("period", 10**9), ("period", MAX_PERIOD + 1),
        ("counter", -1), ("counter", 2**63), ("counter", 2**64),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [OtpType.TOTP, OtpType.HOTP])
def test_a_number_out_of_bounds_is_refused_by_name(kind: OtpType, field: str, value: int) -> None:
    wrong: dict[str, Any] = {"type": kind, field: value}
    with pytest.raises(EntryError, match=field) as caught:
        check(replace(ENTRY, **wrong))
    assert len(str(caught.value)) < 100


@pytest.mark.parametrize("field", ["issuer", "account"])
def test_a_name_over_the_limit_is_refused(field: str) -> None:
    longest: dict[str, Any] = {field: "x" * NAME_LIMIT}
    check(replace(ENTRY, **longest))
    longer: dict[str, Any] = {field: "x" * (NAME_LIMIT + 1)}
    with pytest.raises(EntryError, match="name is longer"):
        check(replace(ENTRY, **longer))


def test_digits_of_fixed_types_are_kept_for_export() -> None:
    assert check(replace(ENTRY, type=OtpType.STEAM, digits=0)).digits == 0


def test_a_yandex_secret_is_checked_and_its_pin_may_come_later() -> None:
    with pytest.raises(EntryError, match="Yandex"):
        check(replace(ENTRY, type=OtpType.YANDEX, pin="1234"))
    check(replace(ENTRY, type=OtpType.YANDEX, secret=Secret.base32("LA2V6KMCGYMWWVEW64RNP3JA3I")))


def test_the_repr_of_an_entry_hides_secret_and_pin() -> None:
    assert repr(replace(ENTRY, pin="9876", note="n")) == "Entry(totp, 'Example')"


def test_new_entries_have_unique_ids_and_are_hashable() -> None:
    other = Entry(type=OtpType.TOTP, issuer="Example", secret=ENTRY.secret)
    assert other.id != ENTRY.id
    assert len({ENTRY, replace(ENTRY), other, replace(ENTRY, extra={"later": [1]})}) == 3


@pytest.mark.parametrize(
    ("issuer", "account", "label"),
    [
        ("Example", "alice", "Example (alice)"),
        ("Example", None, "Example"),
        ("", "alice", "alice"),
        ("\u202e", "\x1b", "(no name)"),
        ("\x1b]52;c;!\x07", None, "]52;c;!"),
    ],
)
def test_a_label_is_safe_to_show(issuer: str, account: str | None, label: str) -> None:
    assert replace(ENTRY, issuer=issuer, account=account).label == label


def test_a_category_has_the_id_that_authenticator_pro_gives_it() -> None:
    assert Category.named("Web").id == "a8323a2a"  # the published example's


@pytest.mark.parametrize(
    ("value", "shown"),
    [("\x1b[2J", "[2J"), ("x" * 30, "x" * 23 + "…"), (None, "None")],
)
def test_a_quoted_value_is_short_and_safe(value: object, shown: str) -> None:
    assert short(value) == shown


def test_a_number_too_long_to_show_is_not_quoted() -> None:
    assert short(10**5000) == "a number too long to show"
