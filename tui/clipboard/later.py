"""Clears the clipboard after this program has ended, in a process of its own.

The process gets the code through a pipe, and holds neither our output nor our terminal. Each copy
takes a turn, in a file with a random text. A process whose turn is over leaves alone what can't be
read back: the process of the later copy clears that.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui.environment import for_children
from tui.errors import ClipboardError

if TYPE_CHECKING:
    import subprocess

    from tui.clipboard import Clipboard, Handover

_LONGEST_SLEEP = 5.0
"""Seconds between looks at the clock, which goes on while the machine sleeps."""
_started: list[subprocess.Popen[bytes]] = []
"""Processes that we don't wait for."""


class _Terminal(NamedTuple):
    """A terminal, and what tells it from a later one of the same name."""

    path: str
    device: int
    changed: int


def clear_later(
    handover: Handover, seconds: float, environ: Mapping[str, str], *, unseen: bool = True
) -> str:
    """Have a copy cleared in some seconds; return a sentence about that, to show.

    `unseen` is as in `Clipboard.clear`.

    Raises:
        ClipboardError: no process can be started.
    """
    import json
    import subprocess

    way = handover.way[0]
    terminal = _own_terminal()
    if way == "osc52" and terminal is None:
        return "Not cleared afterwards."
    place = f"{way} {terminal} {environ.get('DISPLAY')} {environ.get('TMUX')}"
    turn, token = _take_turn(place, environ)
    order = {
        "way": handover.way,
        "texts": handover.texts,
        "seconds": seconds,
        "terminal": terminal,
        "turn": turn,
        "token": token,
        "unseen": unseen,
    }
    reader, writer = os.pipe()
    with open(reader, "rb") as theirs, open(writer, "wb") as ours:  # noqa: PTH123 - descriptors
        ours.write(json.dumps(order).encode())
        ours.close()
        try:
            process = subprocess.Popen(
                (sys.executable, "-P", "-m", "tui.clipboard.later"),
                stdin=theirs,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=for_children(environ),
                start_new_session=True,
            )
        except OSError as error:
            raise ClipboardError(f"The clipboard won't be cleared: {error.strerror}.") from None
    _started.append(process)
    if way in {"osc52", "auto"}:
        return f"Clears in {seconds:g} s if this terminal is still open."
    return f"Clears in {seconds:g} s."


def main() -> None:
    """Read an order from standard input, wait, and clear."""
    import json

    from tui import memory
    from tui.clock import SystemClock
    from tui.crash import print_no_tracebacks

    print_no_tracebacks()
    memory.no_core()
    memory.no_readers()
    order = json.load(sys.stdin)
    clock = SystemClock()
    turn, own = Path(order["turn"]), order["token"]
    clipboard = _clipboard(tuple(order["way"]), order["terminal"] and _Terminal(*order["terminal"]))
    clipboard.take_over(tuple(order["texts"]))
    current = own
    while True:
        _wait(clock.steady, order["seconds"])
        before, current = current, _holder(turn) or current
        if current == before:
            break  # otherwise wait until the later copy is cleared
    with suppress(ClipboardError):
        clipboard.clear(unseen=order["unseen"] and current == own)
    if _holder(turn) == own:
        turn.unlink(missing_ok=True)


def _clipboard(way: tuple[str, ...], terminal: _Terminal | None) -> Clipboard:
    from tui.clipboard import choose
    from tui.clipboard.command import CommandClipboard
    from tui.config.schema import Config

    if way[0] == "command":
        return CommandClipboard(way[1:], os.environ)
    return choose(Config(clipboard=way[0]), os.environ, lambda text: _write(terminal, text))


def _wait(clock: Callable[[], float], seconds: float) -> None:
    from time import sleep

    end = clock() + seconds
    while (left := end - clock()) > 0:
        sleep(min(left, _LONGEST_SLEEP))


def _take_turn(place: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Note that the last copy to a place is ours; return the file and the text in it."""
    from hashlib import sha256
    from secrets import token_hex

    from tui.files import make_folders
    from tui.paths import runtime_folder

    token = token_hex(8)
    folder = runtime_folder(environ)
    if folder is None:
        return "", token
    path = folder / f"clipboard-{sha256(place.encode()).hexdigest()[:16]}"
    try:
        make_folders(folder)
        path.write_text(token, "ascii")
    except OSError:
        return "", token
    return str(path), token


def _holder(turn: Path) -> str:
    """Return the text of the last copy; "" if it was cleared, or if that is unknown."""
    try:
        return turn.read_text("ascii")
    except OSError:
        return ""


def _own_terminal() -> _Terminal | None:
    for stream in (2, 1, 0):
        with suppress(OSError):
            path = os.ttyname(stream)
            return _identify(path, os.stat(path))  # noqa: PTH116
    return None


def _identify(path: str, status: os.stat_result) -> _Terminal:
    return _Terminal(path, status.st_rdev, status.st_ctime_ns)


def _write(terminal: _Terminal | None, sequence: str) -> None:
    """Write to a terminal if it is still the same one."""
    if terminal is None:
        return
    descriptor = os.open(terminal.path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        if _identify(terminal.path, os.fstat(descriptor)) == terminal:
            os.write(descriptor, sequence.encode())
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    main()
