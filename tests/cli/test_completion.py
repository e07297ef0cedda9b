"""`otp-tui completion`: each script, loaded by the real shell."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.programs import need
from tests.terminal.helpers import AppTerminal
from tools import completions
from tui.cli.commands.completion import SHELLS
from tui.cli.parser import command_name, commands

CASES = (
    ("otp-tui expo", ["export"]),
    ("otp-tui recovery n", ["new"]),
    ("otp-tui export --fo", ["--force", "--format"]),
    ("otp-tui export --format avt", ["avtotpy"]),
    ("otp-tui --vault backup.a", ["backup.authpro"]),
    ("otp-tui import --dry-run back", ["backup.authpro"]),
    ("otp-tui list --password-file back", ["backup.authpro"]),
    ("otp-tui completion z", ["zsh"]),
    ("otp-tui code --ne", ["--next"]),
)
"""What is typed, and its completions."""
EVERY_COMMAND = sorted(map(command_name, commands()))
BASH = """\
source ./otp-tui.bash
complete -p otp-tui > /dev/null || exit 9
COMP_WORDS=({words} "{last}") COMP_CWORD={count} COMPREPLY=()
"$(complete -p otp-tui | sed 's/.* -F \\([^ ]*\\).*/\\1/')" otp-tui "{last}"
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def shell_of(program: Program, name: str) -> str:
    """Return the path of the shell; write the script and a file to complete."""
    need(name)
    done = program.run("completion", name)
    assert (done.code, done.err) == (0, "")
    (program.folder / f"otp-tui.{name}").write_text(done.out)
    (program.folder / "backup.authpro").touch()
    return shutil.which(name) or name


def ask(argv: list[str], folder: Path) -> list[str]:
    """Run a shell and return its lines; nothing may go to standard error."""
    done = subprocess.run(
        argv, capture_output=True, text=True, cwd=folder, timeout=60, check=True, env={"HOME": "/"}
    )
    assert done.stderr == ""
    return sorted(line for line in done.stdout.splitlines() if line)


def by_bash(shell: str, folder: Path, typed: str) -> list[str]:
    *words, last = typed.split(" ")
    script = BASH.format(words=" ".join(words), last=last, count=len(words))
    return ask([shell, "--norc", "-c", script], folder)


def by_fish(shell: str, folder: Path, typed: str) -> list[str]:
    script = f"source ./otp-tui.fish; complete -C '{typed}'"
    return [line.partition("\t")[0] for line in ask([shell, "--no-config", "-c", script], folder)]


def test_bash(program: Program) -> None:
    shell = shell_of(program, "bash")
    for typed, becomes in CASES:
        assert by_bash(shell, program.folder, typed) == becomes, typed
    offered = by_bash(shell, program.folder, "otp-tui ")
    assert [each for each in offered if not each.startswith("-")] == EVERY_COMMAND
    assert by_bash(shell, program.folder, "otp-tui code git") == []


def test_fish(program: Program) -> None:
    shell = shell_of(program, "fish")
    for typed, becomes in CASES:
        assert by_fish(shell, program.folder, typed) == becomes, typed
    assert by_fish(shell, program.folder, "otp-tui ") == EVERY_COMMAND
    assert by_fish(shell, program.folder, "otp-tui code git") == []


def test_zsh(program: Program) -> None:
    """On a terminal, with compinit, as it is used: each line is completed with Tab and run."""
    shell = shell_of(program, "zsh")
    folder = program.folder / "zfunc"
    folder.mkdir()
    (program.folder / "otp-tui.zsh").rename(folder / "_otp-tui")
    with AppTerminal([shell, "-f", "-i"], {**program.env, "PROMPT": ""}, program.folder) as term:
        term.type(
            f"fpath=({folder} $fpath); autoload -U compinit; compinit -u -d {folder}/dump; "
            "otp-tui() { print -r -- 'it'-got: $* :end }; print rea''dy\n"
        )
        term.wait_for("ready")
        for typed, (becomes, *more) in CASES:
            if more:
                continue
            term.type(f"{typed}\t\n")
            *before, _ = typed.split(" ")[1:]
            term.wait_for(f"it-got: {' '.join([*before, becomes])} :end")
        term.type("otp-tui export --fo\t\t")
        term.wait_for("--force")
        assert "--format" in term.seen


@pytest.mark.parametrize("shell", SHELLS)
def test_the_help_says_how_to_install_it(program: Program, shell: str) -> None:
    done = program.run("completion", "--help")
    assert f"otp-tui completion {shell} > ~/" in done.out
    assert "but not the names" in done.out


def test_the_installed_scripts_are_up_to_date() -> None:
    kept = {path: path.read_text(encoding="utf-8") for path in completions.FOLDER.iterdir()}
    assert kept == completions.files(), "run: make man"


def test_they_are_installed_with_the_package() -> None:
    root = completions.FOLDER.parent
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    assert set(completions.files()) <= {root / path for path in shared}


def test_an_unknown_shell_is_refused(program: Program) -> None:
    done = program.run("completion", "tcsh")
    assert (done.code, done.out) == (2, "")
