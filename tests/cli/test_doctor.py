"""`otp-tui doctor`: findings, advice, and no side effects."""

from __future__ import annotations

import base64
import os
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.cli.program import PASSWORD, Outcome, Program
from tests.cli.terminal import Terminal
from tui.clock_status import ClockStatus
from tui.config.schema import Config
from tui.doctor import copy_checks, machine_checks, vault_checks
from tui.vault.vault import Vault

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _good_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.clock_status.clock_status", lambda: ClockStatus(True, 0.01))


def findings(done: Outcome) -> dict[str, dict[str, Any]]:
    """Return the findings by name."""
    return {found["name"]: found for found in done.json["findings"]}


def test_no_findings_without_problems(filled: Program) -> None:
    done = filled.run("doctor", "--json")
    assert (done.code, done.json["attention"], done.err) == (0, False, "")
    found = findings(done)
    assert str(filled.vault) in found["vault"]["says"]
    assert found["vault owner"]["says"] == "you"
    assert found["vault permissions"]["says"] == "0600"
    assert found["key derivation"]["says"].startswith(
        "Argon2id, memory 19 MiB, iterations 2, parallelism 1: "
    )
    assert found["recovery code"]["says"] == "none"
    assert found["backups"]["says"] == "0"
    assert {"clock", "copying", "terminal", "otp-tui", "Python", "textual"} <= found.keys()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert {re.split("[<>=]", one)[0] for one in project["dependencies"]} <= found.keys()


def test_text_output(filled: Program) -> None:
    filled.vault.chmod(0o644)
    done = filled.run("doctor")
    assert done.code == 1
    lines = done.out.splitlines()
    place = lines.index("! vault permissions: 0644")
    assert lines[place + 1] == f"    Run: chmod 600 {filled.vault}"
    assert sum(line.startswith("!") for line in lines) == 1


def test_the_real_program_needs_no_password_and_changes_nothing(filled: Program) -> None:
    filled.vault.chmod(0o640)
    before = sorted(filled.vault.parent.iterdir())
    done = filled.spawn("doctor", "--json")
    assert done.code == 1
    assert findings(done)["vault permissions"]["advice"]
    assert filled.vault.stat().st_mode & 0o777 == 0o640
    assert sorted(filled.vault.parent.iterdir()) == before


def test_no_vault_yet(program: Program) -> None:
    done = program.run("doctor", "--json")
    assert done.code == 1
    assert "no such folder" in findings(done)["vault"]["says"]
    assert "otp-tui init" in findings(done)["vault"]["advice"]
    program.vault.parent.mkdir()
    assert "no such file" in findings(program.run("doctor", "--json"))["vault"]["says"]


def test_every_problem_is_reported(filled: Program) -> None:
    filled.vault.write_bytes(b"{}")
    filled.vault.parent.chmod(0o777)
    (filled.folder / "config.toml").write_text("no_such_setting = 1\n")
    (filled.vault.parent / "vault.conflict-20260101T000000Z-abcdef.json").write_bytes(b"")
    done = filled.run("doctor", "--json")
    assert done.code == 1
    wrong = {one["name"] for one in done.json["findings"] if one["advice"]}
    assert wrong == {"settings", "folder permissions", "vault header", "conflict"}


def test_settings_that_cannot_be_read_leave_the_vault_unknown(filled: Program) -> None:
    del filled.env["OTP_TUI_VAULT"]
    (filled.folder / "config.toml").write_text("vault =")
    found = findings(filled.run("doctor", "--json"))
    assert "not valid TOML" in found["settings"]["says"]
    assert found["vault"]["says"] == "unknown"
    assert "--vault" in found["vault"]["advice"]


def test_a_deleted_working_folder_does_not_end_the_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert list(vault_checks.unmerged(Path("vault.json"))) == []


def test_copies_after_a_conflict_are_named(filled: Program) -> None:
    name = "vault (conflicted copy 2026-01-02 030405).json"
    shutil.copy(filled.vault, filled.vault.with_name(name))
    filled.vault.with_name("vault.conflict-empty.json").write_bytes(b"")
    found = filled.run("doctor", "--json").json["findings"]
    assert [(one["says"], one["advice"]) for one in found if one["name"] == "conflict"] == [
        (f"{name} is a copy of this vault", "Run: otp-tui merge"),
        (
            "vault.conflict-empty.json",
            "Review it (otp-tui --vault FILE list), then delete it.",
        ),
    ]


