"""The docs match the program."""

from __future__ import annotations

import re
import shlex
import tomllib
from pathlib import Path

import pytest

from tools import formats_table
from tui.backup.formats.avtotpy.cipher_variants import cipher_variants
from tui.cli.parser import command_name, commands, parse
from tui.config.commands import COMMANDS, Command

_ROOT = Path(__file__).parents[1]
README = (_ROOT / "README.md").read_text(encoding="utf-8")
_COMMANDS = (_ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
_APP = (_ROOT / "docs" / "app.md").read_text(encoding="utf-8")
_BLOCKS = "".join(re.findall(r"```sh\n(.*?)```", _COMMANDS, re.DOTALL))
_ROWS = re.findall(r"^\| `(otp-tui [^`]*)` \|", _COMMANDS, re.MULTILINE)
_LINES = sorted({*re.findall(r"^(otp-tui [a-z].*?)(?:  +#.*)?$", _BLOCKS, re.MULTILINE), *_ROWS})
_KEYS = _APP[_APP.index("| key |") : _APP.index("The mouse works too")]
_README_COMMANDS = sorted(set(re.findall(r"`(otp-tui [a-z][^`]*)`", README)))
_PAGES = sorted([*_ROOT.glob("*.md"), *(_ROOT / "docs").glob("*.md")])
_SPELT = {
    "enter": "Enter",
    "space": "Space",
    "slash": "/",
    "comma": ",",
    "colon": ":",
    "question_mark": "?",
    "tab": "Tab",
    "shift+tab": "Shift+Tab",
    "escape": "Esc",
    "shift+up": "Shift+↑",
    "shift+down": "Shift+↓",
}


def test_the_table_of_formats_is_up_to_date() -> None:
    assert formats_table.in_document() == formats_table.table(), "run: make man"


def test_the_table_of_apps_is_up_to_date() -> None:
    assert formats_table.apps_in_document() == formats_table.apps_table(), "run: make man"


def test_the_variants_of_avtotpy_are_counted() -> None:
    assert f"{len(cipher_variants()):,} ways" in formats_table.DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("line", [*_LINES, *_README_COMMANDS])
def test_every_command_in_the_docs_exists(line: str) -> None:
    words = shlex.split(re.sub(r"\[[A-Z]+\]", "", line))[1:]
    args, module = parse(words)
    assert module is not None
    assert args.command == words[0]


_FOR_GIT = {"merge-driver", "git-textconv"}
"""Commands that git runs; docs/sync.md describes them."""


def test_the_docs_name_every_command() -> None:
    named = {shlex.split(line)[1] for line in _LINES}
    known = {command_name(module) for module in commands()}
    assert known - named == {"demo", *_FOR_GIT}
    assert "ARGS=demo" in README


@pytest.mark.parametrize(
    "command", [each for each in COMMANDS if each.group != "Move"], ids=lambda each: each.id
)
def test_the_docs_name_a_key_of_every_command(command: Command) -> None:
    spelt = [_SPELT.get(key, key) for key in command.keys]
    assert any(re.search(rf"(?<!\w){re.escape(key)}(?!\w)", _KEYS) for key in spelt)


def test_the_index_lists_every_page() -> None:
    docs = Path(__file__).parents[1] / "docs"
    listed = re.findall(r"^\| \[(.*?)\]\(\1\) \|", (docs / "README.md").read_text("utf-8"), re.M)
    assert sorted(listed) == sorted({path.name for path in docs.glob("*.md")} - {"README.md"})


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for path, anchor in re.findall(r"\]\(([^):#]*)(?:#([^)]*))?\)", page.read_text("utf-8")):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in _anchors(target), f"{path}#{anchor}"


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_each_promise_names_a_test_that_exists() -> None:
    root = Path(__file__).parents[1]
    text = (root / "docs" / "security.md").read_text(encoding="utf-8")
    rows = text[text.index("| promise | test |") :].partition("\n\n")[0].splitlines()[2:]
    assert len(rows) > 20
    for row in rows:
        path, _, name = row.split("|")[2].strip().strip("`").partition("::")
        code = (root / path).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {name}\(", code, re.MULTILINE), row


def test_each_dependency_is_pinned_with_hashes() -> None:
    root = Path(__file__).parents[1]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = (root / "constraints.txt").read_text(encoding="utf-8")
    more = project["optional-dependencies"]
    for text, wanted in (
        (pins.partition("# To install")[0], project["dependencies"]),
        (pins.partition("# To build")[0], [*project["dependencies"], *more["dev"]]),
        (pins, ["hatchling", *more["package"]]),
    ):
        pinned = set(re.findall(r"^([\w.-]+)==[^ ]+ .*\n +--hash=sha256:", text, re.MULTILINE))
        assert len(pinned) == text.count("==")
        names = {re.split(r"[<>=!]", one)[0].lower() for one in wanted}
        assert names <= {one.lower() for one in pinned}
