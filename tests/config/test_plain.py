"""The reader of one setting reads what the reader of all settings reads, or nothing."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.config.load import load, load_vault
from tui.config.plain import top_level, vault_setting
from tui.errors import ConfigError, NotPlainError

PIECES = [
    "vault",
    "theme",
    "kdf",
    "keys",
    "copy-code",
    " ",
    "\t",
    "=",
    " = ",
    "\n",
    "\r\n",
    "\r",
    "#",
    "[",
    "]",
    "[kdf]",
    "[keys]",
    "[[a]]",
    '"',
    "'",
    '"""',
    "\\",
    ",",
    "{",
    "}",
    ".",
    "/a",
    "~/b",
    "5",
    "0",
    "05",
    "-1",
    "1_000",
    "1e3",
    "true",
    "TRUE",
    "é",
    "\x00",
    "\ufeff",
    '"/vault.json"',
    '["a", "b"]',
    "[]",
    'vault = "/x"',
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_is_plain_is_valid_and_means_the_same(text: str) -> None:
    try:
        top = top_level(text.encode())
    except NotPlainError:
        return
    tree = tomllib.loads(text)
    scalars = {key: value for key, value in tree.items() if not isinstance(value, dict)}
    assert top.keys() == scalars.keys()
    for key, written in top.items():
        assert tomllib.loads(f"a = {written}")["a"] == scalars[key]


@pytest.mark.parametrize(
    ("text", "vault"),
    [
        ('vault = "/a/b.json"', "/a/b.json"),
        (
            '# mine\n\n vault="~/b.json"  # there\ntheme = "nord"\n[keys]\ncopy = ["c", "y"]',
            "~/b.json",
        ),
        ('vault = ""', None),
        ('theme = "no such theme"', None),
        ('[kdf]\nvault = "/a"', None),
        ("", None),
    ],
)
def test_the_setting_is_read_from_a_plain_file(
    tmp_path: Path, text: str, vault: str | None
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert vault_setting(str(path)) == vault == load(path)[0].vault


@pytest.mark.parametrize(
    "text",
    [
        "vault = 5",
        'vault = "relative"',
        "vault = '/a'",
        'vault = "/a\\tb"',
        "vault = [",
        "theme = x",
        "a = 1\na = 2",
        "kdf = 1\n[kdf]",
        'x = """\nvault = "/a"\n"""',
        "a.b = 1",
        '"vault" = "/a"',
    ],
)
def test_any_other_file_is_left_to_the_reader_of_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(NotPlainError):
        vault_setting(str(path))


def test_a_missing_file_has_no_setting(tmp_path: Path) -> None:
    assert vault_setting(str(tmp_path / "missing.toml")) is None
    link = tmp_path / "link.toml"
    link.symlink_to(tmp_path / "missing.toml")
    with pytest.raises(NotPlainError):
        vault_setting(str(link))
    with pytest.raises(ConfigError, match=r"Can't read .*link\.toml: No such file"):
        load_vault(link)
    with pytest.raises(NotPlainError):
        vault_setting(str(tmp_path))


def test_the_example_is_plain() -> None:
    assert vault_setting(str(Path(__file__).parents[2] / "config.example.toml")) is None
