"""The code of an entry at a moment: bounds, boundaries and grouping."""

from __future__ import annotations

import base64
import hashlib
import math
from dataclasses import replace
from hashlib import md5

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import EntryError
from tui.otp.algorithms import hotp
from tui.otp.codes import Code, code_at, group, next_code, period, remaining
from tui.otp.entry import MAX_COUNTER, Algorithm, Entry, OtpType
from tui.otp.secret import Secret

RFC = Secret.base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")
TOTP = Entry(type=OtpType.TOTP, issuer="Example", secret=RFC)
HOTP = Entry(type=OtpType.HOTP, issuer="Example", secret=RFC)
STEAM = Entry(type=OtpType.STEAM, issuer="Steam", secret=RFC)
MOTP = Entry(type=OtpType.MOTP, issuer="M", secret=Secret.text("e3152afee62599c8"), pin="1234")
YANDEX = Entry(
    type=OtpType.YANDEX, issuer="Y", secret=Secret.base32("LA2V6KMCGYMWWVEW64RNP3JA3I"), pin="7586"
)
TIMED = [TOTP, STEAM, MOTP, YANDEX]


def test_a_code_is_valid_until_the_next_period() -> None:
    first = code_at(TOTP, 59.999)
    assert first == Code("287082", 60.0)
    assert code_at(TOTP, 30) == first
    assert code_at(TOTP, 60).text != first.text
    assert code_at(TOTP, 60).valid_until == 90.0


def test_each_entry_has_its_own_period() -> None:
    assert code_at(replace(TOTP, period=7), 13).valid_until == 14.0
    assert code_at(replace(TOTP, period=7), 13).text == code_at(TOTP, 30).text


@pytest.mark.parametrize("entry", TIMED, ids=lambda entry: entry.type.value)
def test_the_next_code_is_that_of_the_following_period(entry: Entry) -> None:
    now = code_at(entry, 1_700_000_005)
    assert now.valid_until is not None
    assert next_code(entry, 1_700_000_005) == code_at(entry, now.valid_until)


def test_hotp_depends_on_the_counter_only() -> None:
    assert code_at(HOTP, -1) == Code("755224", None)
    assert next_code(HOTP, math.nan) == Code("287082", None)
    assert code_at(replace(HOTP, counter=1), 0) == next_code(HOTP, 0)
    assert remaining(HOTP, 0) is None


def test_the_highest_counter_has_a_next_code() -> None:
    assert len(next_code(replace(HOTP, counter=MAX_COUNTER), 0).text) == 6


@pytest.mark.parametrize(
    ("moment", "left"), [(0, 30), (0.9, 30), (1, 29), (29, 1), (29.99, 1), (30, 30)]
)
def test_remaining_counts_from_the_period_down_to_one(moment: float, left: int) -> None:
    assert remaining(TOTP, moment) == left


@given(moment=st.floats(0, 1e11), seconds=st.integers(1, 100_000))
def test_a_period_has_the_stated_length(moment: float, seconds: int) -> None:
    entry = replace(TOTP, period=seconds)
    left = remaining(entry, moment)
    until = code_at(entry, moment).valid_until
    assert left is not None
    assert until is not None
    assert 1 <= left <= seconds
    assert moment < until <= moment + seconds
    assert until % seconds == 0
    assert left == until - int(moment)


@pytest.mark.parametrize("moment", [-0.001, -1, math.nan, math.inf, 2**63, 1e300, 10**400])
@pytest.mark.parametrize("entry", TIMED, ids=lambda entry: entry.type.value)
def test_a_moment_out_of_bounds_is_refused(entry: Entry, moment: float) -> None:
    for ask in (code_at, next_code, remaining):
        with pytest.raises(EntryError, match="before 1970"):
            ask(entry, moment)


def test_the_last_valid_moment_has_a_code() -> None:
    assert len(code_at(replace(TOTP, period=1), 2**63 - 1).text) == 6


