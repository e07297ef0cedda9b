"""What the app is started with, as the command line hands it over."""

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
    """Where the vault is, or will be created."""
    config: Config
    """The settings."""
    config_file: Path | None = None
    """Where the settings are saved."""
    vault: Vault | None = None
    """The vault if it is open already; the app then starts without the unlock screen."""
    demo: bool = False
    """Show the demo's hint, and save no settings."""
    warnings: tuple[str, ...] = ()
    """Sentences to show first."""
    pick: str | None = None
    """Search for this, and exit after the first copy."""
