"""Clearing after the program has ended."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE, ROOT, Terminal, until
from tui.clipboard import Handover, later
from tui.clipboard.later import clear_later

SOON = 0.3
"""Seconds until the clipboard is cleared."""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a fake xclip that keeps the clipboard in a file `held`."""
    tool = tmp_path / "xclip"
    tool.write_text(
        f'#!/bin/sh\ncase "$*" in *-o) cat {tmp_path}/held ;; *) cat > {tmp_path}/held ;; esac\n'
    )
    tool.chmod(0o755)
    return {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "DISPLAY": ":0",
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path),
        "PYTHONPATH": str(ROOT),
    }


def turns(folder: Path) -> list[Path]:
    return list(folder.glob("otp-tui/clipboard-*"))


def test_a_code_is_cleared_unless_something_else_was_copied(
    environ: dict[str, str], tmp_path: Path
) -> None:
    held = tmp_path / "held"
    held.write_text(CODE)
    assert clear_later(Handover(("native",), (CODE,)), SOON, environ) == "Clears in 0.3 s."
    assert CODE not in Path(turns(tmp_path)[0]).read_text()
    assert until(lambda: not turns(tmp_path))
    assert held.read_text() == ""
    held.write_text("a note")
    clear_later(Handover(("native",), (CODE,)), 0, environ)
    assert until(lambda: not turns(tmp_path))
    assert held.read_text() == "a note"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_the_process_has_no_code_in_its_arguments_and_none_of_our_files(
    environ: dict[str, str],
) -> None:
    clear_later(Handover(("native",), (CODE,)), 60, environ)
    process = later._started[-1]
    try:
        about = Path(f"/proc/{process.pid}")
        assert until(lambda: b"tui.clipboard.later" in (about / "cmdline").read_bytes())
        assert os.getsid(process.pid) == process.pid
        for name in ("cmdline", "environ"):
            assert CODE.encode() not in (about / name).read_bytes()
        files = {str(each.readlink()) for each in (about / "fd").iterdir() if each.name in "12"}
        assert files == {"/dev/null"}
    finally:
        process.kill()
        process.wait()


def test_only_the_last_copy_clears_what_cannot_be_read_back(
    environ: dict[str, str], tmp_path: Path
) -> None:
    order = Handover(("command", "sh", "-c", f"cat; echo ran >> {tmp_path}/log"), ())
    clear_later(order, SOON, environ)
    clear_later(order, SOON * 2, environ)
    for process in later._started:
        process.wait()
    assert (tmp_path / "log").read_text() == "ran\n"


def test_the_terminal_is_cleared_from_outside_while_it_is_open(environ: dict[str, str]) -> None:
    program = (
        "import os; from tui.clipboard import Handover;"
        "from tui.clipboard.later import clear_later;"
        f"print(clear_later(Handover(('osc52',), ()), {SOON}, os.environ))"
    )
    environ |= {"TERM": "xterm"}
    argv = ["sh", "-c", f'{sys.executable} -c "{program}"; read x']
    with Terminal(argv, environ) as terminal:
        assert terminal.shows("if this terminal is still open.")
        assert "]52" not in terminal.seen()
        assert terminal.shows("\x1b]52;c;\a")
