"""The order of entries, in the list and in a category."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.vault.support import document, entry, identity
from tui.errors import MatchError, UsageError
from tui.otp.entry import Binding
from tui.vault import document as documents_json
from tui.vault.document import Document
from tui.vault.order import KEY, Order, moved, order_of, ordered, with_order

ROWS = (
    entry("Zebra", ranking=2, copy_count=5, used=10, categories=(Binding("1", 1),)),
    entry("apple", ranking=0, copy_count=None, used=30, account="b"),
    entry("Apple", ranking=1, copy_count=5, used=20, account="a", categories=(Binding("1", 0),)),
    entry("", ranking=1, account="mail", categories=(Binding("2", 0),)),
)
MADE = document(*ROWS)


def names(made: Document, category: str | None = None) -> list[str]:
    return [one.issuer or one.account or "" for one in ordered(made, category)]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.HAND, ["apple", "Apple", "mail", "Zebra"]),
        (Order.BACKUP, ["Zebra", "apple", "Apple", "mail"]),
        (Order.ISSUER, ["Apple", "apple", "mail", "Zebra"]),
        (Order.USE, ["Apple", "Zebra", "apple", "mail"]),
        (Order.LAST, ["apple", "Apple", "Zebra", "mail"]),
    ],
)
def test_each_order(order: Order, expected: list[str]) -> None:
    assert names(with_order(MADE, order)) == expected


@pytest.mark.parametrize("order", Order)
def test_pinned_entries_are_first_in_each_order(order: Order) -> None:
    pinned = tuple(replace(one, pinned=one.issuer == "Zebra") for one in ROWS)
    plain, first = (names(with_order(document(*rows), order)) for rows in (ROWS, pinned))
    plain.remove("Zebra")
    assert first == ["Zebra", *plain]


@pytest.mark.parametrize(
    ("order", "expected"),
    [(Order.HAND, ["Apple", "Zebra"]), (Order.BACKUP, ["Zebra", "Apple"])],
)
def test_each_category_has_its_own_manual_order(order: Order, expected: list[str]) -> None:
    assert names(with_order(MADE, order), "1") == expected


def test_an_entry_twice_in_a_category_is_shown_once() -> None:
    double = replace(ROWS[0], categories=(Binding("1", 1), Binding("1", 4)))
    assert names(document(double), "1") == ["Zebra"]


def test_the_order_is_stored() -> None:
    made = documents_json.read(documents_json.write(with_order(MADE, Order.LAST)))
    assert order_of(made) is Order.LAST
    assert with_order(made, Order.LAST) is made


@pytest.mark.parametrize("stored", ["", "HAND", 1, None, [], {"a": 1}])
def test_an_unknown_order_means_by_hand(stored: Any) -> None:
    assert order_of(replace(MADE, preferences={KEY: stored})) is Order.HAND


def after(made: Document, name: str, step: int, category: str | None = None) -> list[str]:
    """Return the names in the order of the rankings from `moved`."""
    ranks = moved(made, identity(name), step, category)
    return [one.issuer for one in sorted(made.entries, key=lambda one: ranks[one.id])]


def test_a_move_renumbers_all_rows() -> None:
    made = document(entry("a"), entry("b"), entry("c"))
    assert after(made, "a", 1) == ["b", "a", "c"]
    assert after(made, "c", -2) == ["c", "a", "b"]


def test_nothing_moves_past_an_end_or_a_pinned_entry() -> None:
    made = document(entry("a", pinned=True), entry("b"), entry("c"))
    for name, step in (("a", -1), ("a", 1), ("b", -1), ("c", 1)):
        assert moved(made, identity(name), step, None) == {}
    assert moved(made, identity("c"), -1, None)


def test_entries_can_be_moved_only_in_the_manual_order() -> None:
    with pytest.raises(UsageError):
        moved(with_order(MADE, Order.USE), ROWS[0].id, 1, None)


def test_a_missing_entry_cannot_be_moved() -> None:
    with pytest.raises(MatchError):
        moved(MADE, identity("nobody"), 1, None)
    with pytest.raises(MatchError, match="category"):
        moved(MADE, ROWS[1].id, 1, "1")
