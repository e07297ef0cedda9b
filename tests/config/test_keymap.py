"""Names of keys, and the section [keys]."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tui.config.commands import COMMANDS
from tui.config.keymap import Keymap, key_of
from tui.config.load import parse

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def choose(**keys: str | list[str]) -> tuple[Keymap, tuple[str, ...]]:
    """Read a file with these keys; the first is on line 2."""
    lines = [f"{name.replace('_', '-')} = {json.dumps(given)}" for name, given in keys.items()]
    config, mistakes = parse("\n".join(["[keys]", *lines]).encode())
    return Keymap(config.keys), mistakes


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
def test_keys_can_be_written_in_several_ways(written: str, key: str) -> None:
    assert key_of(written) == key


@pytest.mark.parametrize(
    "written", ["", "foo", "ctrl+foo", "ctrl+", "+a", "hyperactive+a", "ctrl+ctrl+a", "\x1b", "ab"]
)
def test_an_unknown_key_is_refused(written: str) -> None:
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


def test_chosen_keys_replace_the_defaults() -> None:
    keymap, mistakes = choose(copy=["ctrl+y", "Y", "Y"], undo=[], down="down")
    assert mistakes == ()
    assert (keymap.of("copy"), keymap.of("undo")) == (("ctrl+y", "Y"), ())
    assert keymap.of("down") == ("down",)
    assert keymap.of("search") == ("slash",)
    assert keymap.command("Y") == "copy"
    assert keymap.command("enter") == ""


def test_two_commands_can_swap_keys() -> None:
    keymap, mistakes = choose(copy="n", copy_next="enter")
    assert mistakes == ()
    assert (keymap.of("copy"), keymap.of("copy-next")) == (("n",), ("enter",))


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"selct": "x"}, "unknown command selct. Did you mean select?"),
        ({"zzzz": "x"}, "unknown command zzzz."),
        ({"copy": "foo"}, "keys.copy: unknown key “foo”. Using the default."),
        ({"copy": "ctrl+c"}, "keys.copy: ctrl+c always quits. Using the default."),
        ({"copy": "3"}, "keys.copy: 3 copies that row. Using the default."),
        ({"help": []}, "keys.help needs at least one key. Using the default."),
        ({"quit": []}, "keys.quit needs at least one key. Using the default."),
        ({"lock": []}, "keys.lock needs at least one key. Using the default."),
    ],
)
def test_a_wrong_key_is_reported_with_its_line(keys: dict[str, str], sentence: str) -> None:
    keymap, mistakes = choose(**keys)
    assert mistakes == (f"config.toml, line 2: {sentence}",)
    assert keymap.changed == {}


def test_a_key_given_twice_is_reported_and_both_commands_keep_their_defaults() -> None:
    keymap, mistakes = choose(undo="z", lock="z", add="A")
    assert mistakes == (
        "config.toml, line 3: undo and lock both use the key z. Using the defaults of both.",
    )
    assert keymap.changed == {"add": "A"}


def test_a_key_that_another_command_has_by_default_is_reported() -> None:
    keymap, mistakes = choose(add="A", undo="l")
    assert mistakes == (
        "config.toml, line 3: undo and lock both use the key l. Using the defaults of both.",
    )
    assert keymap.changed == {"add": "A"}


def test_a_key_that_conflicts_with_a_restored_default_is_reported() -> None:
    """`copy` takes n and fails; `add` took enter, which `copy` has again."""
    keymap, mistakes = choose(copy="n", add="enter")
    assert keymap.changed == {}
    assert len(mistakes) == 2


def test_the_keys_are_checked_without_textual() -> None:
    program = (
        "import sys; from tui.config.load import parse;"
        "assert parse(b'[keys]\\ncopi = \"y\"')[1];"
        "print([name for name in sys.modules if name.startswith(('textual', 'rich', 'tui.app'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=EXAMPLE.parent, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"
