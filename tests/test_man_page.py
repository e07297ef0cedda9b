"""The manual page is up to date, and man page readers accept it."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import tui
from tests.programs import need
from tools import man_page
from tui.cli.parser import command_name, commands

ROOT = Path(tui.__file__).parents[1]


def rendered(*argv: str) -> subprocess.CompletedProcess[str]:
    need(argv[0])
    return subprocess.run(
        [*argv, str(man_page.PAGE)], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_page_is_up_to_date() -> None:
    assert man_page.PAGE.read_text(encoding="ascii") == man_page.page(), "run: make man"


def test_it_has_every_section_and_every_command() -> None:
    lines = man_page.page().splitlines()
    for name in (
        *("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "KEYS", "SETTINGS"),
        *("FILES", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "SECURITY"),
    ):
        assert f".SH {name}" in lines
    for module in commands():
        name = command_name(module)
        assert any(line.startswith(f".SS \\fB{man_page.roff(name)}\\fR") for line in lines), name


def test_groff_has_no_warnings() -> None:
    done = rendered("groff", "-Tutf8", "-man", "-ww")
    assert (done.returncode, done.stderr) == (0, "")
    assert "OTP\N{HYPHEN}TUI" not in done.stdout, "a hyphen that cannot be copied and run"


def test_mandoc_warns_only_of_the_missing_date() -> None:
    done = rendered("mandoc", "-Tlint", "-Wwarning")
    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_text_is_escaped_for_roff() -> None:
    assert man_page.roff(".TH is no request") == r"\&.TH is no request"
    assert man_page.roff("'tis \\n") == r"\(aqtis \en"
    assert man_page.roff("`--at` → now") == r"\fB\-\-at\fR \[u2192] now"


def test_it_is_installed_with_the_package() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    shared = built["targets"]["wheel"]["shared-data"]
    assert shared["docs/otp-tui.1"] == "share/man/man1/otp-tui.1"
