"""Reads config.toml, and reports each mistake with its line."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tui.config.schema import MAX_KDF_WORK, SETTINGS, Config, KdfConfig, KeyChoice, Setting
from tui.errors import ConfigError
from tui.paths import config_path, named_config
from tui.text import safe

SIZE_LIMIT = 64 * 1024
"""Maximum size of the settings file, in bytes."""
LINE_LIMIT = 4096
"""Maximum length of a line in the settings file, in characters."""
KEYS = "keys"
"""The section with the keys of commands."""
_DEFAULTS = "Using the defaults."
_BY_KEY = {setting.key: setting for setting in SETTINGS}
_SECTIONS = {setting.section for setting in SETTINGS if setting.section}


def load_option(option: str | None = None) -> tuple[Config, tuple[str, ...]]:
    """Load the file that `option` (--config) or $OTP_TUI_CONFIG names, or the default one.

    A file that the user named must exist: see `load`.
    """
    path = config_path(option)
    if path is None:
        return Config(), ()
    return load(path, must_exist=named_config(option) is not None)


def load(path: Path, *, must_exist: bool = False) -> tuple[Config, tuple[str, ...]]:
    """Return the settings in a file, and a sentence for each mistake in it.

    Invalid settings get their defaults. Unless `must_exist`, a missing file counts as empty.

    Raises:
        ConfigError: `must_exist`, and the file can't be read.
    """
    name = safe(str(path))
    try:
        data = _bytes(path)
    except OSError as error:
        if must_exist:
            raise ConfigError(f"Can't read {name}: {error.strerror}.") from None
        if isinstance(error, FileNotFoundError):
            return Config(), ()
        return Config(), (f"Can't read {name}: {error.strerror}. {_DEFAULTS}",)
    return parse(data, name)


def load_vault(path: Path) -> str | None:
    """Return the setting `vault` of a settings file; None for the default location.

    A file that can't be read has no default: it may name another vault.

    Raises:
        ConfigError: the file can't be read, or `vault` is no path.
    """
    name = safe(str(path))
    hint = "Correct it, or use --vault PATH."
    setting = _BY_KEY["vault"]
    try:
        tree = _tree(_bytes(path), name)
        value = tree.get(setting.key)
        return None if value is None else setting.type.read(value)
    except OSError as error:
        if isinstance(error, FileNotFoundError) and not path.is_symlink():
            return None
        raise ConfigError(f"Can't read {name}: {error.strerror}.", hint) from None
    except ConfigError as error:
        raise ConfigError(str(error), hint) from None
    except ValueError:
        raise ConfigError(f"{name}: vault must be {setting.type.allowed}.", hint) from None


def _bytes(path: Path) -> bytes:
    """Return the bytes of a settings file, up to one more than allowed. Never waits for a pipe.

    Raises:
        OSError: the system refused, or it is neither a regular file nor /dev/null.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        nothing = os.path.samestat(status, Path(os.devnull).stat())
        if not stat.S_ISREG(status.st_mode) and not nothing:
            raise OSError(errno.EINVAL, "not a regular file")
        with open(descriptor, "rb", closefd=False) as file:
            return file.read(SIZE_LIMIT + 1)
    finally:
        os.close(descriptor)


def parse(data: bytes, name: str = "config.toml") -> tuple[Config, tuple[str, ...]]:
    """Return the settings in a file's bytes, and a sentence for each mistake; never raise.

    `name` is the file's name in the first sentence, already safe to show.
    """
    try:
        tree = _tree(data, name)
    except ConfigError as error:
        return Config(), (f"{error} {_DEFAULTS}",)
    return _Reading(name, data.decode("utf-8-sig")).settings(tree)


def _tree(data: bytes, name: str) -> dict[str, Any]:
    """Return the TOML in a file's bytes.

    Raises:
        ConfigError: it can't be read as a whole.
    """
    if len(data) > SIZE_LIMIT:
        raise ConfigError(f"{name} is larger than 64 KiB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}, line {line}: not UTF-8.") from None
    if not text.strip():
        return {}
    if line := too_long_line(text):
        raise ConfigError(f"{name}, line {line}: longer than {LINE_LIMIT} characters.")
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(_not_toml(name, text, str(error))) from None


def too_long_line(text: str) -> int:
    """Return the number of the first line longer than `LINE_LIMIT`; 0 if there is none.

    tomllib takes many seconds for a dotted key of ten thousand names.
    """
    lines = enumerate(text.split("\n"), 1)
    return next((number for number, line in lines if len(line) > LINE_LIMIT), 0)


