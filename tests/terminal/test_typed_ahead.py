"""Keys written to the real program at once do what they do one after the other."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.program import PASSWORD, Program
from tests.conftest import STRESS
from tests.terminal.helpers import AppTerminal, fill

OPENING = ["a", "v", "vr", "E", "c", "cn", "d", "i", "e", ",", ":", "?", "/", "a\x0f", "dy"]
"""Keys that open something: a form, a dialog, a field, a question, the search."""
TEXT = "docker\tad\x15e"
"""A word in the first field; in the next one, letters that Ctrl+U removes, and one after it."""
BACK = "\x1by\x1by\x1b"
"""Keys that lead from anywhere back to the list."""
_CHANGING = re.compile(r"[0-9 ]+|[█░▌▏▕━╸╺─]+|otp-tui-demo-\w+")
"""Codes, countdowns, and the demo's temporary folder."""
_ROW = re.compile(r"[▌ ] {0,3}[0-9↵]")
_CODE_ENDS = 16
"""The column after the countdown and the code of a row."""
QUIET = 0.2
"""Seconds without a change after which the screen counts as complete."""


class Shown(AppTerminal):
    """The program and its terminal."""

    _at = 0
    _lines: Sequence[str] = ()

    @property
    def lines(self) -> Sequence[str]:
        """Return the lines of the screen, without the parts that change with time."""
        self._read()
        if len(self.all) != self._at or not self._lines:
            self._at = len(self.all)
            self._lines = [_lasting(line) for line in self.display]
        return self._lines

    def press_and_wait(self, key: str) -> None:
        """Press a key and wait until it shows."""
        before = self.lines
        self.type(key)
        self.until(lambda lines: lines != before)

    def until(self, holds: Callable[[Sequence[str]], bool]) -> None:
        deadline = time.monotonic() + 20
        while not holds(self.lines):
            assert time.monotonic() < deadline, "\n".join(self.lines)
            time.sleep(0.02)

    def shows(self, *texts: str) -> None:
        """Wait until all these texts are on the screen."""
        self.until(lambda lines: all(text in "\n".join(lines) for text in texts))


def _lasting(line: str) -> str:
    """Return what time does not change: behind a dialog, a row may keep an older code."""
    row = _ROW.match(line)
    return _CHANGING.sub(" ", line[_CODE_ENDS:] if row else line).rstrip()


def demo(folder: Path) -> Shown:
    folder.mkdir(parents=True)
    program = Program(folder)
    return Shown([*program.command, "demo"], program.env, program.folder)


def agree(one: Shown, other: Shown) -> None:
    """Wait until both show the same, and keep showing it."""
    since = time.monotonic()
    deadline = since + 20
    while time.monotonic() - since < QUIET:
        time.sleep(0.02)
        if one.lines != other.lines:
            since = time.monotonic()
            pairs = zip(one.lines, other.lines, strict=True)
            assert since < deadline, [pair for pair in pairs if pair[0] != pair[1]]


def test_keys_go_to_the_screen_that_the_first_key_opens(tmp_path: Path) -> None:
    with demo(tmp_path / "1") as burst, demo(tmp_path / "2") as steps:
        for each in (burst, steps):
            each.shows("GitHub", "octocat")
        for opening in OPENING if STRESS else OPENING[::2]:
            burst.type(f"{opening}{TEXT}")
            for key in opening:
                steps.press_and_wait(key)
            steps.type(TEXT)
            agree(burst, steps)
            burst.type(BACK)
            steps.type(BACK)
            agree(burst, steps)
        for each in (burst, steps):
            each.type("q")
            assert each.end() == 0


def test_two_letters_at_once_do_not_end_the_app(tmp_path: Path) -> None:
    with demo(tmp_path / "a") as program:
        program.shows("GitHub")
        program.type("ad")
        program.shows("otp-tui", "Issuer d", "Account")


def test_a_first_run_typed_at_once_creates_the_vault(program: Program) -> None:
    with Shown.of(program) as shown:
        shown.wait_for("otp-tui")
        shown.type("correct horse\rcorrect horse\r\r")
        shown.shows("No entries")
    assert program.vault.exists()


@pytest.mark.parametrize("end", ["\r", "\n"])
def test_a_password_typed_before_the_program_reads_opens_the_vault(
    program: Program, end: str
) -> None:
    """The terminal turns Enter into a line feed until the program has set it up."""
    fill(program)
    with Shown.of(program) as shown:
        shown.type(f"{PASSWORD}{end}")
        shown.shows("Registrar")


def test_a_password_typed_right_after_ctrl_u_opens_the_vault(program: Program) -> None:
    fill(program)
    with Shown.of(program) as shown:
        shown.wait_for(" unlock")
        shown.type(f"wrong\x15{PASSWORD}\r/lib")
        shown.shows("Library", "lib")
