"""Copies on the local desktop.

pyperclip copies, in a process of its own: the tools that it starts stay in the background to serve
the clipboard and keep that process's output open, which is /dev/null and not the pipe of `$(otp-tui
code … --copy)`. It can't tell a failing tool from an empty clipboard, so the clipboard is read with
the tool itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.clipboard.base import Outcome
from tui.clipboard.tool import run
from tui.errors import ClipboardError

_LIMIT = 2.0
_PAUSES = (0.0, 0.05, 0.2)
"""Seconds before each attempt to read back: some tools return before they serve the clipboard."""
_NO_TEXT = ("nothing is copied", "no selection", "no suitable type", " not available",
            "cannot convert")  # fmt: skip
"""Parts of the messages of wl-paste and xclip if the clipboard is empty or has no text."""
_COPY = """
import sys, pyperclip
copy, _ = getattr(pyperclip, f"init_{sys.argv[1]}_clipboard")()
copy(sys.stdin.read())
"""
"""A program that copies standard input with one of pyperclip's mechanisms."""


@dataclass(frozen=True, slots=True)
class Mechanism:
    """How to copy on one kind of desktop. Codes are never arguments, which others can see."""

    name: str
    """Its name in pyperclip."""
    copies: str
    """The program that copies."""
    paste: tuple[str, ...]
    """The command that prints the clipboard's text."""

    @property
    def copy(self) -> tuple[str, ...]:
        """The command that copies its standard input, or clears the clipboard if that is empty."""
        return (sys.executable, "-I", "-c", _COPY, self.name)


_WSL = Mechanism(
    "wsl",
    "clip.exe",
    ("powershell.exe", "-NoProfile", "-Command", "[Console]::Out.Write((Get-Clipboard -Raw))"),
)
_MACOS = Mechanism("osx_pbcopy", "pbcopy", ("pbpaste",))
_WAYLAND = Mechanism("wl", "wl-copy", ("wl-paste", "--no-newline", "--type", "text"))
_X11 = (
    Mechanism("xclip", "xclip", ("xclip", "-selection", "clipboard", "-o")),
    Mechanism("xsel", "xsel", ("xsel", "-b", "-o")),
)


class NativeClipboard:
    """Copies with a desktop tool, verifies, and clears only our own code."""

    def __init__(self, environ: Mapping[str, str], limit: float = _LIMIT) -> None:
        """`limit` is the timeout of each call of a tool, in seconds."""
        self._environ = environ
        self._limit = limit
        self._ours: set[str] = set()
        """Texts that we copied and that may still be on the clipboard."""

    def copy(self, text: str) -> Outcome:
        mechanism = mechanism_for(self._environ)
        self._ours.add(text)
        self._write(mechanism, text)
        if not self._becomes(mechanism, lambda held: held == text):
            raise ClipboardError("The clipboard contains something other than the code.")
        self._ours = {text}
        return Outcome.COPIED

    def clear(self) -> None:
        if not self._ours:
            return
        mechanism = mechanism_for(self._environ)
        if self._read(mechanism) in self._ours:
            self._write(mechanism, "")
            if not self._becomes(mechanism, lambda held: held not in self._ours):
                raise ClipboardError(
                    "The code is still there. A clipboard manager may have restored it."
                )
        self._ours = set()

    def _becomes(self, mechanism: Mechanism, wanted: Callable[[str], bool]) -> bool:
        from time import sleep

        for pause in _PAUSES:
            sleep(pause)
            if wanted(self._read(mechanism)):
                return True
        return False

    def _read(self, mechanism: Mechanism) -> str:
        """Return the text on the clipboard; "" if there is none."""
        try:
            return run(mechanism.paste, "", self._environ, limit=self._limit, answer=True)
        except ClipboardError as error:
            if any(part in str(error).lower() for part in _NO_TEXT):
                return ""
            raise

    def _write(self, mechanism: Mechanism, text: str) -> None:
        run(mechanism.copy, text, self._environ, limit=self._limit, name=mechanism.copies)


def mechanism_for(environ: Mapping[str, str]) -> Mechanism:
    """Return the mechanism for the desktop that `environ` names.

    Raises:
        ClipboardError: there is no desktop, or no tool for it is installed.
    """
    if sys.platform == "darwin":
        return _MACOS
    from shutil import which

    def installed(mechanism: Mechanism) -> bool:
        path = environ.get("PATH")
        return all(which(each, path=path) for each in (mechanism.copies, mechanism.paste[0]))

    wayland, x11 = environ.get("WAYLAND_DISPLAY"), environ.get("DISPLAY")
    candidates = (_WSL, *([_WAYLAND] if wayland else []), *(_X11 if x11 else []))
    for mechanism in candidates:
        if installed(mechanism):
            return mechanism
    if not wayland and not x11:
        raise ClipboardError("There is no desktop clipboard.")
    raise ClipboardError(
        "No clipboard tool is installed.",
        "Install wl-clipboard." if wayland else "Install xclip or xsel.",
    )
