"""The paths and files of `fast_code`: as `paths`, `Store` and `seen` find them, in the plain case.

None means that something is unusual, and that those decide.
"""

from __future__ import annotations

import os
import stat
import sys

from tui import limits
from tui.config.plain import vault_setting
from tui.errors import NotPlainError

_APP = "otp-tui"
_OPEN = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NOCTTY | os.O_NONBLOCK
_RECORD = 1024
_START = 65_536
"""Bytes that are read first; a header with the most slots has 6,000."""


def vault_path(option: str | None) -> str | None:
    """Return the resolved path of the vault that --vault, the variable or the settings name."""
    config = os.environ.get("OTP_TUI_CONFIG")
    if config and (config[0] == "~" or os.path.isdir(config) or not os.access(config, os.R_OK)):  # noqa: PTH112
        return None
    named = option or os.environ.get("OTP_TUI_VAULT")
    if not named:
        config = config or _in_home("XDG_CONFIG_HOME", ".config", "config.toml")
        if config is None:
            return None
        try:
            named = vault_setting(config) or _in_home("XDG_DATA_HOME", ".local/share", "vault.json")
        except NotPlainError:
            return None
    return None if named is None else _resolved(named)


class VaultFile:
    """The file of a vault, open: a regular file, private and the user's own."""

    def __init__(self, descriptor: int, size: int) -> None:
        self._descriptor = descriptor
        self._size = size
        self.start = os.pread(descriptor, min(size, _START), 0)
        """The first bytes: reading all of a large vault takes some milliseconds."""

    def read(self) -> bytes | None:
        """Return all bytes, and close the file; None if it changed while it was read."""
        try:
            return _read(self._descriptor, self._size)
        except OSError:
            return None
        finally:
            os.close(self._descriptor)


def open_vault(path: str) -> VaultFile | None:
    """Open the vault's file."""
    try:
        descriptor = os.open(path, _OPEN)
    except (OSError, ValueError):
        return None
    try:
        status = os.fstat(descriptor)
        own = status.st_uid == os.geteuid() and not status.st_mode & 0o077
        if own and stat.S_ISREG(status.st_mode) and status.st_size <= limits.FILE:
            return VaultFile(descriptor, status.st_size)
    except OSError:
        pass
    os.close(descriptor)
    return None


def is_last_seen(path: str, vault_id: str, generation: int, data: bytes) -> bool:
    """Return True if the vault is recorded as the last one used here, with nothing left unsaved.

    Then there is nothing to record or to save.
    """
    from hashlib import sha256

    from tui.vault.file_names import seen_name, unsaved_name

    file = _in_home("XDG_STATE_HOME", ".local/state", f"seen/{seen_name(vault_id, path)}")
    if file is None or _has_unsaved(unsaved_name(vault_id, path)):
        return False
    start = f'{{"generation": {generation}, "digest": "{sha256(data).hexdigest()}", "told": "'
    try:
        descriptor = os.open(file, _OPEN)
    except OSError:
        return False
    try:
        status = os.fstat(descriptor)
        own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
        return own and os.read(descriptor, _RECORD).startswith(start.encode())
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _has_unsaved(name: str) -> bool:
    """Return True if an app kept changes that it couldn't save; see `vault.unsaved`."""
    state = _in_home("XDG_STATE_HOME", ".local/state", "unsaved")
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    folders = {state, os.path.join(runtime, _APP, "unsaved") if runtime[:1] == "/" else None}  # noqa: PTH118
    for folder in folders - {None}:
        try:
            files = os.listdir(folder)  # noqa: PTH208
        except OSError:
            continue
        if any(file.startswith(f"{name}-") for file in files):
            return True
    return False


def _read(descriptor: int, size: int) -> bytes | None:
    """Return the `size` bytes of a file; None if it has fewer or more."""
    data = os.read(descriptor, size + 1)
    if len(data) < size:  # a system that reads in parts
        parts = [data]
        while part := os.read(descriptor, size + 1):
            parts.append(part)
        data = b"".join(parts)
    return data if len(data) == size else None


def _in_home(variable: str, default: str, name: str) -> str | None:
    """Return the path of a file in our folder below one of the XDG folders."""
    folder = os.environ.get(variable, "")
    if sys.platform != "linux" or "ANDROID_ROOT" in os.environ:
        return None
    if folder[:1] != "/":
        home = os.environ.get("HOME", "")
        if folder or home[:1] != "/":
            return None
        folder = os.path.join(home.rstrip("/"), default)  # noqa: PTH118
    return os.path.join(folder, _APP, name)  # noqa: PTH118


def _resolved(named: str) -> str | None:
    if named.startswith("~/"):
        named = os.path.expanduser(named)  # noqa: PTH111
    folder, name = os.path.split(named)
    if named[0] == "~" or name in {"", ".", ".."} or "\0" in named:
        return None
    return os.path.join(os.path.realpath(folder or "."), name)  # noqa: PTH118
