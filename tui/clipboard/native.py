"""Copies on the local desktop.

pyperclip copies, in a session of its own: the tools that it starts stay in the background to serve
the clipboard. They must survive our terminal, and keep that process's output open, which is
/dev/null and not the pipe of `$(otp-tui code … --copy)`. It can't tell a failing tool from an empty
clipboard, so the clipboard is read with the tool itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tui.clipboard.base import COPIED, Handover, Outcome
from tui.clipboard.tool import run
from tui.errors import ClipboardError

_PAUSES = (0.0, 0.05, 0.2)
"""Seconds before each attempt to read back: some tools return before they serve the clipboard."""
_NO_TEXT = ("nothing is copied", "no selection", "no suitable type", " not available",
            "cannot convert")  # fmt: skip
"""Parts of the messages of wl-paste and xclip if the clipboard is empty or has no text."""
_UNREACHABLE = ("open display", "connect to a wayland", "authorization required",
                "xdg_runtime_dir")  # fmt: skip
"""Parts of the messages of the tools if there is no such desktop, so that it can't have a code."""
_COPY = """
import subprocess, sys, pyperclip
copy, _ = getattr(pyperclip, f"init_{sys.argv[1]}_clipboard")()
try:
    copy(sys.stdin.read())
except subprocess.CalledProcessError as error:
    sys.exit(error.returncode)
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
    limit: float = 2.0
    """Timeout of each command, in seconds."""

    @property
    def copy(self) -> tuple[str, ...]:
        """The command that copies its standard input, or clears the clipboard if that is empty."""
        return (sys.executable, "-P", "-c", _COPY, self.name)


_WSL = Mechanism(
    "wsl",
    "clip.exe",
    ("powershell.exe", "-NoProfile", "-Command", "[Console]::Out.Write((Get-Clipboard -Raw))"),
    limit=8.0,  # PowerShell takes seconds to start
)
_MACOS = Mechanism("osx_pbcopy", "pbcopy", ("pbpaste",))
_WAYLAND = Mechanism("wl", "wl-copy", ("wl-paste", "--no-newline", "--type", "text"))
_X11 = (
    Mechanism("xclip", "xclip", ("xclip", "-selection", "clipboard", "-o")),
    Mechanism("xsel", "xsel", ("xsel", "-b", "-o")),
)


class NativeClipboard:
    """Copies with a desktop tool, verifies, and clears only our own code."""

    def __init__(self, environ: Mapping[str, str], limit: float | None = None) -> None:
        """`limit` is the timeout of each call of a tool, in seconds; None for that of the tool."""
        self._environ = environ
        self._limit = limit
        self._ours: set[str] = set()
        """Texts that we copied and that may still be on the clipboard."""
        self._used: tuple[Mechanism, ...] = ()
        """How they were copied; empty if unknown."""

    def expect(self) -> Outcome:
        return self._first(self._read)

    def copy(self, text: str) -> Outcome:
        return self._first(lambda mechanism: self._copy(mechanism, text))

    def clear(self, *, unseen: bool = True) -> str:
        if not self._ours:
            return ""
        for mechanism in self._used or mechanisms_for(self._environ):
            if self._read(mechanism) in self._ours:
                self._write(mechanism, "")
                if not self._becomes(mechanism, lambda held: held not in self._ours):
                    raise ClipboardError(
                        "The code is still there. A clipboard manager may have restored it."
                    )
        self._ours = set()
        self._used = ()
        return ""

    def handover(self) -> Handover | None:
        return Handover(("native",), tuple(self._ours)) if self._ours else None

    def take_over(self, texts: tuple[str, ...]) -> None:
        self._ours = set(texts)
        self._used = ()

    def _first(self, attempt: Callable[[Mechanism], object]) -> Outcome:
        """Make an attempt with each mechanism, until one succeeds; raise the error of the first."""
        errors = []
        for mechanism in mechanisms_for(self._environ):
            try:
                attempt(mechanism)
            except ClipboardError as error:
                errors.append(error)
            else:
                return COPIED
        raise errors[0]

    def _copy(self, mechanism: Mechanism, text: str) -> None:
        earlier = self._ours, self._used
        self._ours, self._used = self._ours | {text}, (*self._used, mechanism)
        try:
            self._write(mechanism, text)
            if not self._becomes(mechanism, lambda held: held == text):
                raise ClipboardError("The clipboard contains something other than the code.")
        except ClipboardError as error:
            if any(part in str(error).lower() for part in _UNREACHABLE):
                self._ours, self._used = earlier
            raise
        self._ours, self._used = {text}, (mechanism,)

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
            limit = self._limit or mechanism.limit
            return run(mechanism.paste, "", self._environ, limit=limit, answer=True)
        except ClipboardError as error:
            if any(part in str(error).lower() for part in _NO_TEXT):
                return ""
            raise

    def _write(self, mechanism: Mechanism, text: str) -> None:
        environ, limit = self._environ, self._limit or mechanism.limit
        run(mechanism.copy, text, environ, limit=limit, name=mechanism.copies, session=True)


def mechanisms_for(environ: Mapping[str, str]) -> tuple[Mechanism, ...]:
    """Return the mechanisms for the desktop that `environ` names, best first; at least one.

    Raises:
        ClipboardError: there is no desktop, or no tool for it is installed.
    """
    if sys.platform == "darwin":
        return (_MACOS,)
    from shutil import which

    def installed(mechanism: Mechanism) -> bool:
        path = environ.get("PATH")
        return all(which(each, path=path) for each in (mechanism.copies, mechanism.paste[0]))

    wayland, x11 = environ.get("WAYLAND_DISPLAY"), environ.get("DISPLAY")
    candidates = (_WSL, *([_WAYLAND] if wayland else []), *(_X11 if x11 else []))
    found = tuple(mechanism for mechanism in candidates if installed(mechanism))
    if found:
        return found
    if not wayland and not x11:
        raise ClipboardError("There is no desktop clipboard.", 'Set clipboard = "auto".')
    raise ClipboardError(
        "No clipboard tool is installed.",
        "Install wl-clipboard." if wayland else "Install xclip or xsel.",
    )
