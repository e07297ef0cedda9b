"""Which way to copy is taken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, ROOT
from tui.clipboard import OffWay, choose, over_ssh
from tui.clipboard.command import CommandWay
from tui.clipboard.native import NativeWay
from tui.clipboard.osc52 import Osc52Way
from tui.clipboard.tmux import TmuxWay
from tui.config.schema import Config
from tui.errors import ClipboardError


@pytest.mark.parametrize(
    ("config", "environ", "way"),
    [
        (Config(), {"DISPLAY": ":0"}, NativeWay),
        (Config(), {"WAYLAND_DISPLAY": "wayland-0"}, NativeWay),
        (Config(), {}, Osc52Way),
        (Config(), {"DISPLAY": "", "WAYLAND_DISPLAY": ""}, Osc52Way),
        (Config(), {"DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"}, Osc52Way),
        (Config(), {"DISPLAY": ":0", "SSH_TTY": "/dev/pts/1"}, Osc52Way),
        (Config(), {"TMUX": "/t,1,0", "SSH_TTY": "/dev/pts/1", "DISPLAY": ":0"}, TmuxWay),
        (Config(clipboard_command=("c",)), {"TMUX": "/t,1,0", "DISPLAY": ":0"}, CommandWay),
        (Config(clipboard="osc52"), {"TMUX": "/t,1,0", "DISPLAY": ":0"}, Osc52Way),
        (Config(clipboard="osc52", clipboard_command=("c",)), {}, Osc52Way),
        (Config(clipboard="tmux"), {"DISPLAY": ":0"}, TmuxWay),
        (Config(clipboard="native"), {"TMUX": "/t,1,0", "SSH_TTY": "x"}, NativeWay),
        (Config(clipboard="off", clipboard_command=("c",)), {"DISPLAY": ":0"}, OffWay),
    ],
)
def test_the_first_way_that_applies_is_taken(
    config: Config, environ: dict[str, str], way: type, tmp_path: Path
) -> None:
    (tmp_path / "tmux").write_text("#!/bin/sh\n")
    (tmp_path / "tmux").chmod(0o755)
    assert type(choose(config, environ | {"PATH": str(tmp_path)}, lambda _: None)) is way


@pytest.mark.skipif(sys.platform != "linux", reason="a Mac always has a desktop")
def test_tmux_does_not_apply_where_it_cannot_be_run(tmp_path: Path) -> None:
    environ = {"TMUX": "/t,1,0", "PATH": str(tmp_path)}
    assert type(choose(Config(), environ, lambda _: None)) is Osc52Way


def test_over_ssh() -> None:
    assert over_ssh({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"})
    assert not over_ssh({"SSH_CONNECTION": "", "SSH_AGENT_PID": "1"})


def test_off_says_so_and_runs_nothing() -> None:
    way = choose(Config(clipboard="off"), {"PATH": ""}, lambda _: None)
    with pytest.raises(ClipboardError, match="Copying is turned off"):
        way.copy(CODE)
    way.clear()


def test_choosing_imports_nothing_slow() -> None:
    program = (
        "import sys; from tui.clipboard import choose; from tui.config.schema import Config;"
        "choose(Config(), {'DISPLAY': ':0'}, print).clear();"
        "choose(Config(clipboard_command=('c',)), {}, print).clear();"
        "print(sorted({'subprocess', 'pyperclip', 'shutil', 'tomllib'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
