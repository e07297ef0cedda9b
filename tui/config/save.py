"""Saves settings: changes single values in config.toml and keeps the rest, with comments."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.config.load import SIZE_LIMIT, too_long_line
from tui.errors import ConfigError, FileError
from tui.files import PRIVATE, make_folders, read_limited, replace_file, why
from tui.text import safe

if TYPE_CHECKING:
    from tomlkit.items import Item, Key

Changes = Mapping[tuple[str, ...], Any]
"""Maps the path of a key (section, if any, and name) to a TOML value; None removes it."""


def save(path: Path, changes: Changes) -> None:
    """Apply `changes` to a settings file; don't write it if nothing changes.

    A missing file is created with its folder, private to the user; an existing one keeps its mode.
    It is replaced atomically. For a symbolic link, the target is replaced.

    Raises:
        ConfigError: the file is not valid TOML, or can't be read or written. It is unchanged.
    """
    target = Path(os.path.realpath(path))
    name = safe(str(path), 200)
    data, mode = _read(target, name)
    text, tree = _decoded(data, name)
    wanted = _changed(tree, changes, name)
    if _sorted(wanted) == _sorted(tree):
        return
    new = _edited(text, changes) if text else _made(wanted)
    if _sorted(_decoded(new, name)[1]) != _sorted(wanted):
        raise ConfigError(f"Can't change {name} without losing parts of it.", "Edit it by hand.")
    try:
        make_folders(target.parent)
        replace_file(target, new, mode)
    except OSError as error:
        raise ConfigError(f"Can't write {name}: {why(error)}.") from None


def _read(target: Path, name: str) -> tuple[bytes, int]:
    """Return bytes and mode of the file, or those of a new one if it is missing."""
    try:
        status = target.stat()
    except FileNotFoundError:
        return b"", PRIVATE
    except OSError as error:
        raise ConfigError(f"Can't read {name}: {why(error)}.") from None
    if stat.S_ISREG(status.st_mode) and status.st_size > SIZE_LIMIT:
        raise ConfigError(f"{name} is larger than 64 KiB.")
    try:
        return read_limited(target, SIZE_LIMIT), stat.S_IMODE(status.st_mode)
    except FileError as error:
        raise ConfigError(str(error).replace(safe(str(target), 200), name)) from None


def _decoded(data: bytes, name: str) -> tuple[str, dict[str, Any]]:
    """Return text and values of a TOML file."""
    import tomllib

    try:
        text = data.decode("utf-8-sig")
        if too_long_line(text):
            raise ValueError
        return text, tomllib.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(f"{name} is not a TOML file.", "Repair or remove it first.") from None


def _changed(tree: dict[str, Any], changes: Changes, name: str) -> dict[str, Any]:
    """Return a copy of the values with `changes` applied."""
    from copy import deepcopy

    changed = deepcopy(tree)
    for path, value in changes.items():
        *sections, key = path
        table = changed
        for section in sections:
            if section not in table and value is None:
                break
            table = table.setdefault(section, {})
            if not isinstance(table, dict):
                raise ConfigError(f"{section} in {name} is not a section.", "Repair it first.")
        else:
            if value is None:
                table.pop(key, None)
            else:
                table[key] = value
    return changed


def _sorted(value: Any) -> str:
    """Return a TOML value as text, independent of the order of keys."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {_sorted(value[key])}' for key in sorted(value))}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_sorted, value))}]"
    return repr(value)


def _made(tree: dict[str, Any]) -> bytes:
    import tomli_w

    return tomli_w.dumps(tree).encode()


def _edited(text: str, changes: Changes) -> bytes:
    """Return the file's text with `changes` applied, and everything else unchanged."""
    for path, value in changes.items():
        text = _with(text, path, value)
    return text.encode()


def _with(text: str, path: tuple[str, ...], value: Any) -> str:
    """Return a file's text with one value set, or removed (None)."""
    import tomlkit
    from tomlkit.items import Table

    newline = "\r\n" if "\r\n" in text else "\n"
    document = tomlkit.parse(text if text.endswith("\n") else text + newline)
    *sections, key = path
    table: Any = document
    for section in sections:
        if section not in table and value is not None:
            table[section] = tomlkit.table()
        table = table.get(section, {})
    if value is None:
        table.pop(key, None)
    elif key in table or (isinstance(table, Table) and table.is_super_table()):
        table[key] = value
    elif isinstance(table, Table | tomlkit.TOMLDocument):
        item = tomlkit.item(value)
        item.trivia.trail = newline
        body = table.value.body if isinstance(table, Table) else table.body
        body.insert(_place(body, key), (tomlkit.key(key), item))
    else:
        table[key] = value
    return tomlkit.dumps(document)


def _place(body: Sequence[tuple[Key | None, Item]], key: str) -> int:
    """Return the index at which to insert a new key among the items of a section.

    That is below its own line if that is commented out, as in config.example.toml; else below the
    last key; else above the first blank line.
    """
    from tomlkit.items import AoT, Comment, Table, Whitespace

    own = re.compile(rf"#\s*{re.escape(key)}\s*=")
    blank = last = None
    end = len(body)
    for index, (name, item) in enumerate(body):
        if isinstance(item, Comment) and own.match(item.as_string().strip()):
            return index + 1
        if isinstance(item, Table | AoT):
            end = 0
            break
        if isinstance(item, Whitespace) and blank is None:
            blank = index
        if name is not None:
            last = index + 1
    return next(place for place in (last, blank, end) if place is not None)
