"""Copies with a command from the settings."""

from __future__ import annotations

from collections.abc import Mapping

from tui.clipboard.base import GIVEN, Handover, Outcome
from tui.clipboard.tool import require, run
from tui.paths import expand_program

_LIMIT = 2.0


class CommandClipboard:
    """Passes codes to the standard input of a command; clears with empty input."""

    def __init__(
        self, command: tuple[str, ...], environ: Mapping[str, str], limit: float = _LIMIT
    ) -> None:
        """`command` may start with `~/`; `limit` is its timeout in seconds."""
        self._command = command
        self._argv = expand_program(command)
        self._environ = environ
        self._limit = limit
        self._holds_ours = False

    def expect(self) -> Outcome:
        require(self._argv[0], self._environ)
        return GIVEN

    def copy(self, text: str) -> Outcome:
        require(self._argv[0], self._environ)
        self._holds_ours = True
        run(self._argv, text, self._environ, limit=self._limit)
        return GIVEN

    def clear(self, *, unseen: bool = True) -> str:
        if not self._holds_ours:
            return ""
        if unseen:
            run(self._argv, "", self._environ, limit=self._limit)
        self._holds_ours = False
        return "Ran your clipboard command with no input, to clear it." if unseen else ""

    def handover(self) -> Handover | None:
        return Handover(("command", *self._command), ()) if self._holds_ours else None

    def take_over(self, texts: tuple[str, ...]) -> None:
        self._holds_ours = True
