"""The arguments of the app, as the command line passes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tui.config.schema import Config
    from tui.vault.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One start of the app."""

    vault_path: Path
    """Path of the vault, which may not exist yet."""
    config: Config
    """The settings."""
    config_file: Path | None = None
    """Path of the settings file; None if there is no home folder."""
    vault: Vault | None = None
    """An open vault: the app then starts without the unlock screen."""
    demo: bool = False
    """Show the hint of the demo, and save no settings."""
    no_unlock: bool = False
    """Neither use the key that `otp-tui unlock` left, nor leave one."""
    accept_older: bool = False
    """Change the vault even if it is older than the last one used on this machine."""
    warnings: tuple[str, ...] = ()
    """Sentences to show at the start."""
    pick: str | None = None
    """Search for this, and exit after the first copy."""
