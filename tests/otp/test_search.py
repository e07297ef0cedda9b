"""Search: every match of a query, and the best ones."""

from __future__ import annotations

import pytest

from tui.otp.entry import Binding, Category, Entry, OtpType
from tui.otp.search import find, find_best
from tui.otp.secret import Secret

WORK = Category.named("Work")


def entry(issuer: str, account: str | None = None, *categories: Category, id: str = "") -> Entry:  # noqa: A002
    return Entry(
        id=id or f"{issuer}/{account}",
        type=OtpType.TOTP,
        issuer=issuer,
        account=account,
        secret=Secret.base32("A" * 16),
        categories=tuple(Binding(category.id) for category in categories),
    )


ENTRIES = (
    entry("GitHub", "octocat", WORK),
    entry("GitHub", "gordon"),
    entry("GitHub Enterprise", "octocat"),
    entry("Straße", None),
    entry("Cafe\u0301", "x"),
    entry("GitLab", "github", id="11111111-1111-4111-8111-111111111111"),
)


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", range(6)),
        ("  ", range(6)),
        ("github", (0, 1, 2, 5)),
        ("HUB oct", (0, 2)),
        ("oct hub", (0, 2)),
        ("work", (0,)),
        ("work gordon", ()),
        ("STRASSE", (3,)),
        ("caf\u00e9", (4,)),
        ("octocatwork", ()),
        ("github octocat", (0, 2)),
    ],
)
def test_every_word_must_occur(query: str, places: tuple[int, ...]) -> None:
    assert find(ENTRIES, (WORK,), query) == [ENTRIES[place] for place in places]


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("11111111-1111-4111-8111-111111111111", (5,)),
        ("GitHub:octocat", (0,)),
        ("github octocat", (0,)),
        ("github", (0, 1, 5)),
        ("github enterprise", (2,)),
        ("strasse", (3,)),
        ("gith oct", (0, 2)),
        ("nobody", ()),
    ],
)
def test_an_exact_name_wins_over_partial_ones(query: str, places: tuple[int, ...]) -> None:
    assert find_best(ENTRIES, (WORK,), query) == [ENTRIES[place] for place in places]
