"""Copying on the desktop that the program runs on, with pyperclip."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tui.clipboard.base import Outcome
from tui.errors import ClipboardError

_LIMIT = 2.0
_PAUSES = (0.0, 0.05, 0.2)
"""Seconds before each look at what was copied: some tools return before they serve it."""

_T = TypeVar("_T")


class NativeWay:
    """Copies with pyperclip in a thread that can be left behind, and reads back."""

    def __init__(self, environ: Mapping[str, str], limit: float = _LIMIT) -> None:
        """`limit` is how many seconds the desktop may take."""
        self._environ = environ
        self._limit = limit
        self._ours: set[str] = set()
        """What may be on the clipboard of what we put there."""

    def copy(self, text: str) -> Outcome:
        need_a_tool(self._environ)
        self._ours.add(text)
        if not _within(self._limit, lambda: _copy_and_read(text)):
            raise ClipboardError("The desktop's clipboard holds something else than the code.")
        self._ours = {text}
        return Outcome.COPIED

    def clear(self) -> None:
        ours, self._ours = self._ours, set()
        if ours:
            _within(self._limit, lambda: _empty(ours))


def _copy_and_read(text: str) -> bool:
    from time import sleep

    copy, paste = _mechanism()
    copy(text)
    for pause in _PAUSES:
        sleep(pause)
        if paste() == text:
            return True
    return False


def _empty(ours: set[str]) -> None:
    copy, paste = _mechanism()
    if paste() in ours:
        copy("")


def _mechanism() -> tuple[Callable[[str], None], Callable[[], str]]:
    """Return pyperclip's ways to copy and to paste.

    Its tools inherit our standard output and standard error, and one that serves the
    clipboard keeps them: `$(otp-tui code … --copy)` would wait for it, and what it says would
    land in the middle of the screen. So its view of `subprocess` has nothing to inherit.
    """
    import subprocess
    from functools import partial
    from types import SimpleNamespace

    import pyperclip  # type: ignore[import-untyped]

    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    pyperclip.subprocess = SimpleNamespace(
        PIPE=subprocess.PIPE,
        Popen=partial(subprocess.Popen, **quiet),
        call=partial(subprocess.call, **quiet),
        check_call=partial(subprocess.check_call, **quiet),
    )
    copy, paste = pyperclip.determine_clipboard()
    return copy, paste


def need_a_tool(environ: Mapping[str, str]) -> None:
    """Raise ClipboardError if pyperclip would find no tool that reads standard input.

    Without one it goes on to Klipper, which takes the code as an argument that every process
    may read, and to Qt, which is no work for a thread.
    """
    if sys.platform in {"darwin", "win32", "cygwin"}:
        return
    from shutil import which

    def there(*programs: str) -> bool:
        return all(which(program, path=environ.get("PATH")) for program in programs)

    wayland, x11 = environ.get("WAYLAND_DISPLAY"), environ.get("DISPLAY")
    if there("clip.exe", "powershell.exe") or (wayland and there("wl-copy", "wl-paste")):
        return
    if x11 and (there("xclip") or there("xsel")):
        return
    if not wayland and not x11:
        raise ClipboardError("There is no desktop here to copy to.")
    raise ClipboardError(
        "No tool for the desktop's clipboard is installed.",
        "Install wl-clipboard." if wayland else "Install xclip or xsel.",
    )


def _within(limit: float, job: Callable[[], _T]) -> _T:
    """Return what `job` returns if it does so within `limit` seconds; else ClipboardError."""
    from subprocess import SubprocessError
    from threading import Thread

    results: list[_T] = []
    reasons: list[str] = []

    def work() -> None:
        try:
            results.append(job())
        except OSError as error:
            reasons.append(f": {error.strerror}")
        except (RuntimeError, ValueError, SubprocessError):  # their words may hold the clipboard
            reasons.append("")

    thread = Thread(target=work, name="clipboard", daemon=True)
    thread.start()
    thread.join(limit)
    if results:
        return results[0]
    if reasons:
        raise ClipboardError(f"The desktop's clipboard failed{reasons[0]}.")
    raise ClipboardError(f"The desktop's clipboard gave no answer within {limit:g} s.")
