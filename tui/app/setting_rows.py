"""The rows of the settings screen: all settings, then the keys of all commands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.app.commands import key_label
from tui.config.commands import COMMANDS
from tui.config.keymap import Keymap
from tui.config.schema import SETTINGS, Config, Setting

KEYS = "keys"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting, or the keys of a command."""

    group: str
    """Its heading."""
    label: str
    """A noun."""
    path: tuple[str, ...]
    """Its path in the file: section, if any, and key."""
    help: str
    """What it does."""
    setting: Setting | None = None
    """The setting; None for keys."""

    @property
    def key(self) -> str:
        """Its path in the file, joined with dots."""
        return ".".join(self.path)

    @property
    def command(self) -> str:
        """Id of the command whose keys it shows."""
        return self.path[-1]

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values to step through; () if one is typed or pressed."""
        return self.setting.type.choices if self.setting else ()

    def shown(self, config: Config, keymap: Keymap, *, ascii_only: bool = False) -> str:
        """Return the text to show for its value."""
        if self.setting is not None:
            return self.setting.type.shown(self.setting.of(config))
        keys = keymap.of(self.command)
        return "  ".join(key_label(key, ascii_only=ascii_only) for key in keys) or "no key"

    def is_default(self, config: Config, keymap: Keymap) -> bool:
        """Return True if it has its default value."""
        if self.setting is None:
            return self.command not in keymap.changed
        return bool(self.setting.of(config) == self.setting.default)


def rows() -> list[SettingRow]:
    """Return all rows, in the order of config.example.toml."""
    settings = [SettingRow(each.group, each.label, each.path, each.help, each) for each in SETTINGS]
    keys = [
        SettingRow("Keys", each.help, (KEYS, each.id), "The keys of this command.")
        for each in COMMANDS
    ]
    return settings + keys