def test_other_files_do_not_hide_a_conflict_copy(filled: Program) -> None:
    for number in range(101):
        filled.vault.with_name(f"vault.a-conflict-{number}.json").write_bytes(b"")
    shutil.copy(filled.vault, filled.vault.with_name("vault.z-conflict.json"))
    found = filled.run("doctor", "--json").json["findings"]
    says = [one["says"] for one in found if one["name"] == "conflict"]
    assert says[0] == "vault.z-conflict.json is a copy of this vault"
    assert "left out" in says[-1]
    done = filled.run("recover")
    assert "vault.z-conflict.json" in done.out
    assert "left out" in done.err


def test_special_files_do_not_block(program: Program) -> None:
    program.vault.parent.mkdir(mode=0o700)
    os.mkfifo(program.vault)
    done = program.spawn("doctor", "--json")
    assert done.code == 1
    assert "not a regular file" in findings(done)["vault"]["says"]


def test_backups_and_the_recovery_code_are_reported(filled: Program) -> None:
    Vault.open(filled.vault, PASSWORD).set_recovery_code(bytes(20))
    found = findings(filled.run("doctor", "--json"))
    assert found["recovery code"]["says"] == "set"
    assert found["backups"]["says"].startswith("1, newest vault.json.00000001.")


@pytest.mark.parametrize(
    ("status", "wrong"),
    [
        (ClockStatus(True, 0.5), False),
        (ClockStatus(True, 9.0), True),
        (ClockStatus(False, 16.0), True),
        (None, False),
    ],
)
def test_a_clock_that_may_be_wrong_needs_attention(status: ClockStatus | None, wrong: bool) -> None:
    assert bool(machine_checks.system_clock(status).advice) is wrong


@pytest.mark.parametrize(
    ("environ", "config", "says", "wrong"),
    [
        ({"TERM": "xterm"}, Config(), "sent to the terminal", False),
        ({"TERM": "linux"}, Config(), "has no clipboard", True),
        ({"DISPLAY": ":0", "PATH": "/nowhere"}, Config(), "No clipboard tool", True),
        ({}, Config(clipboard="native"), "no desktop", True),
        ({}, Config(clipboard="off"), "turned off", False),
        ({}, Config(clipboard_command=("pass-it-on",)), "pass-it-on", False),
    ],
)
def test_how_codes_are_copied_is_reported(
    environ: dict[str, str], config: Config, says: str, wrong: bool
) -> None:
    (found,) = copy_checks.copying(config, environ)
    assert says in found.says
    assert bool(found.advice) is wrong


