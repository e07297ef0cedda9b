"""What runs in the pseudo-terminal: an empty Textual app, or the code list."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Any

from benchmarks.terminal import START


def _start() -> None:
    sys.stdout.buffer.write(START)
    sys.stdout.buffer.flush()


def empty() -> None:
    """Show one word."""
    _start()
    from textual.app import App, ComposeResult
    from textual.widgets import Static

    class Empty(App[None]):
        def compose(self) -> ComposeResult:
            yield Static("ready")

    Empty().run()


class OpenVault:
    """A vault that was unlocked before the clock started."""

    warnings: tuple[str, ...] = ()
    saved = settled = True

    def __init__(self, count: int) -> None:
        from benchmarks.entries import document

        self.document = document(count)
        self.entries = self.document.entries

    def close(self) -> None:
        """Nothing was opened."""


def codes(count: int, countdown: str) -> None:
    """Show the code list of `count` entries, started as `tui.__main__` starts it."""
    vault: Any = OpenVault(count)
    from tui.config.schema import Config

    config = Config(countdown=countdown, clipboard="off", lock_after=0)
    gc.disable()
    _start()
    from tui.__main__ import _start_app
    from tui.launch import Launch

    _start_app(Launch(vault_path=Path("bench.json"), config=config, vault=vault))


if __name__ == "__main__":
    if sys.argv[1] == "empty":
        empty()
    else:
        codes(int(sys.argv[2]), sys.argv[3])
