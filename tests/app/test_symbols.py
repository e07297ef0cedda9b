"""Symbols in ASCII, cell for cell."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from tests.app.conftest import MakeApp
from tests.app.helpers import settle
from tests.app.test_themes import painted
from tui.app.commands import key_label
from tui.app.symbols import locale_encoding, to_ascii, wants_ascii
from tui.config.commands import COMMANDS


@pytest.mark.parametrize(
    ("setting", "environ", "encoding", "wanted"),
    [
        ("on", {}, "utf-8", True),
        ("off", {"TERM": "linux"}, "ascii", False),
        ("auto", {}, "UTF-8", False),
        ("auto", {}, "utf8", False),
        ("auto", {"TERM": "linux"}, "utf-8", True),
        ("auto", {"TERM": "linux-16color"}, "utf-8", True),
        ("auto", {"TERM": "vt100"}, "utf-8", True),
        ("auto", {"TERM": "vt220-am"}, "utf-8", True),
        ("auto", {"TERM": "ansi"}, "utf-8", True),
        ("auto", {"TERM": "vte-256color"}, "utf-8", False),
        ("auto", {"TERM": "xterm"}, "ISO-8859-1", True),
        ("auto", {"LANG": "C"}, None, True),
        ("auto", {"LANG": "C", "LC_CTYPE": "C.UTF-8"}, None, True),  # as Python sets it
        ("auto", {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, None, True),
        ("auto", {"LC_ALL": "C.UTF-8", "LANG": "C"}, "utf-8", False),
        ("off", {"LANG": "C"}, None, False),
        ("auto", {}, "ANSI_X3.4-1968", True),
    ],
)
def test_ascii_follows_setting_locale_and_terminal(
    setting: str, environ: dict[str, str], encoding: str | None, wanted: bool
) -> None:
    assert wants_ascii(setting, environ, encoding) is wanted


def test_the_c_locale_has_only_ascii_letters() -> None:
    assert locale_encoding({"LANG": "C", "LC_CTYPE": "C.UTF-8"}) == "ascii"
    assert locale_encoding({"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}) != "ascii"
    assert locale_encoding({"LC_ALL": "C.UTF-8", "LANG": "C"}) != "ascii"


def test_every_key_of_the_table_has_a_name_in_ascii() -> None:
    names = [key_label(key, ascii_only=True) for command in COMMANDS for key in command.keys]
    assert all(name.isascii() for name in names)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("╭─ Keys ──╮│█░▕▏", "+- Keys --+|#.||"),
        ("Unlocking …", "Unlocking.."),
        ("a long na…", "a long na~"),
        ("“it’s”", '"it\'s"'),
        ("✓ ✗ · ▸ •", "* x - > *"),
        ("▌✓  ↵", ">* <-"),
        ("▌⇥↵", ">><"),
        ("Köln 郵便局", "Köln 郵便局"),
    ],
)
def test_symbols_become_ascii_cell_for_cell(text: str, written: str) -> None:
    assert to_ascii(text) == written
    assert cell_len(text) == cell_len(written)


def test_letters_that_the_locale_cannot_write_become_question_marks() -> None:
    assert to_ascii("Köln 郵便局 –", "iso-8859-1") == "Köln ?????? -"
    assert to_ascii("Köln", "ascii") == "K?ln"
    assert to_ascii("Köln", "no such encoding") == "Köln"


@pytest.mark.parametrize("keys", [(), ("e",), ("question_mark",), ("l",), ("i",)], ids=str)
async def test_screens_use_only_known_symbols(make_app: MakeApp, keys: tuple[str, ...]) -> None:
    app = make_app(ascii="on")
    assert app.ascii_only
    async with app.run_test() as pilot:
        await settle(pilot)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        text = "".join(line.text for line in painted(app))
    assert [char for char in text if not char.isascii() and not char.isalpha()] in ([], ["👪"])
