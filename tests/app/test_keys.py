"""The app follows the keys of the settings."""

from __future__ import annotations

import pytest
from textual.keys import Keys, _character_to_key, format_key
from textual.pilot import Pilot
from textual.widgets import Static

from tests.app.conftest import MakeApp
from tests.app.helpers import FakeClipboard, codes_of, lines_of, press, settle, text_of
from tui.app.app import OtpApp
from tui.app.commands import key_label
from tui.app.screens.help import HelpScreen
from tui.app.widgets.bars import CategoryBar
from tui.app.widgets.key_bar import KeyBar
from tui.config.keymap import KEY_NAMES, key_of
from tui.config.schema import KeyChoice


def test_the_names_of_keys_are_those_of_textual() -> None:
    for character in map(chr, range(ord(" "), 0x180)):
        if character.isprintable():
            assert key_of(character) == _character_to_key(character)
    for key in Keys:
        if key.value.isidentifier():
            assert key_of(key.value) in KEY_NAMES


@pytest.mark.parametrize("key", ["u", "L", "é", "ctrl+s", "alt+x", "f5", "insert", "plus"])
def test_the_label_of_a_key_is_that_of_textual(key: str) -> None:
    assert key_label(key, ascii_only=False) == format_key(key).replace("ctrl+", "^")


async def test_the_app_follows_the_keys_of_the_settings(
    make_app: MakeApp, clipboard: FakeClipboard
) -> None:
    app = make_app(
        keys=(KeyChoice("copy", ("y",)), KeyChoice("down", ("s",)), KeyChoice("lock", ("L",)),
              KeyChoice("undo", ()), KeyChoice("quit", ("Q",)))
    )  # fmt: skip
    async with app.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        await pilot.press("down", "enter", "u")
        await settle(pilot)
        assert (codes_of(app).cursor, clipboard.text) == (0, "")
        await pilot.press("s", "y")
        await settle(pilot)
        assert (codes_of(app).cursor, len(clipboard.text)) == (1, 8)
        line = lines_of(app.screen.query_one(KeyBar))[0]
        assert " y copy " in line
        assert " L lock " in line
        assert line.rstrip().endswith(" Q quit")
        await pilot.press("question_mark")
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)
        shown = "\n".join(str(each.render()) for each in app.screen.query("#columns Static"))
        assert "  y       Copy code" in shown
        assert "  –       Undo or redo" in shown


async def test_the_key_that_opens_the_help_closes_it(make_app: MakeApp) -> None:
    app = make_app(keys=(KeyChoice("help", ("f1",)),))
    async with app.run_test() as pilot:
        await settle(pilot)
        before = app.screen
        await pilot.press("question_mark")
        await settle(pilot)
        assert app.screen is before
        await pilot.press("f1")
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)
        await pilot.press("f1")
        await settle(pilot)
        assert app.screen is before


@pytest.mark.parametrize("width", [10, 40, 200])
async def test_the_help_can_be_resized(app: OtpApp, pilot: Pilot[None], width: int) -> None:
    await pilot.press("question_mark")
    for height in (3, 12, 60):
        await pilot.resize_terminal(width, height)
        await settle(pilot)
    card = app.screen.query_one("#keys")
    assert card.size.width <= 80
    assert card.region.x == (width - card.outer_size.width) // 2


async def test_the_search_hint_shows_its_key(make_app: MakeApp) -> None:
    app = make_app(keys=(KeyChoice("search", ("f3",)),))
    async with app.run_test() as pilot:
        await settle(pilot)
        assert lines_of(app.screen.query_one(CategoryBar))[0].endswith("f3 search ")


async def test_the_help_explains_every_mark(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("question_mark", "end")
    await settle(pilot)
    legend = str(app.screen.query_one("#legend", Static).render())
    for mark in ("★", "✓", "!", "3 s", "··· Space", "···", "next counter", "next", "NOT SAVED"):
        assert f"\n  {mark}" in legend
    assert app.screen.query_one("#keys").scroll_offset.y > 0


@pytest.mark.config(keys=(KeyChoice("copy", ("f5",)), KeyChoice("clear", ("f6",))))
async def test_the_search_names_keys_that_were_changed(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "slash", "q", "q")
    bar = lines_of(app.screen.query_one(KeyBar))[0]
    assert "f5 copy" in bar.lower()
    assert "f6 clear" in bar.lower()
    assert "press f6 to clear the search." in text_of(app).lower()
