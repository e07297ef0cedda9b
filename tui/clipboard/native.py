"""Copying on the desktop that the program runs on, with the desktop's own tools.

They run by `tool.run` and not by a library: xclip and wl-copy stay in the background to serve the
clipboard, and pyperclip lets them keep our output, so that `$(otp-tui code … --copy)` would not
end.
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
"""Seconds before each look at the clipboard: some tools return before they serve it."""
_NO_TEXT = ("nothing is copied", "no selection", "no suitable type", " not available",
            "cannot convert")  # fmt: skip
"""Parts of what wl-paste and xclip say when the clipboard is empty or holds no text."""


@dataclass(frozen=True, slots=True)
class DesktopTool:
    """The commands for one kind of desktop. None gets a code as an argument: all can see those."""

    copy: tuple[str, ...]
    """Takes the text on standard input."""
    paste: tuple[str, ...]
    """Prints the text."""
    empty: tuple[str, ...] = ()
    """Clears the clipboard; `copy` with no input does where this is empty."""


_WSL = DesktopTool(
    ("clip.exe",),
    ("powershell.exe", "-NoProfile", "-Command", "[Console]::Out.Write((Get-Clipboard -Raw))"),
)
_MACOS = DesktopTool(("pbcopy",), ("pbpaste",))
_WAYLAND = DesktopTool(
    ("wl-copy",), ("wl-paste", "--no-newline", "--type", "text"), ("wl-copy", "--clear")
)
_X11 = (
    DesktopTool(("xclip", "-selection", "clipboard"), ("xclip", "-selection", "clipboard", "-o")),
    DesktopTool(("xsel", "-b", "-i"), ("xsel", "-b", "-o")),
)


class NativeClipboard:
    """Copies with a desktop tool, reads back, and clears only what is still ours."""

    def __init__(self, environ: Mapping[str, str], limit: float = _LIMIT) -> None:
        """`limit` is how many seconds each call of a tool may take."""
        self._environ = environ
        self._limit = limit
        self._ours: set[str] = set()
        """Texts of ours that may be on the clipboard."""

    def copy(self, text: str) -> Outcome:
        tool = tool_for(self._environ)
        self._ours.add(text)
        self._write(tool.copy, text)
        if not self._becomes(tool, lambda held: held == text):
            raise ClipboardError("The clipboard holds something other than the code.")
        self._ours = {text}
        return Outcome.COPIED

    def clear(self) -> None:
        if not self._ours:
            return
        tool = tool_for(self._environ)
        if self._read(tool) in self._ours:
            self._write(tool.empty or tool.copy, "")
            if not self._becomes(tool, lambda held: held not in self._ours):
                raise ClipboardError(
                    "The code is still there. A clipboard manager may have restored it."
                )
        self._ours = set()

    def _becomes(self, tool: DesktopTool, wanted: Callable[[str], bool]) -> bool:
        from time import sleep

        for pause in _PAUSES:
            sleep(pause)
            if wanted(self._read(tool)):
                return True
        return False

    def _read(self, tool: DesktopTool) -> str:
        """Return the clipboard's text; "" if it has none."""
        try:
            return run(tool.paste, "", self._environ, limit=self._limit, answer=True)
        except ClipboardError as error:
            if any(part in str(error).lower() for part in _NO_TEXT):
                return ""
            raise

    def _write(self, argv: tuple[str, ...], text: str) -> None:
        run(argv, text, self._environ, limit=self._limit)


def tool_for(environ: Mapping[str, str]) -> DesktopTool:
    """Return the tool for the desktop that `environ` names.

    Raises:
        ClipboardError: there is no desktop, or no tool for it is installed.
    """
    if sys.platform == "darwin":
        return _MACOS
    from shutil import which

    def installed(tool: DesktopTool) -> bool:
        path = environ.get("PATH")
        return all(which(argv[0], path=path) for argv in (tool.copy, tool.paste))

    wayland, x11 = environ.get("WAYLAND_DISPLAY"), environ.get("DISPLAY")
    candidates = (_WSL, *([_WAYLAND] if wayland else []), *(_X11 if x11 else []))
    for tool in candidates:
        if installed(tool):
            return tool
    if not wayland and not x11:
        raise ClipboardError("There is no desktop to copy to.")
    raise ClipboardError(
        "No clipboard tool is installed.",
        "Install wl-clipboard." if wayland else "Install xclip or xsel.",
    )
