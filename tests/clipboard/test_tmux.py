"""Copying in tmux: a real one, with a server of the tests' own."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, Terminal, need, until
from tui.clipboard import Outcome, choose
from tui.clipboard.tmux import TmuxWay
from tui.config.schema import Config
from tui.errors import ClipboardError


class Tmux:
    """A tmux server of the tests' own."""

    def __init__(self, folder: str) -> None:
        self._start = ["tmux", "-S", f"{folder}/s", "-f", "/dev/null"]
        self.environ = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm-256color"}
        self.run("new-session", "-d", "-x", "80", "-y", "24", "sleep 60")
        self.process = int(self.run("display-message", "-p", "#{pid}"))
        self.environ["TMUX"] = f"{folder}/s,{self.process},0"

    def run(self, *arguments: str) -> str:
        return subprocess.run(
            [*self._start, *arguments],
            env=self.environ,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def attach(self) -> Terminal:
        environ = {key: value for key, value in self.environ.items() if key != "TMUX"}
        terminal = Terminal([*self._start, "attach-session"], environ)
        assert until(lambda: bool(self.run("list-clients")))
        return terminal

    def buffers(self) -> list[str]:
        names = self.run("list-buffers", "-F", "#{buffer_name}").split()
        return [self.run("show-buffer", "-b", name) for name in names]


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    need("tmux")
    with tempfile.TemporaryDirectory() as folder:
        server = Tmux(folder)
        yield server
        server.run("kill-server")


def test_tmux_holds_the_code_and_it_is_read_back(tmux: Tmux) -> None:
    way = choose(Config(), tmux.environ, lambda _: None)
    assert way.copy(CODE) is Outcome.COPIED
    assert tmux.run("show-buffer") == CODE


def test_tmux_keeps_what_is_not_ours(tmux: Tmux) -> None:
    tmux.run("set-buffer", "before")
    way = TmuxWay(tmux.environ)
    way.copy(CODE)
    tmux.run("set-buffer", "after")
    way.clear()
    assert tmux.buffers() == ["after", "before"]


def test_tmux_holds_no_earlier_code(tmux: Tmux) -> None:
    way = TmuxWay(tmux.environ)
    for code in (CODE, CODE, "118204"):
        way.copy(code)
    assert tmux.buffers() == ["118204"]
    way.clear()
    assert tmux.buffers() == []


def test_a_buffer_that_was_rewritten_is_not_ours(tmux: Tmux) -> None:
    way = TmuxWay(tmux.environ)
    way.copy(CODE)
    name = tmux.run("list-buffers", "-F", "#{buffer_name}").strip()
    tmux.run("set-buffer", "-b", name, "a note")
    way.clear()
    assert tmux.buffers() == ["a note"]


def test_a_buffer_that_was_deleted_is_no_trouble(tmux: Tmux) -> None:
    way = TmuxWay(tmux.environ)
    way.copy(CODE)
    tmux.run("delete-buffer")
    way.clear()
    assert tmux.buffers() == []


def test_the_terminal_around_tmux_gets_the_code_and_loses_it(tmux: Tmux) -> None:
    with tmux.attach() as terminal:
        way = TmuxWay(tmux.environ)
        way.copy(CODE)
        assert terminal.shows(";NDkyMDM5\a")
        way.clear()
        assert terminal.shows(";IA==\a")
    assert tmux.buffers() == []


def test_the_terminal_around_tmux_keeps_what_was_copied_since(tmux: Tmux) -> None:
    with tmux.attach() as terminal:
        way = TmuxWay(tmux.environ)
        way.copy(CODE)
        tmux.run("set-buffer", "-w", "a note")
        way.clear()
        tmux.run("set-buffer", "-w", "the end")
        assert terminal.shows(";dGhlIGVuZA==\a")
        assert ";IA==" not in terminal.seen()


def test_a_tmux_without_w_still_holds_the_code(tmux: Tmux, tmp_path: Path) -> None:
    real = shutil.which("tmux")
    old = tmp_path / "tmux"
    old.write_text(
        f'#!/bin/sh\n[ "$2" = -w ] && echo "unknown option -- w" >&2 && exit 1\nexec {real} "$@"\n'
    )
    old.chmod(0o755)
    way = TmuxWay(tmux.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert way.copy(CODE) is Outcome.COPIED
    assert tmux.buffers() == [CODE]
    way.clear()
    assert tmux.buffers() == []


def test_a_tmux_that_is_gone_says_so(tmp_path: Path) -> None:
    need("tmux")
    way = TmuxWay({"PATH": os.environ["PATH"], "TMUX": f"{tmp_path}/none,1,0"})
    with pytest.raises(ClipboardError, match="tmux failed: "):
        way.copy(CODE)
