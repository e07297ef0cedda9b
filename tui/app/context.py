"""The app as its screens know it: settings, clock, clipboard, keys, and how to lock and quit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from textual.app import App

    from tui.app.settings import Settings
    from tui.clipboard import Copier
    from tui.clock import Clock
    from tui.config.keymap import Keymap
    from tui.config.schema import Config
    from tui.vault.vault import Vault


class Context(Protocol):
    """What a screen may use. `tui.app.app.OtpApp` provides it."""

    settings: Settings
    """The settings; changes go through it."""
    environ: Mapping[str, str]
    """The environment variables."""
    clock: Clock
    """The only source of time."""
    copier: Copier
    """Copies codes and clears the clipboard."""
    keymap: Keymap
    """The keys of every command."""
    vault: Vault | None
    """The open vault; None while it is locked."""
    vault_path: Path
    """The file of the vault."""
    warnings: tuple[str, ...]
    """Sentences to show at the start."""
    pick: str | None
    """The search that `otp-tui pick` starts with, which ends at the first copy; None: stay."""
    picked: str
    """What `otp-tui pick` prints once the app has ended."""
    clock_warning: Callable[[], str]
    """Returns a few words if the system's clock can't be trusted, otherwise ""."""

    no_color: bool
    """Whether $NO_COLOR asks for no colors."""

    @property
    def config(self) -> Config:
        """The settings in force."""

    @property
    def few_colors(self) -> bool:
        """Whether the terminal has 16 colors."""

    @property
    def ascii_only(self) -> bool:
        """Whether every line is drawn in ASCII."""

    @property
    def vault_name(self) -> str:
        """The vault's name for titles; empty for the default file."""

    async def action_quit(self) -> None:
        """Close the vault and end, after a question if that loses something."""

    def exit(self) -> None:
        """End at once."""

    def lock_or_ask(self) -> None:
        """Lock the vault, after a question if the last change isn't saved."""

    def opened(self, vault: Vault, *, then_import: bool = False) -> None:
        """Show the codes of a vault that was just unlocked or created."""


def context_of(app: App[Any]) -> Context:
    """Return the app of a widget as its context."""
    return cast("Context", app)
