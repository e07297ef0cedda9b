"""Textual's own variables, which log keys and take screenshots."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import PASSWORD, Program
from tests.terminal.helpers import AppTerminal


def test_no_keys_are_logged_and_no_codes_photographed(filled: Program, tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    with AppTerminal.of(
        filled,
        TEXTUAL="debug",
        TEXTUAL_LOG=str(given / "log"),
        TEXTUAL_SCREENSHOT="1",
        TEXTUAL_SCREENSHOT_LOCATION=str(given),
    ) as terminal:
        terminal.unlock()
        terminal.type("q")
        assert terminal.end() == 0
    assert list(given.iterdir()) == []


def test_developers_are_warned_on_the_screen(filled: Program, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with AppTerminal.of(filled, TEXTUAL_LOG=str(log), OTP_TUI_DEVTOOLS="1") as terminal:
        terminal.wait_for("may contain secrets")
        terminal.type(PASSWORD + "\x11")
        assert terminal.end() == 0
    assert log.exists()
