"""Fuzzy search: what is found, in which order, and which letters are marked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.otp.fuzzy import Finder, marks

NAMES = (
    ("Lighthouse", "keeper", ()),
    ("Growth", "horst", ()),
    ("GitHub", "octocat", ("Web", "Open source")),
    ("GitLab", "github-mirror", ("Work",)),
    ("Amazon Web Services", "root@example.org", ("Work",)),
    ("Airbnb", "sam", ()),
    ("Air Canada", "sam", ()),
    ("X", "sam", ()),
    ("Xbox", "sam", ()),
    ("Straße", "lutz", ()),
    ("Cafe\u0301", "7071", ()),
)


def found(query: str) -> list[str]:
    return finder().find(query)


def finder() -> Finder[str]:
    return Finder((*each, each[0]) for each in NAMES)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("gthb", "GitHub"),  # some of the letters
        ("gihub", "GitHub"),  # a missing letter
        ("gihtub", "GitHub"),  # swapped letters
        ("gitjub", "GitHub"),  # a wrong letter
        ("gitthub", "GitHub"),  # an additional letter
        ("gh oct", "GitHub"),  # initials, two words
        ("oct gh", "GitHub"),
        ("hub", "GitHub"),  # a word within a word
        ("github", "GitHub"),  # the first field before the second
        ("mirror", "GitLab"),
        ("aws", "Amazon Web Services"),
        ("amazonwbe", "Amazon Web Services"),  # two errors in a long word
        ("srevices", "Amazon Web Services"),
        ("airc", "Air Canada"),  # the start of a word and the next initial, before an error
        ("amwebs", "Amazon Web Services"),
        ("x", "X"),  # the whole name before a start
        ("STRASSE", "Straße"),
        ("caf\u00e9", "Cafe\u0301"),
        ("#work", "GitLab"),
        ("#work aws", "Amazon Web Services"),
        ("#source", "GitHub"),
        ("#wrk oot", "Amazon Web Services"),
        ("work", "GitLab"),  # categories are found without the sign, too
        ("707", "Cafe\u0301"),
        ("701", ""),  # numbers are not fuzzy
        ("gtzb", ""),
        ("ro.t", ""),
    ],
)
def test_the_best_match_comes_first(query: str, first: str) -> None:
    assert found(query)[:1] == ([first] if first else [])


def test_a_short_query_does_not_match_everything() -> None:
    assert found("gh") == ["GitHub", "Growth", "GitLab", "Lighthouse"]
    assert found("gl") == ["GitLab"]
    assert found("zz") == []


@pytest.mark.parametrize("query", ["", " ", "#", " # "])
def test_a_query_without_letters_matches_everything(query: str) -> None:
    assert found(query) == [name for name, *_ in NAMES]


def test_typing_errors_are_forgiven_only_if_nothing_else_matches() -> None:
    assert found("githu") == ["GitHub", "GitLab"]
    assert found("githa") == ["GitHub", "GitLab"]
    assert found("gxthx") == []


WORDS = st.text("github oct#wx7", max_size=9)


@given(st.lists(WORDS, max_size=6))
def test_the_result_does_not_depend_on_earlier_queries(queries: list[str]) -> None:
    one = finder()
    for query in queries:
        for end in range(len(query) + 1):
            assert one.find(query[:end]) == finder().find(query[:end])


@pytest.mark.parametrize(
    ("query", "issuer", "account", "marked"),
    [
        ("git", "GitHub", "octocat", "^^^... ......."),
        ("gh oct", "GitHub", "octocat", "^..^.. ^^^...."),
        ("gthb", "GitHub", "octocat", "^.^^.^ ......."),
        ("gihtub", "GitHub", "octocat", "^^^^^^ ......."),
        ("gitjub", "GitHub", "octocat", "^^^.^^ ......."),
        ("cat", "GitHub", "octocat", "...... ....^^^"),
        ("aws", "Amazon Web", "as", ".......... .."),
        ("aw", "Amazon Web", "as", "^......^.. .."),
        ("airc", "Air Canada", "c", "^^^.^..... ."),
        ("strasse", "Straße", "x", "^^^^^^ ."),
        ("#work", "Work", "work", ".... ...."),
        ("zz", "GitHub", "octocat", "...... ......."),
    ],
)
def test_the_letters_that_match_are_marked(
    query: str, issuer: str, account: str, marked: str
) -> None:
    first, second = marks(query, (issuer, account))
    assert f"{shown(issuer, first)} {shown(account, second)}" == marked


def shown(text: str, places: set[int]) -> str:
    return "".join("^" if at in places else "." for at in range(len(text)))


@given(query=WORDS, issuer=st.text(max_size=8), account=st.text(max_size=8))
def test_any_name_can_be_marked(query: str, issuer: str, account: str) -> None:
    for text, places in zip((issuer, account), marks(query, (issuer, account)), strict=True):
        assert all(0 <= place < len(text) for place in places)


@given(
    query=WORDS, issuer=st.text("github Oct-x7", min_size=1), account=st.text("gxt @.", max_size=8)
)
def test_what_is_found_is_marked(query: str, issuer: str, account: str) -> None:
    words = [word for word in query.split() if not word.startswith("#")]
    if words and Finder([(issuer, account, (), 1)]).find(" ".join(words)):
        assert any(marks(query, (issuer, account)))
