"""What all readers of entries share."""

from __future__ import annotations

import pytest

from tui.backup.formats._entries import number
from tui.errors import EntryError


@pytest.mark.parametrize(
    ("value", "expected"), [("77", 77), (" -5 ", -5), (7.0, 7), (None, 3), ("", 3), ("\x1f77", 77)]
)
def test_whole_numbers_are_read(value: object, expected: int) -> None:
    assert number(value, "counter", 3) == expected


@pytest.mark.parametrize("value", ["--5", "5-", "1_0", "7.5", 7.5, True, "\x1f", "9" * 20])
def test_other_numbers_are_refused_in_a_sentence(value: object) -> None:
    with pytest.raises(EntryError, match=r"its counter is .*, not a whole number"):
        number(value, "counter", 3)
