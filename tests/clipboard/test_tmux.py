"""Copying in tmux: a real one, with a server of the tests' own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, ROOT, Terminal, until
from tests.programs import need
from tui.clipboard import Handover, Outcome, choose
from tui.clipboard.later import clear_later
from tui.clipboard.tmux import MOSH_LINE, TmuxClipboard
from tui.config.schema import Config
from tui.errors import ClipboardError


class Tmux:
    """A tmux server of the tests' own."""

    def __init__(self, folder: str) -> None:
        self._start = ["tmux", "-S", f"{folder}/s", "-f", "/dev/null"]
        self.environ = {"PATH": os.environ["PATH"], "HOME": folder, "TERM": "xterm-256color"}
        self.environ |= {"XDG_RUNTIME_DIR": folder, "PYTHONPATH": str(ROOT)}
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

    def attach(self, term: str = "xterm-256color") -> Terminal:
        environ = {key: value for key, value in self.environ.items() if key != "TMUX"}
        environ["TERM"] = term
        terminal = Terminal([*self._start, "attach-session"], environ)
        assert until(lambda: bool(self.run("list-clients")))
        return terminal

    def buffers(self) -> list[str]:
        return self.run("list-buffers", "-F", "#{buffer_sample}").splitlines()


def nowhere(sequence: str) -> None:
    pytest.fail("Nothing is to be written to the terminal.")


@pytest.fixture
def tmux() -> Iterator[Tmux]:
    need("tmux")
    with tempfile.TemporaryDirectory() as folder:
        server = Tmux(folder)
        yield server
        server.run("kill-server")


def test_the_tmux_buffer_has_the_code_and_is_read_back(tmux: Tmux) -> None:
    clipboard = choose(Config(), tmux.environ, lambda _: None)
    assert clipboard.copy(CODE) == Outcome("Copied to tmux", verified=True)
    assert tmux.run("show-buffer") == CODE


def test_other_tmux_buffers_are_kept(tmux: Tmux) -> None:
    tmux.run("set-buffer", "before")
    clipboard = TmuxClipboard(tmux.environ, nowhere)
    clipboard.copy(CODE)
    tmux.run("set-buffer", "after")
    clipboard.clear()
    assert tmux.buffers() == ["after", "before"]


def test_earlier_codes_are_removed_from_tmux(tmux: Tmux) -> None:
    clipboard = TmuxClipboard(tmux.environ, nowhere)
    for code in (CODE, CODE, "118204"):
        clipboard.copy(code)
    assert tmux.buffers() == ["118204"]
    clipboard.clear()
    assert tmux.buffers() == []


def test_a_buffer_that_was_overwritten_is_kept(tmux: Tmux) -> None:
    clipboard = TmuxClipboard(tmux.environ, nowhere)
    clipboard.copy(CODE)
    name = tmux.run("list-buffers", "-F", "#{buffer_name}").strip()
    tmux.run("set-buffer", "-b", name, "a note")
    clipboard.clear()
    assert tmux.buffers() == ["a note"]


def test_a_deleted_buffer_is_ignored(tmux: Tmux) -> None:
    clipboard = TmuxClipboard(tmux.environ, nowhere)
    clipboard.copy(CODE)
    tmux.run("delete-buffer")
    clipboard.clear()
    assert tmux.buffers() == []


def test_the_outer_terminal_gets_the_code_and_is_cleared(tmux: Tmux) -> None:
    with tmux.attach() as terminal:
        clipboard = TmuxClipboard(tmux.environ, nowhere)
        assert clipboard.copy(CODE).says == "Copied to tmux; sent to your terminal"
        assert terminal.shows(";NDkyMDM5\a")
        clipboard.clear()
        assert terminal.shows(";IA==\a")
    assert tmux.buffers() == []


@pytest.mark.parametrize(
    ("term", "says", "doubt"),
    [
        ("tmux-256color", "Copied to tmux; sent to your terminal", "set -s set-clipboard on"),
        ("screen-256color", "Copied to tmux", "terminal-features 'screen-256color:clipboard'"),
        ("vt220", "Copied to tmux (your terminal, vt220, has no clipboard)", ""),
    ],
)
def test_what_the_outer_terminal_gets_is_said(tmux: Tmux, term: str, says: str, doubt: str) -> None:
    with tmux.attach(term) as terminal:
        clipboard = TmuxClipboard(tmux.environ, nowhere)
        assert clipboard.expect() == (outcome := clipboard.copy(CODE))
        assert outcome.says == says
        assert doubt in outcome.doubt
        assert bool(outcome.doubt) is bool(doubt)
        tmux.run("set-buffer", "-w", "the end")
        assert ("sent" not in says) or terminal.shows(";NDkyMDM5\a")


def test_tmux_in_tmux_reaches_the_terminal_if_the_outer_one_passes_it_on(tmux: Tmux) -> None:
    with tempfile.TemporaryDirectory() as folder, tmux.attach() as terminal:
        inner = Tmux(folder)
        try:
            tmux.run("set-option", "-s", "default-terminal", "tmux-256color")
            attach = shlex.join([*inner._start, "attach-session"])
            tmux.run("new-window", f"env -u TMUX TERM=tmux-256color {attach}")
            assert until(lambda: inner.run("list-clients") != "")
            clipboard = TmuxClipboard(inner.environ, nowhere)
            assert (
                clipboard.copy("118204").doubt == "The outer tmux needs: set -s set-clipboard on."
            )
            tmux.run("set-option", "-s", "set-clipboard", "on")
            clipboard.copy(CODE)
            assert terminal.shows(";NDkyMDM5\a")
            assert "MTE4MjA0" not in terminal.seen()
            assert tmux.buffers() == inner.buffers() == [CODE]
            clear_later(clipboard.handover() or Handover((), ()), 0, inner.environ)
            assert terminal.shows(";IA==\a")
            assert until(lambda: inner.buffers() == [])
        finally:
            inner.run("kill-server")


