"""Copying over SSH, from a shell in tmux on the user's own machine."""

from __future__ import annotations

import shlex
import tempfile

from tests.cli.program import PASSWORD, Program
from tests.clipboard.helpers import Terminal
from tests.programs import need
from tests.terminal.helpers import fill, wait_until
from tests.terminal.sshd import ssh_command
from tests.terminal.tmux import Tmux


def test_tmux_around_ssh_passes_codes_on_if_it_may(program: Program) -> None:
    """With the default of tmux, nothing arrives; with the line that we name, code and space."""
    need("tmux")
    fill(program)
    config = program.folder / "config.toml"
    config.write_text(f"clipboard_clear = 1\n{config.read_text()}")
    password = program.folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    names = ("HOME", "PATH", "PYTHONPATH", "OTP_TUI_VAULT", "OTP_TUI_CONFIG", "XDG_RUNTIME_DIR")
    env = shlex.join([f"{name}={program.env[name]}" for name in names])
    copy = shlex.join(
        [*program.command, "code", "regis", "--copy", "--password-file", str(password)]
    )
    remote = shlex.join([*ssh_command(program.folder), f"env {env} {copy}; read x"])
    with tempfile.TemporaryDirectory() as folder:
        tmux = Tmux(folder, program)
        try:
            environ = {**program.env, "TERM": "xterm-256color"}
            with Terminal(["tmux", "-S", f"{folder}/s", "attach"], environ) as terminal:
                tmux.run("set-option", "-s", "default-terminal", "tmux-256color")
                tmux.run("set-option", "-s", "set-clipboard", "external")
                tmux.run("new-window", remote)
                tmux.wait_for("needs: set -s set-clipboard on")
                assert "Sent to tmux on the other machine, which may ignore it." in tmux.screen()
                assert "]52;" not in terminal.seen()
                tmux.run("kill-window")
                tmux.run("set-option", "-s", "set-clipboard", "on")
                tmux.run("new-window", remote)
                wait_until(lambda: terminal.seen().count("\x1b]52;") == 2, terminal.seen)
                assert terminal.seen().count(";IA==\a") == 1
        finally:
            tmux.run("kill-server")
