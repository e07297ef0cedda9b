"""Which key does what: reading [keys], and the app that follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.app.conftest import MakeApp
from tests.app.helpers import FakeClipboard, codes_of, lines_of, settle
from tui.app.commands import COMMANDS
from tui.app.keys import Keymap, key_of
from tui.app.screens.help import HelpScreen
from tui.app.widgets.bars import CategoryBar, KeyBar
from tui.config.load import parse
from tui.config.schema import KeyChoice

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def choose(**keys: str | list[str]) -> Keymap:
    chosen = [
        KeyChoice(name.replace("_", "-"), tuple([given] if isinstance(given, str) else given), line)
        for line, (name, given) in enumerate(keys.items(), 1)
    ]
    return Keymap(chosen, "config.toml")


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("/", "slash"),
        ("slash", "slash"),
        ("?", "question_mark"),
        (",", "comma"),
        ("G", "G"),
        ("shift+g", "G"),
        ("Enter", "enter"),
        ("Esc", "escape"),
        ("PgUp", "pageup"),
        ("Ctrl+S", "ctrl+s"),
        ("ctrl++", "ctrl+plus"),
        ("shift+ctrl+up", "ctrl+shift+up"),
        ("ctrl+i", "tab"),
        ("F5", "f5"),
        (" ", "space"),
        ("é", "é"),
    ],
)
def test_keys_may_be_written_as_people_do(written: str, key: str) -> None:
    assert key_of(written) == key


@pytest.mark.parametrize(
    "written", ["", "foo", "ctrl+foo", "ctrl+", "+a", "hyperactive+a", "ctrl+ctrl+a", "\x1b", "ab"]
)
def test_what_is_no_key_is_seen(written: str) -> None:
    assert key_of(written) is None


def test_the_keys_of_the_table_are_keys_and_no_two_commands_share_one() -> None:
    keys = [key for command in COMMANDS for key in command.keys]
    assert [key_of(key) for key in keys] == keys
    assert len(set(keys)) == len(keys)
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)


def test_the_example_has_the_keys_of_the_table() -> None:
    section = EXAMPLE.read_text(encoding="utf-8").partition("\n[keys]\n")[2]
    lines = [line[1:] for line in section.splitlines() if line[1:2].isalpha()]
    config, wrong = parse("\n".join(["[keys]", *lines]).encode())
    assert wrong == ()
    assert [(each.command, each.keys) for each in config.keys] == [
        (command.id, command.keys) for command in COMMANDS
    ]
    assert all(f"# {command.help}" in section for command in COMMANDS)


def test_other_keys_take_the_place_of_the_tables() -> None:
    keymap = choose(copy=["ctrl+y", "Y", "Y"], undo=[], down="down")
    assert keymap.wrong == ()
    assert (keymap.of("copy"), keymap.of("undo")) == (("ctrl+y", "Y"), ())
    assert keymap.of("down") == ("down",)
    assert keymap.of("search") == ("slash",)
    assert keymap.command("Y") == "copy"
    assert keymap.command("enter") == ""


def test_two_commands_may_change_places() -> None:
    keymap = choose(copy="n", copy_next="enter")
    assert keymap.wrong == ()
    assert (keymap.of("copy"), keymap.of("copy-next")) == (("n",), ("enter",))


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"tikc": "x"}, "there is no command tikc; did you mean tick?"),
        ({"zzzz": "x"}, "there is no command zzzz."),
        ({"copy": "foo"}, "keys.copy: there is no key “foo”; the default is used."),
        ({"copy": "ctrl+c"}, "keys.copy: the key ctrl+c always quits; the default is used."),
        ({"copy": "3"}, "keys.copy: the key 3 copies that row; the default is used."),
        ({"help": []}, "keys.help cannot be without a key; the default is used."),
        ({"quit": []}, "keys.quit cannot be without a key; the default is used."),
        ({"lock": []}, "keys.lock cannot be without a key; the default is used."),
    ],
)
def test_a_wrong_key_is_told_with_its_line(keys: dict[str, str], sentence: str) -> None:
    keymap = choose(**keys)
    assert keymap.wrong == (f"config.toml, line 1: {sentence}",)
    assert keymap.changed == {}


def test_a_key_given_twice_is_told_and_both_keep_their_own() -> None:
    keymap = choose(undo="z", lock="z", add="A")
    assert keymap.wrong == (
        "config.toml, line 2: the key z is given to undo and to lock; "
        "the defaults of both are used.",
    )
    assert keymap.changed == {"add": "A"}


def test_a_key_that_another_has_by_default_is_told() -> None:
    keymap = choose(add="A", undo="l")
    assert keymap.wrong[0].startswith("config.toml, line 2: the key l is given to undo and to lock")
    assert keymap.changed == {"add": "A"}


def test_a_default_that_comes_back_gives_way_to_nothing() -> None:
    """`copy` takes n and fails; `add` took enter, which `copy` has again: that is told, too."""
    keymap = choose(copy="n", add="enter")
    assert keymap.changed == {}
    assert len(keymap.wrong) == 2


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
        assert "  y       Copy the selected code" in shown
        assert "  –       Undo the last change" in shown


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


async def test_wrong_keys_are_told_when_the_app_starts(make_app: MakeApp) -> None:
    app = make_app(keys=(KeyChoice("copi", ("y",), 7),))
    assert app.warnings == ("config.toml, line 7: there is no command copi; did you mean copy?",)


@pytest.mark.parametrize("width", [10, 40, 200])
async def test_resizing_the_help_does_no_harm(make_app: MakeApp, width: int) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("question_mark")
        for height in (3, 12, 60):
            await pilot.resize_terminal(width, height)
            await settle(pilot)
        card = app.screen.query_one("#keys")
        assert card.size.width <= 80
        assert card.region.x == (width - card.outer_size.width) // 2


async def test_the_search_is_told_by_its_key(make_app: MakeApp) -> None:
    app = make_app(keys=(KeyChoice("search", ("f3",)),))
    async with app.run_test() as pilot:
        await settle(pilot)
        assert lines_of(app.screen.query_one(CategoryBar))[0].endswith("f3 search ")
