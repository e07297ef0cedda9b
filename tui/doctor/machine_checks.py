"""The checks of the settings, the programs they name, the clock, the terminal and the versions."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from tui.doctor.finding import Finding, chown_hint
from tui.errors import SessionError
from tui.text import safe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tui.clock_status import ClockStatus
    from tui.config.schema import Config

CLOCK_OFF = 5.0
"""Seconds that the clock may be off; a code usually lasts 30."""
_SMALLEST = (40, 12)
"""Columns and rows that the app needs."""
_PACKAGES = (
    *("textual", "cryptography", "argon2-cffi", "pyperclip", "pillow", "zxing-cpp", "segno"),
    *("platformdirs", "tomli-w", "tomlkit", "shtab", "zxcvbn"),
)
"""The names of the dependencies on PyPI."""


def settings(path: Path | None, problems: tuple[str, ...]) -> Iterator[Finding]:
    """Report the problems in the file, and who else can change it."""
    if path is None:
        yield Finding("settings", "using the defaults; no settings file is in use")
        return
    name = safe(str(path), 200)
    for problem in problems:
        yield Finding("settings", problem, "Correct the settings file.")
    try:
        status = path.stat()
    except OSError:
        if not problems:
            yield Finding("settings", f"using the defaults; {name} doesn't exist")
        return
    if not problems:
        yield Finding("settings", f"{name} is valid")
    if status.st_uid not in {os.geteuid(), 0}:
        yield Finding("settings owner", f"another user ({status.st_uid})", chown_hint(name))
    own_group = status.st_gid == os.getegid()
    if stat.S_ISREG(status.st_mode) and status.st_mode & (0o002 if own_group else 0o022):
        says = f"{stat.S_IMODE(status.st_mode):04o}: others can set commands that run as you"
        yield Finding("settings permissions", says, f"Run: chmod go-w {name}")


def commands(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Report the programs in the settings, and any that can't be run."""
    from shutil import which

    from tui.paths import expand_program

    for name, words in (
        ("password_command", config.password_command),
        ("clipboard_command", config.clipboard_command),
    ):
        if not words:
            continue
        program = expand_program(words)[0]
        found = which(program, path=environ.get("PATH"))
        if found is None:
            says = f"{safe(program, 200)} is missing or not executable"
            yield Finding(name, says, f"Install it, or correct {name} in the settings.")
        else:
            yield Finding(name, safe(found, 200))


def unlocking(environ: Mapping[str, str], now: float) -> Iterator[Finding]:
    """Report what would keep the keys of unlocked vaults, and the vaults that are unlocked."""
    from tui.session import choose
    from tui.unlocked import unlocked, vault_words

    session = choose(environ)
    says = f"keys are kept by {session.name}"
    yield Finding("unlock", says if session.kind != "none" else "turned off by OTP_TUI_SESSION")
    try:
        for where, one in unlocked(environ):
            yield Finding("unlocked", vault_words(one, where, now))
    except SessionError as error:
        yield Finding("unlocked", str(error), error.hint)


def system_clock(status: ClockStatus | None) -> Finding:
    """Report the state of the clock, which codes depend on."""
    if status is None:
        return Finding(
            "clock", "unknown: this system doesn't report it; compare it with another clock"
        )
    if not status.synchronized:
        says = "not synchronized (offset unknown); if the clock is wrong, so are the codes"
        return Finding("clock", says, "Turn synchronization on, e.g.: timedatectl set-ntp true")
    says = f"synchronized, off by at most {status.max_error:.3f} s"
    late = status.max_error > CLOCK_OFF
    return Finding("clock", says, "Find out why: timedatectl or chronyc tracking" if late else "")


def terminal(environ: Mapping[str, str], size: tuple[int, int] | None) -> Iterator[Finding]:
    """Report the terminal's size (columns and rows; None without a terminal) and colors."""
    name = safe(environ.get("TERM", ""), 40)
    if size is None:
        yield Finding("terminal", "none")
        return
    columns, rows = size
    small = columns < _SMALLEST[0] or rows < _SMALLEST[1]
    advice = f"Enlarge it to at least {_SMALLEST[0]} x {_SMALLEST[1]}." if small else ""
    yield Finding("terminal", f"{columns} columns by {rows} rows", advice)
    if name in {"", "dumb"}:
        yield Finding("colors", "TERM is “dumb” or not set", "Set TERM to your terminal's type.")
    elif environ.get("NO_COLOR"):
        yield Finding("colors", f"{name}; turned off by NO_COLOR")
    else:
        full = environ.get("COLORTERM", "") in {"truecolor", "24bit"}
        number = "16 million" if full else "256" if "256" in name else "16 or fewer"
        yield Finding("colors", f"{name}, {number}")


def versions() -> Iterator[Finding]:
    """Report the versions of otp-tui, Python and the dependencies."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    import tui

    yield Finding("otp-tui", tui.__version__)
    yield Finding("Python", f"{platform.python_version()} on {platform.platform(terse=True)}")
    for package in _PACKAGES:
        try:
            yield Finding(package, version(package))
        except PackageNotFoundError:
            yield Finding(package, "not installed", "Reinstall otp-tui.")
