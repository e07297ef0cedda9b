"""What config.toml may say: all settings in one table, and how the file is read.

A setting is a field of `Config` (or of one of its sections) made by `_setting`: its name,
default, kind and help are said there once. Reading, what is told of a wrong value, and a
screen that shows the settings all come from `SETTINGS`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from tui.errors import ConfigError
from tui.kinds import Choice, Command, FilePath, Flag, Kind, Number
from tui.paths import config_path, named_config
from tui.text import safe

_T = TypeVar("_T")
_SIZE_LIMIT = 64 * 1024
_KDF_WORK_LIMIT = 4096
"""Most MiB times passes; the vault's reader has the same bound (4 GiB)."""


def _setting(default: _T, kind: Kind, about: str) -> _T:
    made: _T = field(default=default, metadata={"kind": kind, "about": about})
    return made


@dataclass(frozen=True, slots=True)
class KdfConfig:
    """What Argon2id costs when a vault is made or its password changes."""

    memory_mib: int = _setting(
        64, Number(19, 1024, "MiB"), "Memory that each guess at the password takes."
    )
    time_cost: int = _setting(3, Number(2, 16, "passes"), "How often that memory is filled.")
    parallelism: int = _setting(4, Number(1, 16, "lanes"), "How many processors can share it.")


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `Config()` has the defaults."""

    vault: str | None = _setting(
        None, FilePath(), "Where the vault is; empty for vault.json in the XDG data folder."
    )
    countdown: str = _setting(
        "auto",
        Choice(("auto", "each", "shared")),
        "Seconds left: on each row, or one countdown shared by all rows with the commonest "
        "period; auto is shared over SSH and each elsewhere.",
    )
    hide_codes: bool = _setting(
        False, Flag(), "Whether codes are dots until their row is selected or copied."
    )
    smart_copy: int = _setting(
        3,
        Number(0, 30, "seconds"),
        "With fewer seconds left than this a copy takes the next code, and says so; 0 for never.",
    )
    lock_after: float = _setting(
        5,
        Number(0, 1440, "minutes", whole=False),
        "Minutes without a key before the vault locks; 0 for never.",
    )
    clipboard: str = _setting(
        "auto",
        Choice(("auto", "osc52", "tmux", "native", "off")),
        "How codes are copied: through the terminal (osc52), tmux, the desktop (native), not at "
        "all (off), or the first that applies (auto).",
    )
    clipboard_command: tuple[str, ...] = _setting(
        (),
        Command(),
        "A command that gets the code on its standard input; auto uses it before all else.",
    )
    clipboard_clear: int = _setting(
        30,
        Number(0, 3600, "seconds"),
        "Seconds after which a copied code is taken off the clipboard; 0 for only on lock and "
        "on exit.",
    )
    password_command: tuple[str, ...] = _setting(
        (),
        Command(),
        "A command whose first line of output is the vault's password, for unattended use.",
    )
    kdf: KdfConfig = field(default_factory=KdfConfig)


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    section: str
    """The table of the file that it stands in; empty at the top."""
    name: str
    """Its key there."""
    default: Any
    """Its value where the file says nothing, or something wrong."""
    kind: Kind
    """What it may be."""
    about: str
    """Its help: one sentence."""

    @property
    def key(self) -> str:
        """The section and the name, with a dot between them."""
        return f"{self.section}.{self.name}" if self.section else self.name


def _settings(of: object, section: str = "") -> Iterator[Setting]:
    for one in fields(of):  # type: ignore[arg-type]
        value = getattr(of, one.name)
        if is_dataclass(value):
            yield from _settings(value, one.name)
        else:
            yield Setting(section, one.name, value, one.metadata["kind"], one.metadata["about"])


SETTINGS: tuple[Setting, ...] = tuple(_settings(Config()))
"""Every setting, in the order of config.example.toml."""

_BY_KEY = {setting.key: setting for setting in SETTINGS}
_SECTIONS = {setting.section for setting in SETTINGS if setting.section}


def load_option(option: str | None = None) -> tuple[Config, tuple[str, ...]]:
    """Read the settings that `option` (--config), $OTP_TUI_CONFIG or the XDG folder hold.

    As `load`; a file that the user named has to be there.
    """
    return load(config_path(option), must_exist=named_config(option) is not None)


def load(path: Path, *, must_exist: bool = False) -> tuple[Config, tuple[str, ...]]:
    """Read a settings file: the settings, and a sentence for each thing wrong in it.

    What is wrong has its default. A file that is not there is an empty one, unless
    `must_exist`: then ConfigError is raised if it cannot be read.
    """
    name = safe(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(_SIZE_LIMIT + 1)
    except OSError as error:
        if must_exist:
            raise ConfigError(f"{name} cannot be read: {error.strerror}.") from None
        if isinstance(error, FileNotFoundError):
            return Config(), ()
        return Config(), (f"{name} cannot be read: {error.strerror}; the defaults are used.",)
    return parse(data, name)


def parse(data: bytes, name: str = "config.toml") -> tuple[Config, tuple[str, ...]]:
    """Read a settings file's bytes; the result is that of `load`. Raises nothing.

    `name` stands in the sentences and is shown as it is.
    """
    if len(data) > _SIZE_LIMIT:
        return Config(), (f"{name} is larger than 64 KiB; the defaults are used.",)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Config(), (f"{name}, line {line}: this is not UTF-8; the defaults are used.",)
    if not text.strip():
        return Config(), ()
    import tomllib

    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Config(), (_not_toml(name, text, str(error)),)
    return _Reading(name, text).settings(tree)


def _not_toml(name: str, text: str, reason: str) -> str:
    found = re.search(r"\(at (?:line (\d+)|end)", reason)
    if found is None:
        return f"{name} is not a TOML file; the defaults are used."
    line = found[1] or len(text.splitlines())
    return f"{name}, line {line}: this is not TOML; the defaults are used."


class _Reading:
    """One reading of a file: gathers what is wrong in it."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._lines: dict[tuple[str, ...], int] | None = None
        self._wrong: list[tuple[int, str]] = []

    def settings(self, tree: dict[str, Any]) -> tuple[Config, tuple[str, ...]]:
        top: dict[str, Any] = {}
        sections: dict[str, dict[str, Any]] = {section: {} for section in _SECTIONS}
        for section, key, given in self._given(tree):
            setting = _BY_KEY.get(f"{section}.{key}" if section else key)
            if setting is None or setting.section != section:
                self._unknown(section, key)
                continue
            try:
                value = setting.kind.read(given)
            except ValueError:
                self._not_allowed(setting)
            else:
                (sections[section] if section else top)[key] = value
        kdf = KdfConfig(**sections["kdf"])
        if kdf.memory_mib * kdf.time_cost > _KDF_WORK_LIMIT:
            key = "memory_mib" if "memory_mib" in sections["kdf"] else "time_cost"
            self._tell(
                ("kdf", key),
                f"kdf.memory_mib times kdf.time_cost may be at most {_KDF_WORK_LIMIT}; "
                "the defaults of both are used",
            )
            kdf = KdfConfig(parallelism=kdf.parallelism)
        wrong = tuple(sentence for _, sentence in sorted(self._wrong, key=lambda told: told[0]))
        return Config(**top, kdf=kdf), wrong

    def _given(self, tree: dict[str, Any]) -> Iterator[tuple[str, str, object]]:
        for key, value in tree.items():
            if key not in _SECTIONS:
                yield "", key, value
            elif isinstance(value, dict):
                yield from ((key, name, inner) for name, inner in value.items())
            else:
                self._tell((key,), f"{key} has to be a section, [{key}]; its defaults are used")

    def _not_allowed(self, setting: Setting) -> None:
        path = (setting.section, setting.name) if setting.section else (setting.name,)
        default = "the default" if setting.default in (None, ()) else _shown(setting.default)
        self._tell(path, f"{setting.key} may be {setting.kind.allowed}; {default} is used")

    def _unknown(self, section: str, key: str) -> None:
        from difflib import get_close_matches

        full = f"{section}.{key}" if section else key
        near = get_close_matches(full[:80], [*_BY_KEY, *_SECTIONS], 1) or [
            known.key for known in SETTINGS if known.name == key
        ]
        asked = f"; did you mean {near[0]}?" if near else ""
        path = (section, key) if section else (key,)
        self._tell(path, f"there is no setting {safe(full, 80)}{asked}")

    def _tell(self, path: tuple[str, ...], what: str) -> None:
        if self._lines is None:
            self._lines = _lines(self._text)
        line = self._lines.get(path) or self._lines.get(path[:1]) or 0
        where = f"{self._name}, line {line}" if line else self._name
        self._wrong.append((line, f"{where}: {what}{'' if what.endswith('?') else '.'}"))


def _shown(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return at which line each key of a TOML file begins, sections and keys in them alike.

    tomllib does not tell. Lines are gathered until they parse alone: that is one statement,
    whatever strings and arrays it goes over.
    """
    import tomllib

    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    statement = ""
    first = 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += line + "\n"
        try:
            tree = tomllib.loads(statement)
        except (ValueError, RecursionError):
            continue
        paths = list(_paths(tree))
        if statement.lstrip().startswith("[") and paths:
            table = paths[-1]
            found.setdefault(table[:2], first)
        else:
            for path in paths:
                found.setdefault((*table, *path)[:2], first)
        statement = ""
        first = number + 1
    return found


def _paths(tree: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for key, value in tree.items():
        yield (key,)
        if isinstance(value, dict):
            yield from ((key, inner) for inner in value)
