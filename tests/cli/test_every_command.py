"""What every command must do: no color in files, Ctrl+C, closed pipes, --json.

The commands come from the parser, so a new one is tested, too. Its arguments get values by their
metavar; `CALLS` has the rest, and a test fails if something is missing there.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.cli.program import PASSWORD, Program
from tests.cli.terminal import Terminal
from tests.conftest import STRESS
from tui.cli.parser import build, commands

URI = "otpauth://totp/New:ada?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=New\n"
VALUES = {
    **{"QUERY": "GitHub", "FILE": "file.txt", "NAME": "Work", "NEW": "Other"},
    **{"VAULT": "data/vault.json", "BASE": "data/vault.json", "THEIRS": "data/vault.json"},
    "OURS": "data/vault.conflict-1.json",
}
"""Values for arguments, by their metavar."""
OPENS_THE_APP = {"demo", "pick"}
ENDLESS = {"watch", "ssh-agent"}
NEVER_ASKS = {"git-textconv", "merge-driver"}
LOUD = re.compile("[\x00-\x08\x0b-\x1f\x7f\x9b]")
"""Control characters, which don't belong in a file."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a command needs besides its arguments and the vault password."""

    options: tuple[str, ...] = ()
    stdin: str = ""
    code: int = 0


CALLS = {
    "add": Call(stdin=URI),
    "category add": Call(("Fresh",)),
    "demo": Call(code=2),
    "edit": Call(("--note", "words")),
    "export": Call(("--format", "otpauth-uris", "--plaintext", "--force")),
    "git-setup": Call(code=2),
    "init": Call(code=1),
    "merge": Call(("--dry-run",)),
    "passwd": Call(("--new-password-stdin",), stdin="another password\n"),
    "pick": Call(code=2),
    "recovery use": Call(code=1),
    "remove": Call(("--yes",)),
    "restore": Call(("--json",)),
    "undo": Call(code=1),
}
"""The vault exists in no repository, has a copy, nothing to undo and no recovery code."""


def leaves(
    parser: argparse.ArgumentParser, above: tuple[str, ...] = ()
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command without actions, and every action, with its parser."""
    below = [each.choices for each in parser._actions if isinstance(each.choices, dict)]
    if not below:
        yield " ".join(above), parser
    for choices in below:
        for name, inner in choices.items():
            yield from leaves(inner, (*above, name))


LEAVES = dict(leaves(build(commands())))
NAMES = sorted(LEAVES)


def has(name: str, option: str) -> bool:
    return any(option in action.option_strings for action in LEAVES[name]._actions)


def arguments(name: str) -> list[str]:
    """Return the required arguments of the command, and those in `CALLS`."""
    given: list[str] = []
    for action in LEAVES[name]._actions:
        if action.option_strings or action.help == argparse.SUPPRESS or action.nargs in {"*", "?"}:
            continue
        if action.choices is not None:
            given.append(str(next(iter(action.choices))))
        elif name != "category add":
            assert action.metavar in VALUES, f"teach VALUES or CALLS what {action.metavar} may be"
            given.append(VALUES[str(action.metavar)])
    if name == "export":
        given.append("file.txt")
    return [*given, *CALLS.get(name, Call()).options]


def call(name: str, *more: str) -> tuple[list[str], str]:
    """Return arguments and standard input for a run without a terminal."""
    given = [*name.split(), *arguments(name), *more]
    stdin = CALLS.get(name, Call()).stdin
    if has(name, "--password-stdin"):
        return [*given, "--password-stdin"], f"{PASSWORD}\n{stdin}"
    return given, stdin


@pytest.fixture
def prepared(filled: Program) -> Program:
    """A vault and its copy, a file to import, and an environment that asks for color."""
    (filled.folder / "file.txt").write_text(URI)
    shutil.copy(filled.vault, filled.folder / VALUES["OURS"])
    filled.env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "FORCE_COLOR": "1"}
    return filled


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ENDLESS])
def test_output_to_a_file_is_plain_text(prepared: Program, name: str) -> None:
    args, stdin = call(name)
    done = prepared.run(*args, stdin=stdin)
    expected = {0, 1} if name == "doctor" else {CALLS.get(name, Call()).code}
    assert done.code in expected, done.err
    assert not LOUD.search(done.out + done.err)


@pytest.mark.parametrize("name", NAMES)
def test_help_is_text_on_standard_output(program: Program, name: str) -> None:
    program.env |= {"FORCE_COLOR": "1"}
    done = program.run(*name.split(), "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"usage: otp-tui {name} ")
    assert max(map(len, done.out.splitlines())) <= 80
    assert not LOUD.search(done.out)


@pytest.mark.parametrize("name", [n for n in NAMES if has(n, "--json") and n not in ENDLESS])
def test_json_is_all_of_standard_output(prepared: Program, name: str) -> None:
    if name == "undo":
        prepared.open("add", stdin=URI)
    args, stdin = call(name, "--json")
    done = prepared.run(*args, stdin=stdin)
    assert isinstance(done.json, dict | list)
    assert done.out.isascii()


FOR_ONE_READER = {"completion", "recovery new", "git-textconv"}
"""They print a script, a code or what git asks for, not data."""


@pytest.mark.parametrize("name", [n for n in NAMES if not has(n, "--json") and n not in ENDLESS])
def test_commands_that_print_have_json(prepared: Program, name: str) -> None:
    args, stdin = call(name)
    assert bool(prepared.run(*args, stdin=stdin).out) is (name in FOR_ONE_READER)


PRINTING = {"code", "completion", "list", "watch"}
"""What people print to a pipe."""

ASKING = [
    name
    for name in NAMES
    if name not in OPENS_THE_APP | NEVER_ASKS
    and (has(name, "--password-stdin") or has(name, "--recovery-code-stdin"))
]


@pytest.mark.parametrize("name", ASKING if STRESS else ASKING[::3])
def test_ctrl_c_at_a_prompt(prepared: Program, name: str) -> None:
    if name == "init":
        prepared.vault.unlink()
    if name == "recovery use":
        args, stdin = call("recovery new")
        assert prepared.run(*args, stdin=stdin).code == 0
    before = prepared.vault.read_bytes() if prepared.vault.exists() else None
    options = [each for each in arguments(name) if not each.endswith("-stdin")]
    if name == "recover":
        options.append("1")  # the list asks for nothing
    terminal = Terminal(prepared, *name.split(), *options)
    terminal.wait_for("")
    terminal.type("\x03")
    assert terminal.end() == (130, "")
    assert "Traceback" not in terminal.seen
    assert not LOUD.search(terminal.seen.replace("\r\n", "\n"))
    assert (prepared.vault.read_bytes() if prepared.vault.exists() else None) == before


@pytest.mark.parametrize("name", NAMES if STRESS else sorted({*NAMES[::4], *PRINTING}))
def test_a_closed_pipe(prepared: Program, name: str) -> None:
    args, stdin = call(name)
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*prepared.command, *args],
        input=stdin,
        text=True,
        stdout=writing,
        stderr=subprocess.PIPE,
        env=prepared.env,
        cwd=prepared.folder,
        start_new_session=True,
        timeout=60,
        check=False,
    )
    os.close(writing)
    assert done.returncode in {141, CALLS.get(name, Call()).code}
    for word in ("Traceback", "Exception", "BrokenPipe", "crashed"):
        assert word not in done.stderr