@pytest.mark.parametrize("digits", range(1, 11))
def test_fewer_digits_are_the_last_of_ten(digits: int) -> None:
    assert code_at(replace(TOTP, digits=digits), 1_234_567_890).text == "0689005924"[-digits:]


def test_every_hash_accepts_a_key_of_one_byte() -> None:
    tiny = replace(TOTP, secret=Secret.base32("AE"))
    codes = {code_at(replace(tiny, algorithm=algorithm), 0).text for algorithm in Algorithm}
    assert len(codes) == 3


@pytest.mark.parametrize(("entry", "length"), [(STEAM, 5), (MOTP, 6), (YANDEX, 8)])
def test_fixed_types_ignore_digits_period_and_hash(entry: Entry, length: int) -> None:
    changed = replace(entry, digits=9, period=77, algorithm=Algorithm.SHA512)
    assert code_at(changed, 1_659_540_020) == code_at(entry, 1_659_540_020)
    assert len(code_at(changed, 0).text) == length
    assert period(changed) == (10 if entry is MOTP else 30)


@pytest.mark.parametrize(
    ("entry", "moment", "text"),
    [
        (replace(STEAM, secret=Secret.base32("STEAMKEY")), 1742298622, "NTK5M"),
        (MOTP, 165892298, "e7d8b6"),
        (YANDEX, 1581064020, "oactmacq"),
    ],
)
def test_one_known_code_of_each_fixed_type(entry: Entry, moment: float, text: str) -> None:
    # One of each from the vectors, for running the tests without those files.
    assert code_at(entry, moment).text == text


def test_mobile_otp_periods_are_always_ten_seconds() -> None:
    from_a_file = replace(MOTP, period=30)
    assert code_at(from_a_file, 165892298) == Code("e7d8b6", 165892300.0)
    assert remaining(from_a_file, 165892298) == 2


def test_mobile_otp_without_a_pin_hashes_no_pin() -> None:
    expected = md5(b"16589229e3152afee62599c8", usedforsecurity=False).hexdigest()[:6]
    assert code_at(replace(MOTP, pin=None), 165892298).text == expected
    assert code_at(replace(MOTP, pin=""), 165892298).text == expected


@pytest.mark.parametrize("pin", [None, ""])
def test_yandex_without_a_pin_is_refused(pin: str | None) -> None:
    with pytest.raises(EntryError, match="need a PIN"):
        code_at(replace(YANDEX, pin=pin), 0)


@pytest.mark.parametrize("entry", [MOTP, YANDEX])
def test_an_invalid_pin_is_refused(entry: Entry) -> None:
    with pytest.raises(EntryError, match="PIN"):
        code_at(replace(entry, pin="\ud800"), 0)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1234", "1234"),
        ("7K3QP", "7K3QP"),
        ("492039", "492 039"),
        ("e7d8b6", "e7d 8b6"),
        ("9993814", "999 3814"),
        ("77402198", "77 402 198"),
        ("oactmacq", "oact macq"),
        ("123456789", "123 456 789"),
        ("0689005924", "0689 005 924"),
    ],
)
def test_codes_are_grouped_for_reading(text: str, shown: str) -> None:
    assert group(text) == shown


def test_the_repr_of_a_code_hides_it() -> None:
    assert "287082" not in repr(code_at(TOTP, 59))


@given(
    key=st.binary(min_size=14, max_size=80),
    counter=st.integers(0, 2**64 - 1),
    digits=st.integers(1, 10),
    algorithm=st.sampled_from(Algorithm),
)
def test_hotp_is_the_code_of_pyotp(
    key: bytes, counter: int, digits: int, algorithm: Algorithm
) -> None:
    secret = base64.b32encode(key).decode()
    generator = pyotp.HOTP(secret, digits=10, digest=getattr(hashlib, algorithm.lower()))
    assert hotp(key, counter, digits, algorithm) == generator.generate_otp(counter)[-digits:]
