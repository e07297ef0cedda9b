"""The paths of the vault, the settings and our state: an option, a variable, or XDG folders."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from tui.errors import UsageError
from tui.text import safe

VAULT_VARIABLE = "OTP_TUI_VAULT"
CONFIG_VARIABLE = "OTP_TUI_CONFIG"

_APP = "otp-tui"


def vault_path(option: str | None = None, configured: str | None = None) -> Path:
    """Return the path of the vault, which may not exist.

    That is the first of these that is not empty: `option` (--vault), $OTP_TUI_VAULT, `configured`
    (the setting `vault`), otp-tui/vault.json in the XDG data folder. `~` is expanded.

    Raises:
        UsageError: there is no home folder, or no user for a `~name`.
    """
    named = option or os.environ.get(VAULT_VARIABLE) or configured
    if named:
        return _expanded(named)
    from platformdirs import user_data_path

    folder = _own_folder(user_data_path)
    if folder is None:
        raise UsageError("You have no home folder.", "Use --vault to say where the vault is.")
    return folder / "vault.json"


def config_path(option: str | None = None) -> Path | None:
    """Return the path of the settings: `named_config`, or config.toml in the XDG config folder.

    None if there is no home folder.

    Raises:
        UsageError: as `named_config`.
    """
    named = named_config(option)
    if named is not None:
        return named
    from platformdirs import user_config_path

    folder = _own_folder(user_config_path)
    return None if folder is None else folder / "config.toml"


def named_config(option: str | None = None) -> Path | None:
    """Return the settings file that the user named: `option` (--config), else $OTP_TUI_CONFIG.

    None if both are unset or empty.

    Raises:
        UsageError: a `~name` without a home folder.
    """
    named = option or os.environ.get(CONFIG_VARIABLE)
    return _expanded(named) if named else None


def state_folder() -> Path | None:
    """Return the folder for what otp-tui remembers about vaults on this machine.

    That is otp-tui in the XDG state folder, which may not exist; None without a home folder.
    """
    if sys.platform == "linux":  # without importing platformdirs, as commands need this quickly
        named = os.environ.get("XDG_STATE_HOME", "")
        if named.startswith("/"):
            return Path(named, _APP)
        home = home_folder()
        return home / ".local/state" / _APP if home is not None and home.is_absolute() else None
    from platformdirs import user_state_path

    return _own_folder(user_state_path)


def runtime_folder(environ: Mapping[str, str]) -> Path | None:
    """Return the folder for sockets: otp-tui in $XDG_RUNTIME_DIR, else the state folder.

    A $XDG_RUNTIME_DIR of another user, as after `sudo -E`, or that is no folder doesn't count. The
    result may not exist; `files.make_folders` creates it for its user alone.
    """
    named = Path(environ.get("XDG_RUNTIME_DIR", ""))
    return named / _APP if named.is_absolute() and _may_be_ours(named) else state_folder()


def _may_be_ours(folder: Path) -> bool:
    """Return True if a path is a folder of this user, or doesn't exist."""
    try:
        status = folder.stat()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()


def home_folder() -> Path | None:
    """Return the user's home folder; None if neither HOME nor the passwd file has one."""
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home raises where there is none
    return None if home == "~" else Path(home)


def short_path(path: Path) -> str:
    """Return a path to show, with `~` for the home folder."""
    home = home_folder()
    if home is not None and home != Path("/") and home in path.parents:
        return safe(f"~/{path.relative_to(home)}", 300)
    return safe(str(path), 300)


def expand_program(command: tuple[str, ...]) -> tuple[str, ...]:
    """Return a command with a `~/` at the start of its program expanded."""
    program, *arguments = command
    home = home_folder()
    if program.startswith("~/") and home is not None:
        program = str(home / program[2:])
    return (program, *arguments)


def _own_folder(of: Callable[..., Path]) -> Path | None:
    """Return our folder in one of the user's, by platformdirs; None without a home folder."""
    try:
        folder = of(_APP, appauthor=False)
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None


def _expanded(named: str) -> Path:
    try:
        return Path(named).expanduser()
    except RuntimeError:
        raise UsageError(
            f"No home folder for {safe(named)}.",
            "Correct it where it is set: an option, a variable or the settings file.",
        ) from None
