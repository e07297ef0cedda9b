"""The variables that programs started by otp-tui get."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui.clipboard.command import CommandClipboard
from tui.environment import drop_textual_variables
from tui.forward.confirm import Askpass
from tui.password_command import PasswordCommand

OWN = {
    "OTP_TUI_VAULT": "/secret/place",
    "OTP_TUI_AGENT_PID": "17",
    "TOTP_ENCRYPTION_SECRET_BASE64": "c2VjcmV0",
    "TEXTUAL_LOG": "/tmp/log",
    "TEXTUAL": "debug",
}
ENVIRON = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "DISPLAY": ":0", **OWN}


@pytest.fixture
def names_file(tmp_path: Path) -> Path:
    """A file into which the program `tell` writes the names of its variables."""
    path = tmp_path / "names"
    tell = tmp_path / "tell"
    tell.write_text(f"#!/bin/sh\nenv | sed 's/=.*//' > '{path}'\necho yes\n")
    tell.chmod(0o700)
    return path


@pytest.mark.parametrize("kind", ["password_command", "clipboard_command", "askpass"])
def test_programs_get_none_of_our_own_variables(names_file: Path, kind: str) -> None:
    tell = str(names_file.with_name("tell"))
    if kind == "password_command":
        PasswordCommand((tell,), ENVIRON).run(on_terminal=False)
    elif kind == "clipboard_command":
        CommandClipboard((tell,), ENVIRON).copy("492039")
    else:
        assert Askpass({**ENVIRON, "SSH_ASKPASS": tell}).allows("Send it?")
    names = set(names_file.read_text().split())
    assert names >= {"PATH", "LANG", "DISPLAY"}
    assert not names & OWN.keys()


def test_textual_gets_its_variables_only_for_developers() -> None:
    environ = dict(ENVIRON)
    drop_textual_variables(environ)
    assert environ.keys() & OWN.keys() == OWN.keys() - {"TEXTUAL_LOG", "TEXTUAL"}
    developer = {**ENVIRON, "OTP_TUI_DEVTOOLS": "1"}
    drop_textual_variables(developer)
    assert developer.keys() >= OWN.keys()
