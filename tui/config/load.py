"""How config.toml is read, and how what is wrong in it is told."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.config.schema import KDF_WORK_LIMIT, SETTINGS, Config, KdfConfig, KeyChoice, Setting
from tui.errors import ConfigError
from tui.paths import config_path, named_config
from tui.text import safe

__all__ = [
    "SETTINGS", "SIZE_LIMIT", "Config", "KdfConfig", "KeyChoice", "Setting", "load",
    "load_option", "parse",
]  # fmt: skip

SIZE_LIMIT = 64 * 1024
"""Most bytes that a settings file may have."""
LINE_LIMIT = 4096
"""Most characters that one of its lines may have."""
KEYS = "keys"
"""The section that is no setting."""
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
        data = _bytes(path)
    except OSError as error:
        if must_exist:
            raise ConfigError(f"{name} cannot be read: {error.strerror}.") from None
        if isinstance(error, FileNotFoundError):
            return Config(), ()
        return Config(), (f"{name} cannot be read: {error.strerror}; the defaults are used.",)
    return parse(data, name)


def _bytes(path: Path) -> bytes:
    """Return what a settings file holds, or a byte more than it may; a pipe is not waited for.

    Raises:
        OSError: the system refused, or it is neither a file nor /dev/null.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        nothing = os.path.samestat(status, Path(os.devnull).stat())
        if not stat.S_ISREG(status.st_mode) and not nothing:
            raise OSError(errno.EINVAL, "it is not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(SIZE_LIMIT + 1)
    finally:
        os.close(descriptor)


def parse(data: bytes, name: str = "config.toml") -> tuple[Config, tuple[str, ...]]:
    """Read a settings file's bytes; the result is that of `load`. Raises nothing.

    `name` stands in the sentences and is shown as it is.
    """
    if len(data) > SIZE_LIMIT:
        return Config(), (f"{name} is larger than 64 KiB; the defaults are used.",)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return Config(), (f"{name}, line {line}: this is not UTF-8; the defaults are used.",)
    if not text.strip():
        return Config(), ()
    if line := too_long_line(text):
        why = f"is longer than {LINE_LIMIT} characters"
        return Config(), (f"{name}, line {line} {why}; the defaults are used.",)
    import tomllib

    try:
        tree = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        return Config(), (_not_toml(name, text, str(error)),)
    return _Reading(name, text).settings(tree)


def too_long_line(text: str) -> int:
    """Return the number of the first line that is longer than one may be; 0 for none.

    A key of ten thousand names would take the reader of TOML many seconds.
    """
    lines = enumerate(text.split("\n"), 1)
    return next((number for number, line in lines if len(line) > LINE_LIMIT), 0)


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
        keys = self._keys(tree.pop(KEYS, {}))
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
        if kdf.memory_mib * kdf.time_cost > KDF_WORK_LIMIT:
            key = "memory_mib" if "memory_mib" in sections["kdf"] else "time_cost"
            self._tell(
                ("kdf", key),
                f"kdf.memory_mib times kdf.time_cost may be at most {KDF_WORK_LIMIT}; "
                "the defaults of both are used",
            )
            kdf = KdfConfig(parallelism=kdf.parallelism)
        wrong = tuple(sentence for _, sentence in sorted(self._wrong, key=lambda told: told[0]))
        return Config(**top, kdf=kdf, keys=keys), wrong

    def _keys(self, given: object) -> tuple[KeyChoice, ...]:
        if not isinstance(given, dict):
            self._tell((KEYS,), f"{KEYS} has to be a section, [{KEYS}]; its defaults are used")
            return ()
        made = []
        for name, value in given.items():
            keys = [value] if isinstance(value, str) else value
            if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
                made.append(KeyChoice(name, tuple(keys), self._line((KEYS, name))))
            else:
                what = f'{KEYS}.{safe(name, 80)} may be a key such as "ctrl+s", or a list of keys'
                self._tell((KEYS, name), f"{what}; the default is used")
        return tuple(made)

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
        near = get_close_matches(full[:80], [*_BY_KEY, *_SECTIONS, KEYS], 1) or [
            known.key for known in SETTINGS if known.name == key
        ]
        asked = f"; did you mean {near[0]}?" if near else ""
        path = (section, key) if section else (key,)
        self._tell(path, f"there is no setting {safe(full, 80)}{asked}")

    def _tell(self, path: tuple[str, ...], what: str) -> None:
        line = self._line(path)
        where = f"{self._name}, line {line}" if line else self._name
        self._wrong.append((line, f"{where}: {what}{'' if what.endswith('?') else '.'}"))

    def _line(self, path: tuple[str, ...]) -> int:
        if self._lines is None:
            self._lines = _lines(self._text)
        return self._lines.get(path) or self._lines.get(path[:1]) or 0


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
