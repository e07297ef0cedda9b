"""Recovery codes as they are shown and as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import UsageError
from tui.vault.recovery import new_code, read, written

CODE = bytes.fromhex("0e5c2ba01b3d4f60718293a4b5c6d7e8f9001122")


def test_a_code_is_shown_in_eight_groups_of_four() -> None:
    groups = written(CODE).split("-")
    assert [len(group) for group in groups] == [4] * 8
    assert set("".join(groups)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


@given(st.binary(min_size=20, max_size=20))
def test_what_is_shown_can_be_typed(code: bytes) -> None:
    assert read(written(code)) == code
    assert read(f"  {written(code).lower().replace('-', ' ')} ") == code
    mixed = written(code).replace("O", "0").replace("I", "1").replace("B", "8")
    assert read(mixed) == code


def test_every_code_is_another_one() -> None:
    assert len({new_code() for _ in range(50)}) == 50
    assert len(new_code()) == 20


@pytest.mark.parametrize("text", ["", "ABCD", "A" * 31, "A" * 33, "9" + "A" * 31, "é" + "A" * 31])
def test_what_is_no_code_is_said_without_repeating_it(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(text)
    assert not text or text not in str(refused.value)
