"""Copies codes, with the clipboard in the settings or the first one that applies.

If a clipboard can be read back, copies are verified, and only our own code is cleared. If it can't
(a terminal by OSC 52, a command), clearing removes whatever is there: it may be something else, but
no code is left behind.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.clipboard.base import Clipboard, Outcome
from tui.clipboard.command import CommandClipboard
from tui.clipboard.copier import Copier
from tui.clipboard.native import NativeClipboard
from tui.clipboard.osc52 import Osc52Clipboard, write_to_terminal
from tui.clipboard.tmux import TmuxClipboard
from tui.errors import ClipboardError

if TYPE_CHECKING:
    from tui.config.schema import Config

__all__ = [
    "Clipboard",
    "Copier",
    "NoClipboard",
    "Outcome",
    "choose",
    "over_ssh",
    "write_to_terminal",
]


class NoClipboard:
    """Refuses to copy."""

    def copy(self, text: str) -> Outcome:
        raise ClipboardError(
            "Copying is off.", 'Set clipboard = "auto" in the settings to turn it on.'
        )

    def clear(self) -> None:
        """Do nothing, as nothing was copied."""


def choose(config: Config, environ: Mapping[str, str], write: Callable[[str], object]) -> Clipboard:
    """Return the clipboard in the settings, or for "auto" the first one that applies.

    The order is: the command in the settings; inside tmux, tmux; over SSH or without a display, OSC
    52; the desktop. `write` sends an escape sequence to the terminal, or raises OSError: the app
    passes its driver's method, the command line `write_to_terminal`. Imports, runs and writes
    nothing yet.
    """
    match config.clipboard:
        case "off":
            return NoClipboard()
        case "osc52":
            return Osc52Clipboard(environ, write)
        case "tmux":
            return TmuxClipboard(environ)
        case "native":
            return NativeClipboard(environ)
    if config.clipboard_command:
        return CommandClipboard(config.clipboard_command, environ)
    if environ.get("TMUX") and _on_path("tmux", environ):
        return TmuxClipboard(environ)
    if over_ssh(environ) or not _has_display(environ):
        return Osc52Clipboard(environ, write)
    return NativeClipboard(environ)


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Return True if the terminal is at the other end of an SSH connection."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def _has_display(environ: Mapping[str, str]) -> bool:
    return sys.platform == "darwin" or bool(
        environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    )


def _on_path(program: str, environ: Mapping[str, str]) -> bool:
    from shutil import which

    return which(program, path=environ.get("PATH")) is not None
