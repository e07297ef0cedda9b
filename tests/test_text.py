"""Untrusted text: cleaned to store, made safe to show."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.text import clean, listed, plural, safe

any_text = st.text(st.characters(), max_size=60) | st.text(
    "a \t\n\x00\x07\x1b\x7f\x85\x9b\u0301\u200b\u202e\u2066\u2028\ufeff\ud800\ue000\U000e0041é漢🎉",
    max_size=60,
)


@given(any_text)
def test_safe_text_cannot_control_a_terminal(text: str) -> None:
    shown = safe(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown.isprintable()
    assert safe(shown) == shown


@given(any_text, st.integers(1, 20))
def test_safe_text_is_within_its_limit(text: str, limit: int) -> None:
    assert len(safe(text, limit)) <= limit


@given(any_text)
def test_clean_text_has_no_control_characters(text: str) -> None:
    kept = clean(text)
    kept.encode()
    assert not any(unicodedata.category(char) == "Cc" for char in kept)
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("plain", "plain"),
        ("a\tb\r\nc\x85d\u2028e", "a b  c d e"),
        ("\x00a\x1b[2J\x7f\x9bb\ud800", "a[2Jb"),
        ("👨\u200d👩\u200d👧 \u202eעב", "👨\u200d👩\u200d👧 \u202eעב"),
    ],
)
def test_clean(text: str, kept: str) -> None:
    assert clean(text) == kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold]", "plain [bold]"),
        ("\x1b]52;c;aGk=\x07x\x9b1m", "]52;c;aGk=x1m"),
        ("evil\u202etxt\u2066\u200b\ufeff", "eviltxt"),
        ("a\nb\u3000c\xa0d\u2029e", "a b c d e"),
        ("e" + "\u0301" * 300 + "x", "e" + "\u0301" * 3 + "x"),
        ("e" + "\u0301\u200b" * 300 + "x", "e" + "\u0301" * 3 + "x"),
        ("\u3164a\u2800\u115f\uffa0b", " a   b"),
        ("\ue000\U000e0041\ud800", "\N{REPLACEMENT CHARACTER}"),
        ("Ünï 漢字 🎉 👍🏽", "Ünï 漢字 🎉 👍🏽"),
    ],
)
def test_safe(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("abcd", "abcd"),
        ("abcde", "abc…"),
        ("äbcde", "äbc…"),
        ("a" + "\u200b" * 50 + "b", "a…"),
        ("\u200b" * 16, ""),
    ],
)
def test_a_shortened_text_ends_with_an_ellipsis(text: str, shown: str) -> None:
    assert safe(text, 4) == shown


def test_a_huge_name_is_not_read_to_its_end() -> None:
    class Counted(str):
        __slots__ = ()

        def __getitem__(self, key: object) -> str:
            assert key == slice(None, 4 * 8)
            return str.__getitem__(self, key)

    assert safe(Counted("é" * 1_000_000), 8) == "é" * 7 + "…"


@pytest.mark.parametrize(
    ("count", "noun", "shown"),
    [
        (1, "entry", "1 entry"),
        (2, "entry", "2 entries"),
        (0, "day", "0 days"),
        (5, "code", "5 codes"),
    ],
)
def test_plural(count: int, noun: str, shown: str) -> None:
    assert plural(count, noun) == shown


@pytest.mark.parametrize(
    ("words", "shown"),
    [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")],
)
def test_words_are_listed_as_in_a_sentence(words: list[str], shown: str) -> None:
    assert listed(words) == shown
