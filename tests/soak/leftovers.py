"""What stays in a terminal's scrollback and on a clipboard after the app has ended or locked."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.cli.program import PASSWORD, Program
from tests.soak.report import Result
from tests.terminal.desktop import Desktop, new_desktop
from tests.terminal.helpers import (
    SECRET,
    AppTerminal,
    codes_around,
    entries,
    fill,
    grouped,
    wait_until,
)
from tests.terminal.tmux import Tmux

ENDINGS = ("quit", "lock", "quit with a secret shown", "SIGTERM", "SIGHUP", "SIGUSR1")
COPIES = ("quit", "lock", "SIGTERM", "otp-tui code --copy", "wait")
_SELECTIONS = ("clipboard", "primary", "secondary")


def scrollback(
    chosen: Sequence[str] = ENDINGS, screens: Sequence[str] = ("with", "without")
) -> Result:
    """End the app in tmux in each way, with and without an alternate screen; look at all lines."""
    ends = 0
    for alternate in screens:
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as short:
            program = fill(Program(Path(folder)))
            config = program.folder / "config.toml"
            config.write_text(f"ask_again = false\n{config.read_text()}")
            tmux = Tmux(short, program)
            try:
                value = "on" if alternate == "with" else "off"
                tmux.run("set-option", "-wg", "alternate-screen", value)
                for ending in chosen:
                    _end_in(tmux, program, ending, alternate)
                    ends += 1
            finally:
                tmux.run("kill-server")
    return Result(
        f"{ends} runs in tmux, {' and '.join(screens)} an alternate screen",
        "no code, secret, name or password on the screen or in the scrollback",
    )


def _end_in(tmux: Tmux, program: Program, ending: str, alternate: str) -> None:
    tmux.type("clear; seq 40", "Enter")
    tmux.wait_for("40")
    began = time.time()
    tmux.start_app()
    tmux.wait_for(" unlock ")
    tmux.type(PASSWORD, "Enter")
    tmux.sees_code(SECRET)
    tmux.type("v")
    tmux.wait_for("s secret")
    tmux.type("s")
    tmux.wait_for(SECRET[:4])
    if "secret" not in ending:
        tmux.type("", "Escape")
        wait_until(lambda: SECRET[:4] not in tmux.screen(), tmux.screen)
    if ending.startswith("SIG"):
        os.kill(_app_of(tmux), getattr(signal, ending))
    elif ending == "lock":
        tmux.type("l")
        tmux.wait_for(" unlock ")
        _check_lines(tmux, began, f"{ending}, {alternate} an alternate screen")
        tmux.type("", "C-q")
    else:
        tmux.type("", "C-q")
    wait_until(lambda: not _children(tmux), tmux.screen)
    tmux.type("echo a$((6 * 7))b", "Enter")
    tmux.wait_for("a42b")
    _check_lines(tmux, began, f"{ending}, {alternate} an alternate screen")


def _check_lines(tmux: Tmux, began: float, where: str) -> None:
    lines = tmux.run("capture-pane", "-p", "-J", "-S", "-", "-E", "-")
    names = [name for one in entries() for name in (one.issuer, one.account or "") if len(name) > 3]
    codes = codes_around(SECRET, began)
    for canary in (*names, *codes, *map(grouped, codes), SECRET, SECRET[:4], PASSWORD):
        assert canary not in lines, f"{where}: {canary} is left\n{lines}"


def _children(tmux: Tmux) -> list[str]:
    shell = tmux.run("display-message", "-p", "#{pane_pid}").strip()
    return Path(f"/proc/{shell}/task/{shell}/children").read_text().split()


def _app_of(tmux: Tmux) -> int:
    return int(_children(tmux)[0])


def clipboard(chosen: Sequence[str] = COPIES) -> Result:
    """Copy in each way; after its time, no selection of the desktop has the code."""
    with new_desktop() as desktop, tempfile.TemporaryDirectory() as folder:
        program = fill(Program(Path(folder)))
        config = program.folder / "config.toml"
        config.write_text(f"clipboard_clear = 1\nsmart_copy = 0\n{config.read_text()}")
        password = program.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        with program.cleanup:
            for way in chosen:
                _copy(desktop, program, way, password)
    return Result(
        f"{len(chosen)} copies, ended by quitting, locking, a signal or time",
        f"cleared in time from {len(_SELECTIONS)} selections",
    )


def _copy(desktop: Desktop, program: Program, way: str, password: Path) -> None:
    began = time.time()
    by_command = way.startswith("otp-tui")
    args = ["code", "regis", "--copy", "--password-file", str(password)] if by_command else []
    env = {**program.env, "DISPLAY": desktop.display}
    with AppTerminal([*program.command, *args], env, program.folder) as terminal:
        if by_command:
            assert terminal.end() == 0, terminal.all
        else:
            terminal.unlock()
            terminal.type("\r")
            terminal.wait_for("Copied Registrar")
        copied = desktop.clipboard()
        assert copied in {*codes_around(SECRET, began), ""}, f"{way}: {copied}"
        if way == "SIGTERM":
            terminal.signal(signal.SIGTERM)
        elif way != "wait" and not by_command:
            terminal.type("\x11" if way == "quit" else "l")
        wait_until(
            lambda: not codes_around(SECRET, began) & {*map(desktop.selection, _SELECTIONS)},
            lambda: f"{way}: not cleared",
        )
