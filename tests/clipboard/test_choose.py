"""Which clipboard is chosen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, ROOT
from tui.clipboard import NoClipboard, choose, over_ssh
from tui.clipboard.command import CommandClipboard
from tui.clipboard.fallback import FallbackClipboard
from tui.clipboard.native import NativeClipboard
from tui.clipboard.osc52 import Osc52Clipboard
from tui.clipboard.tmux import TmuxClipboard
from tui.config.schema import Config
from tui.errors import ClipboardError


@pytest.mark.parametrize(
    ("config", "environ", "kind"),
    [
        (Config(), {"DISPLAY": ":0"}, FallbackClipboard),
        (Config(), {"WAYLAND_DISPLAY": "wayland-0"}, FallbackClipboard),
        (Config(), {}, Osc52Clipboard),
        (Config(), {"DISPLAY": "", "WAYLAND_DISPLAY": ""}, Osc52Clipboard),
        (Config(), {"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}, Osc52Clipboard),
        (Config(), {"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, Osc52Clipboard),
        (Config(), {"TMUX": "/t,1,0", "SSH_TTY": "/dev/pts/1", "DISPLAY": ":0"}, TmuxClipboard),
        (Config(clipboard_command=("c",)), {"TMUX": "/t,1,0", "DISPLAY": ":0"}, CommandClipboard),
        (Config(clipboard="osc52"), {"TMUX": "/t,1,0", "DISPLAY": ":0"}, Osc52Clipboard),
        (Config(clipboard="osc52", clipboard_command=("c",)), {}, Osc52Clipboard),
        (Config(clipboard="tmux"), {"DISPLAY": ":0"}, TmuxClipboard),
        (Config(clipboard="native"), {"TMUX": "/t,1,0", "SSH_TTY": "x"}, NativeClipboard),
        (Config(clipboard="off", clipboard_command=("c",)), {"DISPLAY": ":0"}, NoClipboard),
    ],
)
def test_the_first_clipboard_that_applies_is_chosen(
    config: Config, environ: dict[str, str], kind: type, tmp_path: Path
) -> None:
    (tmp_path / "tmux").write_text("#!/bin/sh\n")
    (tmp_path / "tmux").chmod(0o755)
    assert type(choose(config, environ | {"PATH": str(tmp_path)}, lambda _: None)) is kind


@pytest.mark.skipif(sys.platform != "linux", reason="a Mac always has a desktop")
def test_tmux_does_not_apply_if_it_cannot_be_run(tmp_path: Path) -> None:
    environ = {"TMUX": "/t,1,0", "PATH": str(tmp_path)}
    assert type(choose(Config(), environ, lambda _: None)) is Osc52Clipboard


def test_over_ssh() -> None:
    assert over_ssh({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"})
    assert not over_ssh({"SSH_CONNECTION": "", "SSH_AGENT_PID": "1"})


def test_off_reports_an_error_and_runs_nothing() -> None:
    clipboard = choose(Config(clipboard="off"), {"PATH": ""}, lambda _: None)
    with pytest.raises(ClipboardError, match="Copying is off"):
        clipboard.copy(CODE)
    clipboard.clear()


def test_choosing_imports_nothing_slow() -> None:
    program = (
        "import sys; from tui.clipboard import choose; from tui.config.schema import Config;"
        "choose(Config(), {'DISPLAY': ':0'}, print).clear();"
        "choose(Config(clipboard_command=('c',)), {}, print).clear();"
        "print(sorted({'subprocess', 'shutil', 'tomllib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
