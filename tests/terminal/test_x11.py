"""Copying on a desktop: the real program with its own X server."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

import pytest

from tests.cli.program import PASSWORD, Program
from tests.programs import need
from tests.terminal.desktop import Desktop, new_desktop
from tests.terminal.helpers import SECRET, AppTerminal, codes_around, wait_until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or "microsoft" in os.uname().release.lower(),
    reason="the clipboard would be the user's own",
)


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    need("Xvfb", "xclip")
    with new_desktop() as desktop:
        yield desktop


def test_a_copy_outlives_the_terminal_and_is_cleared_in_time(
    filled: Program, desktop: Desktop
) -> None:
    config = filled.folder / "config.toml"
    config.write_text(f"clipboard_clear = 1\n{config.read_text()}")
    password = filled.folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    argv = [*filled.command, "code", "regis", "--copy", "--password-file", str(password)]
    began = time.time()
    with AppTerminal(argv, {**filled.env, "DISPLAY": desktop.display}, filled.folder) as terminal:
        assert terminal.end() == 0
        assert "Copied to the clipboard. Clears in 1 s." in terminal.all
    assert desktop.clipboard() in codes_around(SECRET, began)
    wait_until(lambda: desktop.clipboard() == "", desktop.clipboard)


def test_enter_copies_and_locking_clears_the_clipboard(filled: Program, desktop: Desktop) -> None:
    with AppTerminal.of(filled, DISPLAY=desktop.display) as terminal:
        terminal.unlock()
        began = time.time()
        terminal.type("\r")
        terminal.wait_for("Copied Registrar")
        assert desktop.clipboard() in codes_around(SECRET, began)
        terminal.type("l")
        terminal.wait_for(" unlock ")
        wait_until(lambda: desktop.clipboard() == "", desktop.clipboard)
        terminal.unlock()
        terminal.type("n")
        terminal.wait_for("Copied the next code of Registrar")
        following = codes_around(SECRET, time.time() + 30)
        assert desktop.clipboard() in following
        terminal.type("q")
        assert terminal.end() == 0
        assert desktop.clipboard() == ""