def test_set_clipboard_off_keeps_codes_in_tmux(tmux: Tmux) -> None:
    tmux.run("set-option", "-s", "set-clipboard", "off")
    with tmux.attach() as terminal:
        clipboard = TmuxClipboard(tmux.environ, nowhere)
        assert clipboard.copy(CODE).says == "Copied to tmux (its set-clipboard is off)"
        assert clipboard.clear() == ""
        tmux.run("set-buffer", "-w", "the end")
        assert terminal.shows(";dGhlIGVuZA==\a")
        assert "]52;;NDkyMDM5" not in terminal.seen()


def test_mosh_gets_codes_from_tmux_or_the_user_learns_how(tmp_path: Path) -> None:
    need("tmux", "mosh-server", "mosh-client")
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    environ["TERM"] = "xterm-256color"
    with tempfile.TemporaryDirectory() as folder:
        start = ["tmux", "-S", f"{folder}/s", "-f", "/dev/null"]

        def run(*command: str) -> str:
            return subprocess.run(
                [*start, *command], env=environ, capture_output=True, text=True, check=False
            ).stdout.strip()

        server = ["mosh-server", "new", "-i", "127.0.0.1", "--", *start, "new-session", "sleep 60"]
        told = subprocess.run(
            server,
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        _, port, key = re.findall(r"MOSH (CONNECT) (\d+) (\S+)", told)[0]
        argv = ["mosh-client", "127.0.0.1", port]
        try:
            with Terminal(argv, environ | {"MOSH_KEY": key}) as terminal:
                assert until(lambda: run("list-clients") != "")
                process = run("display-message", "-p", "#{pid}")
                inside = environ | {"TMUX": f"{folder}/s,{process},0"}
                assert MOSH_LINE in TmuxClipboard(inside, nowhere).copy(CODE).doubt
                run("set-option", "-g", "allow-passthrough", "on")
                pane = run("display-message", "-p", "#{pane_tty}")
                clipboard = TmuxClipboard(inside, Path(pane).write_text)
                assert clipboard.copy(CODE).doubt == ""
                assert terminal.shows("\x1b]52;c;NDkyMDM5\a")
                clipboard.clear()
                assert terminal.shows("\x1b]52;c;\a")
        finally:
            run("kill-server")


def test_a_later_copy_in_the_outer_terminal_is_kept(tmux: Tmux) -> None:
    with tmux.attach() as terminal:
        clipboard = TmuxClipboard(tmux.environ, nowhere)
        clipboard.copy(CODE)
        tmux.run("set-buffer", "-w", "a note")
        clipboard.clear()
        tmux.run("set-buffer", "-w", "the end")
        assert terminal.shows(";dGhlIGVuZA==\a")
        assert ";IA==" not in terminal.seen()


def test_an_old_tmux_still_gets_the_code(tmux: Tmux, tmp_path: Path) -> None:
    real = shutil.which("tmux")
    old = tmp_path / "tmux"
    old.write_text(
        f'#!/bin/sh\n[ "$2" = -w ] && echo "unknown option -- w" >&2 && exit 1\nexec {real} "$@"\n'
    )
    old.chmod(0o755)
    clipboard = TmuxClipboard(tmux.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}, nowhere)
    assert clipboard.copy(CODE).verified
    assert tmux.buffers() == [CODE]
    clipboard.clear()
    assert tmux.buffers() == []


def test_a_failed_clear_is_retried(tmux: Tmux, tmp_path: Path) -> None:
    flaky = tmp_path / "tmux"
    flaky.write_text(
        f'#!/bin/sh\n[ "$1" = "$(cat {tmp_path}/refuses)" ] && echo no >&2 && exit 1\n'
        f'exec {shutil.which("tmux")} "$@"\n'
    )
    flaky.chmod(0o755)
    refuses = tmp_path / "refuses"
    refuses.touch()
    clipboard = TmuxClipboard(tmux.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}, nowhere)
    with tmux.attach():
        clipboard.copy(CODE)
        for command in ("list-buffers", "set-buffer", "delete-buffer"):
            refuses.write_text(command)
            with pytest.raises(ClipboardError, match="tmux failed: no"):
                clipboard.clear()
            assert CODE in tmux.buffers()
        refuses.write_text("")
        clipboard.clear()
    assert tmux.buffers() == []


def test_an_earlier_code_that_could_not_be_removed_is_removed_by_the_next_clear(
    tmux: Tmux, tmp_path: Path
) -> None:
    flaky = tmp_path / "tmux"
    flaky.write_text(
        f'#!/bin/sh\n[ "$1" = delete-buffer ] && exit 1\nexec {shutil.which("tmux")} "$@"\n'
    )
    flaky.chmod(0o755)
    clipboard = TmuxClipboard(tmux.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"}, nowhere)
    clipboard.copy(CODE)
    assert clipboard.copy("118204").verified
    assert tmux.buffers() == ["118204", CODE]
    flaky.unlink()
    clipboard.clear()
    assert tmux.buffers() == []


def test_a_tmux_that_is_gone_is_reported(tmp_path: Path) -> None:
    need("tmux")
    clipboard = TmuxClipboard({"PATH": os.environ["PATH"], "TMUX": f"{tmp_path}/none,1,0"}, nowhere)
    with pytest.raises(ClipboardError, match="tmux failed: "):
        clipboard.copy(CODE)
