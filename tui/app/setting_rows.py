"""The settings as rows: what each is called, what it holds, and what it may become. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui.app.commands import shown
from tui.app.symbols import UNICODE, Symbols
from tui.config.commands import COMMANDS
from tui.config.keymap import Keymap
from tui.config.schema import KDF_WORK_LIMIT, SETTINGS, Config, KdfConfig, KeyChoice, Setting
from tui.config.value_types import Choice, Command, Flag, Number

KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Row:
    """One setting, or the keys of one command."""

    group: str
    """Its heading."""
    label: str
    """What it is called."""
    path: tuple[str, ...]
    """Where it stands in the file: its section, if it is in one, and its key."""
    about: str
    """What it does."""
    setting: Setting | None = None
    """The setting; None for a command's keys."""

    @property
    def key(self) -> str:
        """Its place in the file as people write it."""
        return ".".join(self.path)

    @property
    def choices(self) -> tuple[Any, ...]:
        """The values to go through; none where it is typed or pressed."""
        kind = self.setting.kind if self.setting else None
        if isinstance(kind, Choice):
            return kind.values
        return (False, True) if isinstance(kind, Flag) else ()


def rows() -> list[Row]:
    """Return all of them, in the order of config.example.toml."""
    made, group = [], ""
    for setting in SETTINGS:
        group = setting.group or group
        path = (setting.section, setting.name) if setting.section else (setting.name,)
        made.append(Row(group, setting.label, path, setting.about, setting))
    for command in COMMANDS:
        about = f"{command.help}. A key can belong to one command only."
        made.append(Row("Keys", command.help, (KEYS, command.id), about))
    return made


def value_text(row: Row, config: Config, keymap: Keymap, symbols: Symbols = UNICODE) -> str:
    """Return what a row holds, as people read it."""
    if row.setting is None:
        keys = keymap.of(row.path[1])
        return "  ".join(symbols.key(shown(key)) for key in keys) or "no key"
    value, kind = row.setting.of(config), row.setting.kind
    if isinstance(kind, Flag):
        return "yes" if value else "no"
    if isinstance(kind, Number):
        return f"{value:g} {kind.unit.removesuffix('s') if value == 1 else kind.unit}"
    if value in (None, ()):
        return "none" if isinstance(kind, Command) else "the usual place"
    return typed_text(row, config)


def is_default(row: Row, config: Config, keymap: Keymap) -> bool:
    """Return whether a row holds what it would without a settings file."""
    if row.setting is None:
        return row.path[1] not in keymap.changed
    return bool(row.setting.of(config) == row.setting.default)


def typed_text(row: Row, config: Config) -> str:
    """Return what a row holds, as it is typed."""
    if row.setting is None:
        return ""
    value = row.setting.of(config)
    if isinstance(row.setting.kind, Number):
        return f"{value:g}"
    if isinstance(row.setting.kind, Command):
        import shlex

        return shlex.join(value)
    return str(value or "")


def read(setting: Setting, text: str, config: Config) -> Any:
    """Return the value that was typed.

    Raises:
        ValueError: it may not be that; its text says what it may be.
    """
    kind, text = setting.kind, text.strip()
    given: object = text
    try:
        if isinstance(kind, Number):
            given = int(text) if text.lstrip("+-").isdecimal() else float(text)
        value = kind.read(given)
    except ValueError:
        raise ValueError(f"It may be {kind.allowed}.") from None
    if mistake := too_costly(with_value(setting, value, config)):
        raise ValueError(mistake)
    return value


def too_costly(config: Config) -> str:
    """Return what to tell of a password cost that no vault may have; "" if it may."""
    if config.kdf.memory_mib * config.kdf.time_cost <= KDF_WORK_LIMIT:
        return ""
    return f"Memory times passes may be at most {KDF_WORK_LIMIT}."


def with_value(setting: Setting, value: Any, config: Config) -> Config:
    """Return the settings with another value of one."""
    if not setting.section:
        return replace(config, **{setting.name: value})
    kdf: KdfConfig = replace(config.kdf, **{setting.name: value})
    return replace(config, kdf=kdf)


def with_keys(row: Row, keys: Sequence[str] | None, config: Config) -> Config:
    """Return the settings with other keys for a row's command; None: the table's."""
    name = row.path[1]
    others = tuple(choice for choice in config.keys if choice.command != name)
    return replace(config, keys=others if keys is None else (*others, KeyChoice(name, tuple(keys))))


def in_file(value: Any) -> Any:
    """Return a value as the file has it."""
    if value is None:
        return ""
    return list(value) if isinstance(value, tuple) else value
