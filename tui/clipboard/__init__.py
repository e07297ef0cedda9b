"""Copies codes, with the clipboard in the settings or the first one that applies.

If a clipboard can be read back, copies are verified, and only our own code is cleared. If it can't
(a terminal by OSC 52, a command), clearing removes whatever is there, which may be something else:
it is cleared only while the user expects that, and the user is told.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui.clipboard.base import COPIED, GIVEN, SENT, Clipboard, Handover, Outcome
from tui.clipboard.command import CommandClipboard
from tui.clipboard.copier import Copier
from tui.clipboard.fallback import FallbackClipboard
from tui.clipboard.native import NativeClipboard
from tui.clipboard.osc52 import Osc52Clipboard, over_ssh, write_to_terminal
from tui.clipboard.tmux import TmuxClipboard
from tui.errors import ClipboardError

if TYPE_CHECKING:
    from tui.config.schema import Config

__all__ = [
    "COPIED",
    "GIVEN",
    "SENT",
    "Clipboard",
    "Copier",
    "Handover",
    "NoClipboard",
    "Outcome",
    "choose",
    "over_ssh",
    "write_to_terminal",
]


class NoClipboard:
    """Refuses to copy."""

    def expect(self) -> Outcome:
        raise ClipboardError(
            "Copying is off.", 'Set clipboard = "auto" in the settings to turn it on.'
        )

    def copy(self, text: str) -> Outcome:
        return self.expect()

    def clear(self, *, unseen: bool = True) -> str:
        return ""

    def handover(self) -> None:
        return None

    def take_over(self, texts: tuple[str, ...]) -> None:
        """Do nothing, as nothing was copied."""


def choose(config: Config, environ: Mapping[str, str], write: Callable[[str], object]) -> Clipboard:
    """Return the clipboard in the settings, or for "auto" the first one that applies.

    The order is: the command in the settings; inside tmux, tmux; over SSH or without a display, OSC
    52; the desktop, and OSC 52 if that fails. `write` sends an escape sequence to the terminal, or
    raises OSError: the app passes its driver's method, the command line `write_to_terminal`.
    Imports, runs and writes nothing yet.
    """
    match config.clipboard:
        case "off":
            return NoClipboard()
        case "osc52":
            return Osc52Clipboard(environ, write)
        case "tmux":
            return TmuxClipboard(environ, write)
        case "native":
            return NativeClipboard(environ)
    if config.clipboard_command:
        return CommandClipboard(config.clipboard_command, environ)
    if environ.get("TMUX") and _on_path("tmux", environ):
        return TmuxClipboard(environ, write)
    if over_ssh(environ) or not _has_display(environ):
        return Osc52Clipboard(environ, write)
    return FallbackClipboard(NativeClipboard(environ), Osc52Clipboard(environ, write))


def _has_display(environ: Mapping[str, str]) -> bool:
    return sys.platform == "darwin" or bool(
        environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    )


def _on_path(program: str, environ: Mapping[str, str]) -> bool:
    from shutil import which

    return which(program, path=environ.get("PATH")) is not None
