"""The app on a terminal, crashed in one function after the other, in its threads, too."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.cli.program import PASSWORD, Program
from tests.soak.report import Result
from tests.terminal.helpers import SECRET, AppTerminal, entries, fill, python, wait_until
from tui.vault.vault import Vault

CANARY = "CANARY-7b2d"
TYPED = "KRSXG5CTMVRXEZLU"
_ROOT = Path(__file__).parents[2] / "tui"
_ESCAPE, _ENTER, _DOWN, _SAVE, _QUIT = "\x1b", "\r", "\x1b[B", "\x13", "\x11"
_COPIED = re.compile(r"\x1b\]52;c;([^\x07]*)\x07")
_LEFT_OUT = (
    "<genexpr>",
    "_look_at_end",
    ".stop_application_mode",
    ".in_time",
    "._close_in_time",
    "._clear_clipboard_in_time",
    "EndingApp.on_unmount",
    "FileTree._recognize",
)
_CLEARS = ("Copier.clear", "Copier._clear", "Clipboard.clear")
"""The last of these calls clears the clipboard as the app ends; nothing would after it."""
_LONG = 60.0
"""Seconds for a way through all screens that is traced."""
TOUR = (
    PASSWORD, _ENTER, _DOWN, _ENTER, "n", "h", "h", "b", _ESCAPE, "v", _ESCAPE, "o", "p", "x",
    _ESCAPE, "/lib", _ESCAPE, "?", _ESCAPE, ":copy", _ESCAPE,
    "a", f"otpauth://totp/New:ada?secret={TYPED}&issuer=New", _ENTER, _SAVE,
    "E", "x", _ESCAPE, "y", "d", "y", "u", "c", _ESCAPE, "K",
    "i", _ESCAPE, "e", _ESCAPE, "M", _ESCAPE, "R", _ESCAPE, ",", _DOWN, _ESCAPE,
    "l", PASSWORD, _ENTER, _ENTER, _QUIT,
)  # fmt: skip
"""Keys through all screens, from the unlock screen on; they are typed ahead."""
SHORT_TOUR = (*TOUR[:4], *TOUR[TOUR.index("a") :][:4], _QUIT)
_THREAD = "in a thread"
_SCRIPT = """
import atexit, json, sys, threading
root, place, number, counted, text = json.loads({given!r})
calls, wanted = {{}}, place.rpartition(":")[2]

def look(frame, event, _argument):
    code = frame.f_code
    if wanted and code.co_qualname != wanted:
        return
    if code.co_filename.startswith(root) and code.co_name != "<module>":
        name = f"{{frame.f_globals['__name__']}}:{{code.co_qualname}}"
        calls[name] = calls.get(name, 0) + 1
        if name == place and calls[name] == number:
            held = text
            if threading.current_thread() is not threading.main_thread():
                calls[{thread!r}] = 1
            raise ZeroDivisionError(held)

def write():
    sys.settrace(None)
    with open(counted, "w") as file:
        json.dump(calls, file)

atexit.register(write)
sys.argv = ["otp-tui"]
from tui.__main__ import main
threading.settrace(look)
sys.settrace(look)
sys.exit(main())
"""


def places(most: int) -> list[tuple[str, int]]:
    """Return about `most` functions that the app calls on its way, each with one of its calls.

    Those that end the app are left out, as nothing else would do their work, and generators, in
    which Python ignores errors while it closes them. Those that clear the clipboard crash at their
    first call. Files in the list whose app isn't recognized have no label.
    """
    with tempfile.TemporaryDirectory() as folder:
        program = fill(Program(Path(folder)))
        code, terminal, calls = _run(program, "", 0)
        assert code == 0, terminal.all[-2000:]
    there = sorted(each for each in calls.items() if not each[0].endswith(_LEFT_OUT))
    step = max(1, len(there) // most)
    return [
        (name, 1 if place % 2 or name.endswith(_CLEARS) else count // 2 + 1)
        for place, (name, count) in enumerate(there[::step])
    ]


def app_crashes(chosen: Sequence[tuple[str, int]], tour: Sequence[str] = TOUR) -> Result:
    """Crash the app at the n-th call of each function; no secret is shown, nothing is lost."""
    crashed = dropped = 0
    for place, number in chosen:
        with tempfile.TemporaryDirectory() as folder:
            program = fill(Program(Path(folder)))
            code, terminal, calls = _run(program, place, number, tour)
            where = f"{place}, call {number}, exit code {code}"
            _check(program, terminal, where)
            if "crashed (this is a bug)" in terminal.after_the_app:
                assert code == 1, where
                crashed += 1
            elif calls.get(place, 0) >= number:
                # The result of a call in a thread is dropped if its screen was closed meanwhile.
                assert _THREAD in calls, f"{where}: ignored"
                dropped += 1
    return Result(
        f"crashes at {len(chosen)} places in the app",
        f"{crashed} crash messages; {dropped} times, the screen that waited for the thread was "
        "closed already; no secret, the terminal restored, nothing lost",
    )


def _run(
    program: Program, place: str, number: int, tour: Sequence[str] = TOUR
) -> tuple[int, AppTerminal, dict[str, int]]:
    counted = program.folder / "calls.json"
    text = f"{CANARY} {PASSWORD} {SECRET}"
    given = json.dumps([str(_ROOT), place, number, str(counted), text])
    with (
        program.cleanup,
        AppTerminal(
            python(_SCRIPT.format(given=given, thread=_THREAD)), program.env, program.folder
        ) as terminal,
    ):
        settings = terminal.settings(echo=False)
        wait_until(
            lambda: " unlock " in "".join(terminal.display) or terminal.process.poll() is not None,
            lambda: terminal.seen,
        )
        if terminal.process.poll() is None:
            terminal.type("".join(tour))
        code = terminal.end(_LONG)
        assert terminal.settings() == settings, f"{place}, call {number}: the terminal's settings"
    calls = json.loads(counted.read_text()) if counted.exists() else {}
    return code, terminal, calls


def _check(program: Program, terminal: AppTerminal, where: str) -> None:
    for secret in (CANARY, PASSWORD, "Traceback"):
        assert secret not in terminal.all, f"{where}: {secret} on the terminal"
    for secret in (SECRET, TYPED):
        assert secret not in terminal.after_the_app, f"{where}: {secret} after the app"
    assert "\x1b[?1049h" not in terminal.all or terminal.is_given_back, f"{where}: the terminal"
    copied = _COPIED.findall(terminal.all)
    assert not copied or copied[-1] == "", f"{where}: a code stays on the clipboard"
    for path in program.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in (CANARY, PASSWORD, SECRET, TYPED):
                assert secret.encode() not in data, f"{where}: {secret} in {path.name}"
    vault = Vault.open(program.vault, PASSWORD)
    there = {one.secret.key for one in vault.document.entries}
    vault.change(lambda now: now)
    vault.close()
    assert {one.secret.key for one in entries()} <= there, f"{where}: lost"
