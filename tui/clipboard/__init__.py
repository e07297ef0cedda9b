"""Copying codes: a ladder of ways, the first that applies is taken.

A way that can be read back says Copied, and empties only what still holds our code. What
cannot be read (a terminal by OSC 52, a command) is emptied whatever it holds by then: that
may take away something else, but never leaves a code behind.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.clipboard.base import Clipboard, Outcome
from tui.clipboard.command import CommandWay
from tui.clipboard.copier import Copier
from tui.clipboard.native import NativeWay
from tui.clipboard.osc52 import Osc52Way, write_to_terminal
from tui.clipboard.tmux import TmuxWay
from tui.errors import ClipboardError

if TYPE_CHECKING:
    from tui.config.schema import Config

__all__ = ["Clipboard", "Copier", "OffWay", "Outcome", "choose", "over_ssh", "write_to_terminal"]


class OffWay:
    """No way at all."""

    def copy(self, text: str) -> Outcome:
        raise ClipboardError(
            "Copying is turned off.", 'Set clipboard = "auto" in the settings to turn it on.'
        )

    def clear(self) -> None:
        """There is nothing to empty."""


def choose(config: Config, environ: Mapping[str, str], write: Callable[[str], object]) -> Clipboard:
    """Return the way to copy that the settings name, or for "auto" the first that applies.

    Those are: the command in the settings; tmux, in it; OSC 52, over SSH or without a
    display; the desktop. `write` puts an escape sequence on the terminal (OSError where it
    cannot): the app gives its driver's, the command line `write_to_terminal`. Nothing is
    imported, run or written yet, and nothing is raised.
    """
    match config.clipboard:
        case "off":
            return OffWay()
        case "osc52":
            return Osc52Way(environ, write)
        case "tmux":
            return TmuxWay(environ)
        case "native":
            return NativeWay(environ)
    if config.clipboard_command:
        return CommandWay(config.clipboard_command, environ)
    if environ.get("TMUX") and _on_path("tmux", environ):
        return TmuxWay(environ)
    if over_ssh(environ) or not _has_display(environ):
        return Osc52Way(environ, write)
    return NativeWay(environ)


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return bool(environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))


def _has_display(environ: Mapping[str, str]) -> bool:
    if sys.platform in {"darwin", "win32", "cygwin"}:
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _on_path(program: str, environ: Mapping[str, str]) -> bool:
    from shutil import which

    return which(program, path=environ.get("PATH")) is not None
