"""Copying to the desktop, or through the terminal if that fails."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.clipboard.helpers import CODE
from tui.clipboard import Handover
from tui.clipboard.fallback import FallbackClipboard
from tui.clipboard.native import NativeClipboard
from tui.clipboard.osc52 import Osc52Clipboard, osc52
from tui.errors import ClipboardError

TOOL = """#!/bin/sh
held=$(dirname "$0")/held
test -e "$held.broken" && exit 1
case "$*" in *o) cat "$held" ;; *) cat > "$held" ;; esac
"""
"""An xclip or xsel that keeps the clipboard in `held`, and fails if there is `held.broken`."""


@dataclass
class Desktop:
    """A desktop and a terminal, and what they were given."""

    folder: Path
    sent: list[str] = field(default_factory=list)

    @property
    def held(self) -> str:
        return (self.folder / "held").read_text()

    def breaks(self) -> None:
        (self.folder / "held.broken").touch()

    def works(self) -> None:
        (self.folder / "held.broken").unlink()

    def clipboard(self) -> FallbackClipboard:
        path = f"{self.folder}:{os.environ['PATH']}"
        environ = {"PATH": path, "DISPLAY": ":0", "TERM": "xterm", "HOME": str(self.folder)}
        return FallbackClipboard(
            NativeClipboard(environ), Osc52Clipboard(environ, self.sent.append)
        )


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    for name in ("xclip", "xsel"):
        (tmp_path / name).write_text(TOOL)
        (tmp_path / name).chmod(0o755)
    return Desktop(tmp_path)


def test_clearing_includes_the_code_that_the_desktop_got_before_it_failed(
    desktop: Desktop,
) -> None:
    clipboard = desktop.clipboard()
    clipboard.copy(CODE)
    desktop.breaks()
    assert "Sent to the terminal" in clipboard.copy("118204").says
    desktop.works()
    clipboard.clear()
    assert desktop.held == ""
    assert desktop.sent[-1] == osc52("")


def test_the_terminal_is_cleared_even_if_the_desktop_cannot_be(desktop: Desktop) -> None:
    clipboard = desktop.clipboard()
    clipboard.copy(CODE)
    desktop.breaks()
    clipboard.copy("118204")
    with pytest.raises(ClipboardError):
        clipboard.clear()
    assert desktop.sent[-1] == osc52("")
    desktop.works()
    clipboard.clear()
    assert desktop.held == ""


def test_another_process_clears_both(desktop: Desktop) -> None:
    clipboard = desktop.clipboard()
    clipboard.copy(CODE)
    assert clipboard.handover() == Handover(("native",), (CODE,))
    desktop.breaks()
    clipboard.copy("118204")
    handover = clipboard.handover()
    assert handover is not None
    assert handover.way == ("auto",)
    desktop.works()
    other = desktop.clipboard()
    other.take_over(handover.texts)
    other.clear()
    assert desktop.held == ""
    assert desktop.sent[-1] == osc52("")
