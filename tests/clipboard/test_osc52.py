"""Copying through the terminal, and through GNU screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, ROOT, Terminal, screens_of
from tests.programs import need
from tui.clipboard import SENT, choose
from tui.clipboard.osc52 import Osc52Clipboard, for_screen, osc52
from tui.config.schema import Config
from tui.errors import ClipboardError

OSC_CODE = "\x1b]52;c;NDkyMDM5\a"
OSC_EMPTY = "\x1b]52;c;\a"


def test_osc52_is_sent_and_cleared_once() -> None:
    sent: list[str] = []
    clipboard = choose(Config(), {"TERM": "xterm"}, sent.append)
    clipboard.clear()
    assert sent == []
    assert clipboard.copy(CODE) is SENT
    clipboard.clear()
    clipboard.clear()
    assert sent == [OSC_CODE, OSC_EMPTY]


def test_osc52_is_wrapped_for_screen() -> None:
    sent: list[str] = []
    clipboard = Osc52Clipboard({"STY": "12.pts-0.host", "TERM": "screen"}, sent.append)
    clipboard.copy(CODE)
    assert sent == [f"\x1bP{OSC_CODE}\x1b\\"]


def test_long_sequences_are_split_for_screen() -> None:
    wrapped = for_screen(osc52("7" * 3000))
    pieces = wrapped.removesuffix("\x1b\\").split("\x1b\\")
    assert all(len(piece) < 768 for piece in pieces)
    assert all(piece.startswith("\x1bP") for piece in pieces)
    assert "".join(piece.removeprefix("\x1bP") for piece in pieces) == osc52("7" * 3000)


def test_screen_passes_the_code_to_its_terminal(tmp_path: Path) -> None:
    need("screen")
    wrapped = for_screen(osc52(CODE * 200))
    (tmp_path / "sequence").write_text(wrapped)
    environ = {"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(tmp_path)}
    show = f"cat {tmp_path / 'sequence'}; sleep 0.2"
    argv = ["screen", "-c", "/dev/null", "sh", "-c", show]
    with (
        screens_of(tmp_path / "S") as folder,
        Terminal(argv, environ | {"SCREENDIR": str(folder)}) as terminal,
    ):
        assert terminal.shows(osc52(CODE * 200))


@pytest.mark.parametrize(
    "terminal", ["linux", "linux-16color", "dumb", "ansi", "vt100", "vt220-am", "unknown", ""]
)
def test_a_terminal_without_a_clipboard_is_sent_nothing(terminal: str) -> None:
    sent: list[str] = []
    with pytest.raises(ClipboardError, match=r"no clipboard|no terminal"):
        Osc52Clipboard({"TERM": terminal}, sent.append).copy(CODE)
    assert sent == []


@pytest.mark.parametrize(
    ("environ", "says", "doubt"),
    [
        (
            {"TERM": "tmux-256color", "SSH_TTY": "/dev/pts/0"},
            "tmux on the other machine",
            "The outer tmux needs: set -s set-clipboard on",
        ),
        ({"TERM": "tmux-256color"}, "tmux, which may", "TMUX is not set: use sudo -E"),
        ({"TERM": "screen"}, "tmux or screen, which may", "TMUX and STY are not set"),
        (
            {"TERM": "tmux-256color", "TMUX": "/s,1,0"},
            "tmux, which may",
            "tmux needs: set -s set-clipboard on",
        ),
        (
            {"TERM": "screen.xterm", "SSH_CONNECTION": "::1 1 ::1 22"},
            "tmux or screen on the",
            "needs: set -s set-clipboard on",
        ),
        ({"TERM": "tmux", "SUDO_USER": "ada"}, "tmux, which may", "use sudo -E"),
        ({"TERM": "screen", "STY": "1.pts"}, "the terminal, which may ignore it", ""),
        ({"TERM": "xterm-kitty", "SUDO_USER": "ada"}, "the terminal, which may ignore it", ""),
    ],
)
def test_what_an_outer_tmux_needs_is_said(environ: dict[str, str], says: str, doubt: str) -> None:
    outcome = Osc52Clipboard(environ, lambda _: None).copy(CODE)
    assert says in outcome.says
    assert doubt in outcome.doubt
    assert bool(outcome.doubt) is bool(doubt)


def test_screen_around_ssh_passes_on_the_code_and_a_space(tmp_path: Path) -> None:
    """TERM is all that is left of screen there; screen ignores what is meant for tmux."""
    need("screen")
    environ = {"PATH": os.environ["PATH"], "TERM": "xterm", "HOME": str(tmp_path)}
    program = (
        "import os; os.environ.pop('STY');"
        "from tui.clipboard.osc52 import Osc52Clipboard, write_to_terminal;"
        "clipboard = Osc52Clipboard(os.environ, write_to_terminal);"
        f"clipboard.copy('{CODE}'); clipboard.clear(); input()"
    )
    argv = ["screen", "-c", "/dev/null", sys.executable, "-c", program]
    more = {"SCREENDIR": str(tmp_path / "S"), "PYTHONPATH": str(ROOT)}
    with screens_of(tmp_path / "S"), Terminal(argv, environ | more) as terminal:
        assert terminal.shows("\x1b]52;c;IA==\a")
        assert terminal.seen().count(OSC_CODE) == 1


class BreakableTerminal:
    def __init__(self) -> None:
        self.sent: list[str] = []
        self.broken = False

    def write(self, sequence: str) -> None:
        if self.broken:
            raise OSError(5, "Input/output error")
        self.sent.append(sequence)


def test_a_terminal_that_is_gone_is_reported() -> None:
    terminal = BreakableTerminal()
    terminal.broken = True
    clipboard = Osc52Clipboard({"TERM": "xterm"}, terminal.write)
    with pytest.raises(ClipboardError, match="Can't write to the terminal: Input/output error"):
        clipboard.copy(CODE)
    clipboard.clear()


def test_a_failed_clear_is_retried() -> None:
    terminal = BreakableTerminal()
    clipboard = Osc52Clipboard({"TERM": "xterm"}, terminal.write)
    clipboard.copy(CODE)
    terminal.broken = True
    for _ in range(2):
        with pytest.raises(ClipboardError):
            clipboard.clear()
    terminal.broken = False
    clipboard.clear()
    clipboard.clear()
    assert terminal.sent == [OSC_CODE, OSC_EMPTY]