def _not_toml(name: str, text: str, reason: str) -> str:
    found = re.search(r"\(at (?:line (\d+)|end)", reason)
    if found is None:
        return f"{name}: not a TOML file."
    line = found[1] or len(text.splitlines())
    return f"{name}, line {line}: not valid TOML."


class _Reading:
    """Reads the values of one file and collects its mistakes."""

    def __init__(self, name: str, text: str) -> None:
        self._name = name
        self._text = text
        self._lines: dict[tuple[str, ...], int] | None = None
        self._mistakes: list[tuple[int, str]] = []

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
                value = setting.type.read(given)
            except ValueError:
                self._not_allowed(setting)
            else:
                (sections[section] if section else top)[key] = value
        kdf = KdfConfig(**sections["kdf"])
        if kdf.mistake:
            key = "memory_mib" if "memory_mib" in sections["kdf"] else "time_cost"
            self._add(
                ("kdf", key),
                f"kdf.memory_mib times kdf.time_cost must be at most {MAX_KDF_WORK}. "
                "Using the defaults of both.",
            )
            kdf = KdfConfig(parallelism=kdf.parallelism)
        return Config(**top, kdf=kdf, keys=keys), self._sentences()

    def _sentences(self) -> tuple[str, ...]:
        """Return the mistakes in file order; only the first names the file."""
        sentences: list[str] = []
        for line, mistake in sorted(self._mistakes, key=lambda mistake: mistake[0]):
            if sentences:
                sentences.append(f"Line {line}: {mistake}" if line else mistake)
            else:
                where = f", line {line}" if line else ""
                sentences.append(f"{self._name}{where}: {mistake}")
        return tuple(sentences)

    def _keys(self, given: object) -> tuple[KeyChoice, ...]:
        if not isinstance(given, dict):
            self._add((KEYS,), f"{KEYS} must be a section: [{KEYS}]. Using its defaults.")
            return ()
        if not given:
            return ()
        chosen = []
        for name, value in given.items():
            keys = [value] if isinstance(value, str) else value
            if isinstance(keys, list) and all(isinstance(key, str) for key in keys):
                chosen.append(KeyChoice(name, tuple(keys), self._line((KEYS, name))))
            else:
                what = f'{KEYS}.{safe(name, 80)} must be a key, e.g. "ctrl+s", or a list of keys'
                self._add((KEYS, name), f"{what}. Using the default.")
        from tui.config.keymap import check

        valid, mistakes = check(chosen)
        self._mistakes += mistakes
        return valid

    def _given(self, tree: dict[str, Any]) -> Iterator[tuple[str, str, object]]:
        for key, value in tree.items():
            if key not in _SECTIONS:
                yield "", key, value
            elif isinstance(value, dict):
                yield from ((key, name, inner) for name, inner in value.items())
            else:
                self._add((key,), f"{key} must be a section: [{key}]. Using its defaults.")

    def _not_allowed(self, setting: Setting) -> None:
        default = "the default" if setting.default in (None, ()) else _shown(setting.default)
        self._add(setting.path, f"{setting.key} must be {setting.type.allowed}. Using {default}.")

    def _unknown(self, section: str, key: str) -> None:
        from difflib import get_close_matches

        full = f"{section}.{key}" if section else key
        near = get_close_matches(full[:80], [*_BY_KEY, *_SECTIONS, KEYS], 1) or [
            known.key for known in SETTINGS if known.name == key
        ]
        suggestion = f" Did you mean {near[0]}?" if near else ""
        path = (section, key) if section else (key,)
        self._add(path, f"unknown setting {safe(full, 80)}.{suggestion}")

    def _add(self, path: tuple[str, ...], mistake: str) -> None:
        self._mistakes.append((self._line(path), mistake))

    def _line(self, path: tuple[str, ...]) -> int:
        if self._lines is None:
            self._lines = _lines(self._text)
        return self._lines.get(path) or self._lines.get(path[:1]) or 0


def _shown(value: object) -> str:
    """Return a value as TOML has it."""
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


_ENDS = ("]", "}", '"""', "'''")
"""What the last line of a statement has if it is not the first."""


def _lines(text: str) -> dict[tuple[str, ...], int]:
    """Return the line on which each section and key of a TOML file starts.

    tomllib doesn't tell. So lines are collected until they parse on their own: that is one
    statement, whatever strings and arrays it spans.
    """
    import tomllib

    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    statement = ""
    first = 1
    for number, line in enumerate(text.split("\n"), 1):
        statement += line + "\n"
        if number > first and not any(mark in line for mark in _ENDS):
            continue
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
