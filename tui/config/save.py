"""How settings are saved: one value of config.toml is changed, and all else in it is kept.

Only remarks are lost, which a TOML writer cannot keep: see `has_remarks`.
"""

from __future__ import annotations

import os
import re
import stat
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tui.config.load import SIZE_LIMIT, too_long_line
from tui.errors import ConfigError, FileError
from tui.files import read_limited, why
from tui.text import safe

_REMARK_OR_STRING = re.compile(
    r'''"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|'[^'\n]*'|(#)''', re.DOTALL
)


def has_remarks(path: Path) -> bool:
    """Return whether the file is there and has remarks, which `save` would lose."""
    try:
        data = read_limited(path, SIZE_LIMIT)
    except FileError:
        return False
    found = _REMARK_OR_STRING.finditer(data.decode("utf-8", "replace"))
    return any(match[1] for match in found)


def save(path: Path, changes: Mapping[tuple[str, ...], Any]) -> None:
    """Set values in a settings file, or take them out where the value is None.

    `changes` goes from a key, after its section if it is in one, to a TOML value. A file that
    is not there is made with its folder, for the user alone; one that is there keeps its
    mode. It is replaced in one step; where it is a symbolic link, what that leads to is.

    Raises:
        ConfigError: the file is no TOML file, or cannot be read or written. It is unchanged.
    """
    target = Path(os.path.realpath(path))
    name = safe(str(path), 200)
    tree, mode = _read(target, name)
    for key, value in changes.items():
        _put(tree, key, value, name)
    import tomli_w

    text = tomli_w.dumps(tree)
    if repr(_parsed(text.encode(), name)) != repr(tree):
        raise ConfigError(f"{name} holds something that cannot be written again.", "Edit it.")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(target, text.encode(), mode)
    except OSError as error:
        raise ConfigError(f"{name} cannot be written: {why(error)}.") from None


def _read(target: Path, name: str) -> tuple[dict[str, Any], int]:
    try:
        status = target.stat()
    except FileNotFoundError:
        return {}, 0o600
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {why(error)}.") from None
    if stat.S_ISREG(status.st_mode) and status.st_size > SIZE_LIMIT:
        raise ConfigError(f"{name} is larger than 64 KiB.")
    try:
        data = read_limited(target, SIZE_LIMIT)
    except FileError as error:
        raise ConfigError(str(error).replace(safe(str(target), 200), name)) from None
    return _parsed(data, name), stat.S_IMODE(status.st_mode)


def _parsed(data: bytes, name: str) -> dict[str, Any]:
    import tomllib

    try:
        text = data.decode("utf-8-sig")
        if too_long_line(text):
            raise ValueError
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        raise ConfigError(
            f"{name} is not a TOML file, so nothing was saved in it.", "Repair or remove it first."
        ) from None


def _put(tree: dict[str, Any], key: tuple[str, ...], value: object, name: str) -> None:
    *sections, last = key
    for section in sections:
        inner = tree.setdefault(section, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"In {name}, {section} is not a section.", "Repair it first.")
        tree = inner
    if value is None:
        tree.pop(last, None)
    else:
        tree[last] = value


def _replace(target: Path, data: bytes, mode: int) -> None:
    """Put a new file in the place of the old one, whole or not at all.

    Raises:
        OSError: the system refused; nothing is left behind.
    """
    descriptor, made = tempfile.mkstemp(prefix=".config-", suffix=".tmp", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(made).replace(target)
    except OSError:
        with suppress(OSError):
            Path(made).unlink()
        raise
