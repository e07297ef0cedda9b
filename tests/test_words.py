"""No text that users read contains words that docs/glossary.md retires."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.strings import ROOT, found_strings, help_texts

GLOSSARY = ROOT / "docs" / "glossary.md"


def retired() -> list[str]:
    """Return the words in backticks in the last column of the glossary's tables."""
    rows = re.findall(r"^\|.*\|([^|]*)\|$", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    return [word for cell in rows for word in re.findall(r"`([^`]+)`", cell)]


RETIRED = re.compile(
    rf"(?<![\w-])({'|'.join(map(re.escape, sorted(retired(), key=len, reverse=True)))})(?![\w-])",
    re.IGNORECASE,
)
DOCUMENTS = sorted(
    path
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*"), ROOT / "config.example.toml")
    if path.is_file() and path != GLOSSARY
)


def in_words(text: str) -> list[str]:
    """Return the retired words in a text, ignoring code in backticks or braces, and links."""
    plain = re.sub(r"`[^`]*`|\{[^}]*\}|(?<=\])\([^)]*\)", "", text)
    return RETIRED.findall(" ".join(plain.split()))


def test_the_glossary_retires_words() -> None:
    assert {"tick", "colour", "the usual place"} <= set(retired())
    assert in_words("Tick a row: it fits the\nusual place.") == ["Tick", "the usual place"]


def test_strings_have_no_retired_words() -> None:
    strings = found_strings()
    assert len({found.path for found in strings}) > 100
    assert {
        f"{found.path}:{found.line}: {found.text}": words
        for found in strings
        if (words := in_words(found.text))
    } == {}


def test_help_has_no_retired_words() -> None:
    texts = help_texts()
    assert "otp-tui" in texts
    assert {name: words for name, text in texts.items() if (words := in_words(text))} == {}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_documents_have_no_retired_words(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    if path.suffix == ".toml":
        text = re.sub(r"(?m)^#?[\w-]+ = ", "", text)  # names of settings and commands
    assert in_words(text) == []