@pytest.mark.parametrize(("value", "wrong"), [("on", False), ("external", False), ("off", True)])
def test_the_tmux_option_is_checked(tmp_path: Path, value: str, wrong: bool) -> None:
    tmux = tmp_path / "tmux"
    tmux.write_text(f"#!/bin/sh\necho {value}\n")
    tmux.chmod(0o755)
    environ = {"TMUX": "x", "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    _, found = copy_checks.copying(Config(), environ)
    assert found.says.startswith(f"set-clipboard is {value}")
    assert ("set -s set-clipboard" in found.advice) is wrong
    assert bool(found.advice) is wrong


def test_the_terminal_is_reported(filled: Program) -> None:
    terminal = Terminal(filled, "doctor")
    _, out = terminal.end()
    assert "  terminal: 80 columns by 24 rows\n" in out
    assert "  colors: xterm-256color, 256\n" in out


@pytest.mark.parametrize("damage", [b"", b"not json", b'{"format": "otp-tui-vault"'])
def test_a_corrupt_vault(filled: Program, damage: bytes) -> None:
    filled.vault.write_bytes(damage)
    done = filled.run("doctor", "--json")
    assert (done.code, done.err) == (1, "")
    header = findings(done)["vault header"]
    assert header["says"]
    assert header["advice"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_of_another_user(filled: Program) -> None:
    for path in (filled.vault, filled.vault.parent, filled.folder / "config.toml"):
        os.chown(path, 12345, 12345)
    found = findings(filled.run("doctor", "--json"))
    for name in ("vault owner", "folder owner", "settings owner"):
        assert found[name]["says"] == "another user (12345)"
        assert "chown 0 " in found[name]["advice"]


def test_writable_settings_are_reported(filled: Program) -> None:
    """They hold commands that run as the user."""
    (filled.folder / "config.toml").chmod(0o602)
    found = findings(filled.run("doctor", "--json"))["settings permissions"]
    assert "chmod go-w" in found["advice"]


def test_commands_in_the_settings_are_checked(filled: Program) -> None:
    program = filled.folder / "give"
    program.write_text("#!/bin/sh\n")
    lines = 'password_command = ["{}", "a secret"]\nclipboard_command = "no-such-tool -x"\n'
    (filled.folder / "config.toml").write_text(lines.format(program))
    found = findings(filled.run("doctor", "--json"))
    for name in ("password_command", "clipboard_command"):
        assert name in found[name]["advice"], "it is there, but cannot be run; it is not there"
    program.chmod(0o700)
    done = filled.run("doctor", "--json")
    found = findings(done)
    assert found["password_command"] == {
        "name": "password_command",
        "says": str(program),
        "advice": "",
    }
    assert "a secret" not in done.out
    assert not (filled.folder / "it-ran").exists()


def test_a_test_copy_is_made_on_request(filled: Program) -> None:
    tool = filled.folder / "clip"
    tool.write_text(f"#!/bin/sh\ncat > {filled.folder}/copied\n")
    tool.chmod(0o700)
    (filled.folder / "config.toml").write_text(f'clipboard_command = "{tool}"\n')
    assert "test copy" not in findings(filled.run("doctor", "--json"))
    found = findings(filled.run("doctor", "--json", "--test-copy"))["test copy"]
    assert (filled.folder / "copied").read_text() == copy_checks.TEST_TEXT
    assert "paste it somewhere" in found["says"]
    tool.write_text("#!/bin/sh\nexit 1\n")
    done = filled.run("doctor", "--json", "--test-copy")
    assert done.code == 1
    assert findings(done)["test copy"]["advice"]


def test_a_test_copy_to_the_terminal(filled: Program) -> None:
    terminal = Terminal(filled, "doctor", "--test-copy")
    terminal.wait_for("press Enter: ", hidden=False)
    (sent,) = re.findall(r"\x1b]52;c;([^\x07]+)\x07", terminal.seen)
    terminal.type(f"{base64.b64decode(sent).decode()}\n")
    _, out = terminal.end()
    assert "  test copy: works: the test word arrived" in out
    assert "\x1b]52;c;\x07" in terminal.seen


def test_findings_stay_if_the_test_word_is_not_pasted(filled: Program) -> None:
    terminal = Terminal(filled, "doctor", "--test-copy")
    terminal.wait_for("press Enter: ", hidden=False)
    terminal.type("\x04")
    _, out = terminal.end()
    assert f"  vault: {filled.vault}" in out


def test_a_test_word_that_does_not_arrive_is_copied_in_other_ways(tmp_path: Path) -> None:
    held = tmp_path / "held"
    tool = tmp_path / "xclip"
    tool.write_text(f'#!/bin/sh\ncase "$*" in *-o) cat {held} ;; *) cat > {held} ;; esac\n')
    tool.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "DISPLAY": ":0"}
    config = Config(clipboard_command=("true",))
    pastes = iter(["what was there before", None, None])
    prompts = []

    def paste(prompt: str) -> str:
        prompts.append(prompt)
        return next(pastes) or held.read_text()

    found = copy_checks.test_copy(config, environ, paste)
    assert found.says == "the test word arrived with native, not with auto"
    assert found.advice == 'In the settings: clipboard = "native"'
    assert [each.partition(".")[0] for each in prompts] == [
        "Sent to your clipboard command",
        "Copied to the clipboard",
    ]
    assert held.read_text() == ""


def test_a_way_that_was_only_tried_gets_no_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.clipboard.write_to_terminal", lambda _sequence: None)
    environ = {"TERM": "tmux-256color", "PATH": os.environ["PATH"]}
    found = copy_checks.test_copy(Config(), environ, lambda _prompt: "")
    assert "native: there is no desktop clipboard." in found.says
    assert "Set clipboard" not in found.says
    assert "the outer tmux" not in found.says


def test_a_read_only_folder_is_reported(filled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Faked, as root can write anywhere."""
    monkeypatch.setattr("os.access", lambda _path, mode: mode == os.R_OK)
    done = filled.run("doctor", "--json")
    assert done.code == 1
    assert "not changed" in findings(done)["folder"]["says"]


def test_no_permissions_advice_for_special_files(filled: Program) -> None:
    """Advice to change those of /dev/null would do harm."""
    done = filled.run("doctor", "--json", "--config", "/dev/null")
    assert (done.code, done.json["attention"]) == (0, False)
