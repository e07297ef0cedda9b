"""Recovery codes as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.errors import UsageError
from tui.vault.recovery import as_text, from_text, new_code

CODE = bytes.fromhex("0e5c2ba01b3d4f60718293a4b5c6d7e8f9001122")


def test_a_recovery_code_is_eight_groups_of_four() -> None:
    groups = as_text(CODE).split("-")
    assert [len(group) for group in groups] == [4] * 8
    assert set("".join(groups)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


@given(st.binary(min_size=20, max_size=20))
def test_a_recovery_code_is_read_as_it_is_shown(code: bytes) -> None:
    assert from_text(as_text(code)) == code
    assert from_text(f"  {as_text(code).lower().replace('-', ' ')} ") == code
    mixed = as_text(code).replace("O", "0").replace("I", "1").replace("B", "8")
    assert from_text(mixed) == code


def test_every_recovery_code_is_different() -> None:
    assert len({new_code() for _ in range(50)}) == 50
    assert len(new_code()) == 20


@pytest.mark.parametrize("text", ["", "ABCD", "A" * 31, "A" * 33, "9" + "A" * 31, "é" + "A" * 31])
def test_an_invalid_recovery_code_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        from_text(text)
    assert not text or text not in str(refused.value)
