"""How errors are printed, expected ones and bugs, and that no command loads Textual."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.cli.program import PASSWORD, Program
from tui.cli.run import run
from tui.errors import OtpTuiError


def test_a_crash_shows_its_place_and_no_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_argv: object) -> None:
        raise KeyError("a secret")

    monkeypatch.setattr("tui.cli.parser.parse", fail)
    assert run(["list"], lambda _launch: 0) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "otp-tui crashed (this is a bug): KeyError at run.py:" in said.err
    assert "secret" not in said.err


def test_errors_are_printed_with_their_hint(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_argv: object) -> None:
        raise OtpTuiError("It is broken.", "Mend it.")

    monkeypatch.setattr("tui.cli.parser.parse", fail)
    assert run(["list"], lambda _launch: 0) == 1
    assert capsys.readouterr().err == "otp-tui: It is broken. Mend it.\n"


def test_no_command_loads_textual(filled: Program) -> None:
    script = (
        "import sys\n"
        "from tui.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "found = [name for name in sys.modules if name.split('.')[0] in ('textual', 'rich')]\n"
        "sys.exit(99 if found else code)\n"
    )
    backup = filled.folder / "backup.json"
    backup.write_text('{"Authenticators": []}')
    commands = (
        ("code", "GitHub"),
        ("list", "--json"),
        ("import", str(backup)),
        ("restore",),
        ("edit", "GitHub", "--note", "x"),
        ("remove", "bank", "--yes"),
    )
    for args in commands:
        done = subprocess.run(
            [sys.executable, "-c", script, args[0], "--password-stdin", *args[1:]],
            input=PASSWORD.encode(),
            capture_output=True,
            env=filled.env,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr


def test_showing_a_code_loads_no_backup_format(filled: Program) -> None:
    script = (
        "import sys\n"
        "from tui.__main__ import main\n"
        "code = main(sys.argv[1:])\n"
        "found = [name for name in sys.modules if name.startswith('tui.backup')]\n"
        "sys.exit(99 if found else code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "code", "--password-stdin", "GitHub"],
        input=PASSWORD.encode(),
        capture_output=True,
        env=filled.env,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
