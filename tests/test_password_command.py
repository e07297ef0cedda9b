"""The password command: its abilities, and that its output never leaks."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from pathlib import Path

import pytest

from tui.config.load import parse
from tui.errors import PasswordCommandError
from tui.password_command import LONGEST, PasswordCommand


def shell(script: str, limit: float = 20) -> PasswordCommand:
    return PasswordCommand(("sh", "-c", script), os.environ, limit)


def refusal(command: PasswordCommand, *, on_terminal: bool = False) -> str:
    with pytest.raises(PasswordCommandError) as caught:
        command.run(on_terminal=on_terminal)
    assert "hunter2" not in repr(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize("on_terminal", [False, True])
@pytest.mark.parametrize(
    ("script", "password"),
    [
        ("echo hunter2", "hunter2"),
        ("printf hunter2", "hunter2"),
        (r"printf 'hunter2\r\nurl: x\n'", "hunter2"),
        ("printf '  two words  \\n\\nmore'", "  two words  "),
        ("echo pässwörd", "pässwörd"),
        (r"printf 'hunter2\n\377\376'", "hunter2"),
    ],
)
def test_the_first_line_is_the_password(script: str, password: str, on_terminal: bool) -> None:
    assert shell(script).run(on_terminal=on_terminal) == password


def test_it_does_not_run_in_a_shell(tmp_path: Path) -> None:
    echo = PasswordCommand(("echo", "$HOME; touch", str(tmp_path / "made")), os.environ)
    assert echo.run(on_terminal=False).startswith("$HOME; touch ")
    assert not (tmp_path / "made").exists()


def test_a_program_in_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "give"
    program.write_text("#!/bin/sh\necho hunter2\n")
    program.chmod(0o700)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert PasswordCommand(("~/give",), os.environ).run(on_terminal=False) == "hunter2"


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo hunter2; echo hunter2 >&2; exit 7", "failed with exit code 7"),
        ("echo hunter2; kill -9 $$", "was killed by signal 9"),
        ("true", "printed no password"),
        (r"printf '\nhunter2\n'", "printed no password"),
        (r"printf 'hunter2\377\n'", "something other than UTF-8"),
    ],
)
def test_a_failure_is_reported_without_the_output(script: str, says: str) -> None:
    said = refusal(shell(script))
    assert says in said
    assert said.startswith("The password command sh ")


def test_its_errors_are_dropped_without_a_terminal(
    capfd: pytest.CaptureFixture[str],
) -> None:
    refusal(shell("echo hunter2 >&2; exit 1"))
    assert capfd.readouterr() == ("", "")


def test_a_missing_program() -> None:
    said = refusal(PasswordCommand(("/nowhere/pass", "hunter2"), os.environ))
    assert said == "The password command pass can't be run: No such file or directory."


def test_endless_output_is_refused() -> None:
    began = time.monotonic()
    assert f"more than {LONGEST // 1024} KiB" in refusal(shell("yes hunter2"))
    assert time.monotonic() - began < 10


def test_the_longest_password() -> None:
    line = shell(f"head -c {LONGEST} /dev/zero | tr '\\0' x").run(on_terminal=False)
    assert line == "x" * LONGEST


def test_it_times_out_with_its_children(tmp_path: Path) -> None:
    late = tmp_path / "late"
    began = time.monotonic()
    said = refusal(shell(f"echo hunter2; (sleep 2; touch {late}) | cat", limit=0.3))
    assert "timed out after 0.3 s" in said
    assert time.monotonic() - began < 1.8
    time.sleep(max(0, began + 2.3 - time.monotonic()))
    assert not late.exists(), "what it started is ended with it"


def test_it_times_out_after_closing_its_output() -> None:
    said = refusal(shell("echo hunter2; exec >&-; sleep 30", limit=0.3))
    assert "timed out" in said


def test_its_background_processes_are_not_waited_for() -> None:
    began = time.monotonic()
    assert shell("sleep 30 & echo hunter2").run(on_terminal=False) == "hunter2"
    assert time.monotonic() - began < 10


def test_it_can_be_stopped_from_another_thread() -> None:
    command = shell("sleep 30; echo hunter2")
    began = time.monotonic()
    threading.Timer(0.2, command.stop).start()
    assert "was stopped" in refusal(command)
    assert time.monotonic() - began < 10


def test_it_has_no_terminal_while_the_app_is_on_screen() -> None:
    """Nor does gpg-agent, which would draw on the one that it remembers."""
    script = 'test -t 0 || (exec 3< /dev/tty) || echo "none $GPG_TTY"'
    assert shell(script).run(on_terminal=False) == "none /nonexistent/terminal"


def test_it_does_not_read_our_standard_input() -> None:
    """Piped input is for otp-tui, e.g. a backup."""
    script = (
        "import os, sys\n"
        "from tui.password_command import PasswordCommand\n"
        "given = PasswordCommand(('sh', '-c', 'cat >&2; echo hunter2'), os.environ)\n"
        "given.run(on_terminal=True)\n"
        "sys.exit(0 if sys.stdin.read() == 'for us' else 1)\n"
    )
    import subprocess

    done = subprocess.run(
        [sys.executable, "-c", script],
        input=b"for us",
        capture_output=True,
        cwd=Path(__file__).parents[1],
        start_new_session=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_settings_in_unattended_md_are_valid() -> None:
    document = (Path(__file__).parents[1] / "docs" / "unattended.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```toml\n(.*?)^```", document, re.MULTILINE | re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        config, wrong = parse(block.encode())
        assert wrong == ()
        assert config.password_command[0] in {"pass", "systemd-creds", "sh"}
