"""What `doctor` looks at on the machine: clock, clipboard, terminal, commands, versions."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tui.cli.checks import Finding
from tui.errors import ClipboardError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tui.clock import ClockStatus
    from tui.config.schema import Config

CLOCK_OFF = 5.0
"""Seconds that the clock may be off; a code stands for 30."""
TEST_WORD = "otp-tui test"
"""What a test copy copies."""
_SMALLEST = (40, 12)
_PACKAGES = (
    *("textual", "cryptography", "argon2-cffi", "pyotp", "pyperclip"),
    *("pillow", "zxing-cpp", "segno", "platformdirs", "tomli-w", "shtab"),
)
"""What the program is built of, by the names under which it is installed."""


def system_clock(status: ClockStatus | None) -> Finding:
    """Whether codes can be right: a wrong clock makes wrong codes."""
    if status is None:
        says = "this system does not tell whether it is synchronized; compare it with another"
        return Finding("clock", says)
    if not status.synchronized:
        says = "not synchronized, and nobody knows how far off; wrong clocks make wrong codes"
        advice = "Turn time synchronisation on, for example: timedatectl set-ntp true"
        return Finding("clock", says, advice)
    says = f"synchronized, off by {status.max_error:.3f} s at most"
    late = status.max_error > CLOCK_OFF
    return Finding("clock", says, "See why: timedatectl, or chronyc tracking" if late else "")


def commands(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the programs that the settings name are there and can be run."""
    from shutil import which

    from tui.password_command import expanded

    for name, words in (
        ("password_command", config.password_command),
        ("clipboard_command", config.clipboard_command),
    ):
        if not words:
            continue
        program = expanded(words)[0]
        found = which(program, path=environ.get("PATH"))
        if found is None:
            says = f"{safe(program, 200)} is not there, or cannot be run"
            yield Finding(name, says, f"Install it, or correct {name} in the settings.")
        else:
            yield Finding(name, safe(found, 200))


def copying(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Which way a copied code would go from here."""
    from tui.clipboard import OffWay, choose
    from tui.clipboard.command import CommandWay
    from tui.clipboard.native import need_a_tool
    from tui.clipboard.osc52 import Osc52Way
    from tui.clipboard.tmux import TmuxWay

    way = choose(config, environ, lambda _sequence: None)
    if isinstance(way, OffWay):
        yield Finding("copying", "turned off in the settings")
    elif isinstance(way, CommandWay):
        yield Finding("copying", f"the command {safe(config.clipboard_command[0], 80)}")
    elif isinstance(way, TmuxWay):
        yield Finding("copying", "tmux, and through it the terminal outside")
        yield _set_clipboard(environ)
    elif isinstance(way, Osc52Way):
        name = environ.get("TERM", "")
        advice = "Use another terminal, or clipboard_command." if name in {"dumb", "linux"} else ""
        yield Finding("copying", "the terminal (OSC 52), which has to allow it", advice)
    else:
        try:
            need_a_tool(environ)
        except ClipboardError as error:
            yield Finding("copying", str(error), error.hint or 'Set clipboard = "auto".')
        else:
            yield Finding("copying", "the desktop's clipboard")


def _set_clipboard(environ: Mapping[str, str]) -> Finding:
    from tui.clipboard.tool import run

    try:
        argv = ("tmux", "show-options", "-sv", "set-clipboard")
        value = safe(run(argv, "", environ, limit=2, answer=True).strip(), 40)
    except ClipboardError as error:
        return Finding("tmux", str(error), error.hint or "See that tmux runs and is in PATH.")
    if value in {"on", "external"}:
        return Finding("tmux", f"set-clipboard is {value}")
    says = f"set-clipboard is {value or 'not set'}: copies stay in tmux"
    return Finding("tmux", says, "In tmux.conf: set -s set-clipboard external")


def test_copy(config: Config, environ: Mapping[str, str]) -> Finding:
    """Copy a word the way a code would go; say what is known of it, or how to see it."""
    from tui.clipboard import OffWay, Outcome, choose, write_to_terminal

    way = choose(config, environ, write_to_terminal)
    if isinstance(way, OffWay):
        return Finding("test copy", "none: copying is turned off")
    try:
        outcome = way.copy(TEST_WORD)
    except ClipboardError as error:
        advice = error.hint or "Set clipboard or clipboard_command to another way."
        return Finding("test copy", str(error), advice)
    if outcome is Outcome.COPIED:
        return Finding("test copy", f"“{TEST_WORD}” was copied and read back")
    whom = "the terminal" if outcome is Outcome.SENT else "clipboard_command"
    see = f"paste somewhere; if that is not “{TEST_WORD}”, {whom} did not take it"
    return Finding("test copy", f"“{TEST_WORD}” was given to {whom}: {see}")


def terminal(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Its size and what colours it says that it has."""
    name = safe(environ.get("TERM", ""), 40)
    try:
        columns, rows = os.get_terminal_size(sys.stderr.fileno() if sys.stderr else 2)
    except (OSError, ValueError):
        yield Finding("terminal", "none here")
        return
    small = columns < _SMALLEST[0] or rows < _SMALLEST[1]
    advice = "Make it 40 columns by 12 rows or more." if small else ""
    yield Finding("terminal", f"{columns} columns by {rows} rows", advice)
    if name in {"", "dumb"}:
        yield Finding("colours", "TERM is “dumb” or not set", "Set TERM to your terminal's name.")
    elif environ.get("NO_COLOR"):
        yield Finding("colours", f"{name}; none, as NO_COLOR asks")
    else:
        full = environ.get("COLORTERM", "") in {"truecolor", "24bit"}
        number = "16 million" if full else "256" if "256" in name else "16 or fewer"
        yield Finding("colours", f"{name}, {number}")


def versions() -> Iterator[Finding]:
    """What runs here."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    import tui

    yield Finding("otp-tui", tui.__version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.platform(terse=True)}")
    for package in _PACKAGES:
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield Finding(package, "not installed", "Install otp-tui anew.")
