"""Search: every match of a query, and the best ones."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.otp.entry import Binding, Category, Entry, OtpType
from tui.otp.search import best, find, find_best
from tui.otp.secret import Secret

WORK = Category.named("Work")
NAMES = st.sampled_from(
    ["", "a", "A", "b", "a b", "a:b", "b:c", " ", "é", "E\u0301", "\0", "a\0b", "ß"]
)


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
    entry("Cafe\u0301", "x #tag"),
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
        ("#work", (0,)),
        ("#wor GitHub", (0,)),
        ("#ork", ()),
        ("#octocat", ()),
        ("#tag", ()),
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
        ("GitHub (octocat)", (0,)),
        ("github (oct)", ()),
        ("github", (0, 1, 5)),
        ("github enterprise", (2,)),
        ("strasse", (3,)),
        ("gith oct", (0, 2)),
        ("nobody", ()),
    ],
)
def test_an_exact_name_wins_over_partial_ones(query: str, places: tuple[int, ...]) -> None:
    assert find_best(ENTRIES, (WORK,), query) == [ENTRIES[place] for place in places]


def test_the_same_case_wins_among_full_names() -> None:
    columns = (["my", "My", "MY"], ["Label", "label", "LABEL"])
    assert best(["1", "2", "3"], *columns, lambda _at: [], "My:label") == [1]
    assert best(["1", "2", "3"], *columns, lambda _at: [], "my:label") == [0, 1, 2]


@given(
    names=st.lists(st.tuples(NAMES, NAMES), max_size=4),
    query=NAMES | st.sampled_from(["a:b", "a b", "a (b)", "A (a b)", "a:(b)"]),
)
def test_the_first_rule_that_matches_decides(names: list[tuple[str, str]], query: str) -> None:
    """`best` is fast; this is what it means."""
    folded = [(fold(issuer), fold(account)) for issuer, account in names]
    wanted = fold(query).strip()
    full = [
        at for at, each in enumerate(folded) if all(each) and wanted in _full_names(*each)
    ]  # fmt: skip
    full = [at for at in full if query.strip() in _full_names(*names[at])] or full
    one = [at for at, each in enumerate(folded) if wanted and wanted in each]
    words = fold(query).split()
    every = [at for at, each in enumerate(folded) if all(word in "\n".join(each) for word in words)]
    ids = [f"id{at}" for at in range(len(names))]
    columns = ([issuer for issuer, _ in names], [account for _, account in names])
    assert best(ids, *columns, lambda _at: [], query) == (full or one or every)


def _full_names(issuer: str, account: str) -> set[str]:
    return {f"{issuer}:{account}", f"{issuer} {account}", f"{issuer} ({account})"}


def fold(text: str) -> str:
    """Compose characters and fold case."""
    return normalize("NFC", text).casefold()
