"""The settings of the running app: changes apply at once and are saved."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tui.app.threads import in_thread
from tui.config.keymap import BY_ID, Keymap, refusal
from tui.config.schema import SETTINGS, Config, KeyChoice
from tui.errors import ConfigError

_BY_PATH = {setting.path: setting for setting in SETTINGS}
_UNTIL_EXIT = "The change applies until you quit."

Tell = Callable[[str, str], None]
"""Shows a sentence in a tone of the status line."""


class Settings:
    """Stores the settings, and changes them in the app and in the file."""

    def __init__(
        self,
        config: Config,
        file: Path | None,
        *,
        apply: Callable[[Config, Config], None],
        start: Callable[[Coroutine[Any, Any, None]], asyncio.Future[None]],
        tell: Tell,
    ) -> None:
        """`file` is the path of the settings file, which may not exist; None to save nothing.
        `apply` applies changed settings (before, after), `start` runs a coroutine to its end,
        `tell` shows the result of saving.
        """
        self.config = config
        self.file = file
        self._apply, self._start, self._tell = apply, start, tell
        self._unsaved: dict[tuple[str, ...], Any] = {}
        self._saving: asyncio.Future[None] | None = None

    def set(self, path: tuple[str, ...], value: Any) -> None:
        """Change the setting at `path` ("kdf", "time_cost"), and save it.

        Raises:
            ValueError: the settings don't work together; the text is a message to show.
        """
        setting = _BY_PATH[path]
        self._change(setting.set_in(self.config, value), path, setting.type.to_toml(value))

    def reset(self, path: tuple[str, ...]) -> None:
        """Change the setting at `path` to its default, and remove it from the file.

        Raises:
            ValueError: as `set`.
        """
        setting = _BY_PATH[path]
        self._change(setting.set_in(self.config, setting.default), path, None)

    def set_keys(self, command: str, keys: tuple[str, ...] | None) -> None:
        """Give a command other keys, or its default ones (None), and save that.

        Raises:
            ValueError: the command can't have them; the text is a message to show.
        """
        chosen = [choice for choice in self.config.keys if choice.command != command]
        if keys is None:
            given, value = BY_ID[command].keys, None
        else:
            given, value = keys, keys[0] if len(keys) == 1 else list(keys)
            chosen.append(KeyChoice(command, keys))
        if reason := refusal(command, given, Keymap(self.config.keys)):
            raise ValueError(reason)
        self._change(replace(self.config, keys=tuple(chosen)), ("keys", command), value)

    async def finish(self) -> None:
        """Wait until everything is saved."""
        if self._saving is not None:
            await self._saving

    def _change(self, config: Config, path: tuple[str, ...], value: Any) -> None:
        if config.kdf.mistake:
            raise ValueError(config.kdf.mistake)
        before, self.config = self.config, config
        self._apply(before, config)
        self._unsaved[path] = value
        if self._saving is None or self._saving.done():
            self._saving = self._start(self._save())

    async def _save(self) -> None:
        """Save all changes, including those made meanwhile, one write at a time."""
        while self._unsaved:
            changes, self._unsaved = self._unsaved, {}
            file = self.file
            if file is None:
                self._tell(f"No settings file is in use. {_UNTIL_EXIT}", "warning")
                continue
            try:
                await in_thread(partial(_write, file, changes))
            except ConfigError as error:
                self._tell(f"Couldn't save: {error.sentence} {_UNTIL_EXIT}", "error")
            else:
                names = ", ".join(f"“{_label(path)}”" for path in changes)
                self._tell(f"Setting saved: {names}.", "strong")


def _label(path: tuple[str, ...]) -> str:
    """Return what the settings screen calls a setting, or the command that has the keys."""
    setting = _BY_PATH.get(path)
    return BY_ID[path[-1]].help if setting is None else setting.label


def _write(file: Path, changes: dict[tuple[str, ...], Any]) -> None:
    from tui.config.save import save

    save(file, changes)
