"""Keeping changed settings in their file, one after the other, without holding the screen up."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui.app.screens.base import BaseScreen, in_thread
from tui.app.screens.confirm import ConfirmScreen
from tui.config.save import has_remarks, save
from tui.errors import ConfigError
from tui.text import safe


class Keeper:
    """Writes what it is given to keep; asks once before remarks in the file are lost."""

    def __init__(self, screen: BaseScreen[Any], say: Callable[[str, str], None]) -> None:
        """`say` tells how it went: a sentence, and a tone of the status line."""
        self._screen, self._say = screen, say
        self._pending: dict[tuple[str, ...], Any] = {}
        self._saving = False
        self._may: bool | None = None
        """Whether remarks may be lost; None: not asked yet."""

    def keep(self, key: tuple[str, ...], value: Any) -> None:
        """Write a value, as the file has it, or take it out (None)."""
        self._pending[key] = value
        if not self._saving:
            self._saving = True
            self._screen.run_worker(
                self._save(), group="settings", exit_on_error=False, description="save settings"
            )

    async def _save(self) -> None:
        path = self._screen.context.config_file
        try:
            while self._pending:
                changes, self._pending = self._pending, {}
                if path is None:
                    self._say("There is no settings file: this holds until the end.", "warning")
                elif await self._may_write(path):
                    await _write(path, changes)
                    self._say(f"Saved: {', '.join('.'.join(key) for key in changes)}", "strong")
                else:
                    self._say("Not saved: this holds until the end.", "warning")
        except ConfigError as error:
            self._say(f"{error.sentence} The change holds until the end.", "error")
        finally:
            self._saving = False

    async def _may_write(self, path: Path) -> bool:
        if self._may is None and await in_thread(lambda: has_remarks(path)):
            words = (
                f"{short(path)} has remarks (lines with #). They are lost when the app writes "
                "the file; all settings in it stay."
            )
            question = ConfirmScreen("Write the settings file?", words, "yes, write it")
            self._may = await self._screen.app.push_screen_wait(question)
        return self._may is not False


async def _write(path: Path, changes: dict[tuple[str, ...], Any]) -> None:
    await in_thread(lambda: save(path, changes))


def short(path: Path) -> str:
    """Return a path as it is shown, with ~ for the home folder."""
    home = os.path.expanduser("~")  # noqa: PTH111  Path.home raises where there is none
    text = str(path)
    if len(home) > 1 and text.startswith(f"{home}/"):
        text = f"~{text[len(home) :]}"
    return safe(text, 300)
