"""The strength of new passwords: known ones are weak, unrelated words are strong."""

from __future__ import annotations

import subprocess
import sys
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.crypto.passwords import strength


@pytest.mark.parametrize(
    ("password", "word", "advice"),
    [
        ("P@ssw0rd2024", "weak", "common password"),
        ("christopher", "very weak", "Names"),
        ("edcvfrtgb", "fair", "Keyboard"),
        ("aaaaaaaaaa", "very weak", "Repeats"),
        ("abcdefghijk", "very weak", "Sequences"),
        ("12.03.1984", "weak", "Dates"),
        ("xkqvzj8w", "fair", "another word"),
    ],
)
def test_the_advice_names_what_is_easy_to_guess(password: str, word: str, advice: str) -> None:
    found = strength(password)
    assert found.word == word
    assert advice in found.advice
    assert found.is_weak is (word != "fair")
    first = "Strength: fair." if word == "fair" else f"{word.capitalize()} password."
    assert found.sentence == f"{first} {found.advice}"


@pytest.mark.parametrize("password", ["correct horse battery staple", "uK7(w2!xVqZ9@m4"])
def test_a_strong_password_needs_no_advice(password: str) -> None:
    assert strength(password).sentence == "Strength: strong."


@given(st.text(st.characters(), max_size=80) | st.text("09٣². /-aB@$(\ud800", max_size=80))
def test_any_text_is_judged(password: str) -> None:
    assert strength(password).word


@pytest.mark.parametrize("password", ["x" * 10_000, "4@8({[</3691!|70$5+%2" * 3])
def test_only_the_start_of_a_long_password_is_judged(password: str) -> None:
    with patch("zxcvbn.matching.dictionary_match", return_value=[]) as look_up:
        strength(password)
    assert max(len(call.args[0]) for call in look_up.call_args_list) <= 40
    assert look_up.call_count < 100


def test_zxcvbn_is_imported_when_a_password_is_judged() -> None:
    program = "import sys, tui.crypto.passwords\nsys.exit('zxcvbn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
