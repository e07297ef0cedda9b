"""Copying with a command from the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tui.clipboard.base import Outcome
from tui.clipboard.tool import run

_LIMIT = 2.0


class CommandWay:
    """Gives codes to a command on its standard input, and nothing at all to empty it."""

    def __init__(
        self, command: tuple[str, ...], environ: Mapping[str, str], limit: float = _LIMIT
    ) -> None:
        """`limit` is how many seconds the command may take; `~` begins a path of the user's."""
        program, *arguments = command
        if program.startswith("~/"):
            program = str(Path(program).expanduser())
        self._argv = (program, *arguments)
        self._environ = environ
        self._limit = limit
        self._given = False

    def copy(self, text: str) -> Outcome:
        self._given = True
        run(self._argv, text, self._environ, limit=self._limit)
        return Outcome.GIVEN

    def clear(self) -> None:
        if self._given:
            self._given = False
            run(self._argv, "", self._environ, limit=self._limit)
