"""The app as screens see it: settings, clock, clipboard, keys, locking and quitting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

if TYPE_CHECKING:
    from textual.app import App
    from textual.geometry import Region
    from textual.widget import Widget

    from tui.app.settings import Settings
    from tui.clipboard import Copier
    from tui.clock import Clock
    from tui.config.keymap import Keymap
    from tui.config.schema import Config
    from tui.vault.vault import Vault


class Context(Protocol):
    """The interface that screens use, implemented by `tui.app.app.OtpApp`."""

    settings: Settings
    """The settings, to read and to change."""
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
    """Path of the vault."""
    warnings: tuple[str, ...]
    """Sentences to show at the start."""
    pick: str | None
    """The initial search of `otp-tui pick`, which exits after the first copy; None otherwise."""
    picked: str
    """The text that `otp-tui pick` prints on exit."""
    clock_warning: Callable[[], str]
    """Returns a short warning if the system clock can't be trusted, otherwise ""."""

    no_color: bool
    """True if $NO_COLOR is set."""

    @property
    def config(self) -> Config:
        """The current settings."""

    @property
    def few_colors(self) -> bool:
        """True if the terminal has only 16 colors."""

    @property
    def is_flat(self) -> bool:
        """True if surfaces have the color of the background, so that cards need an edge."""

    @property
    def ascii_only(self) -> bool:
        """True if all lines are drawn in ASCII."""

    @property
    def vault_name(self) -> str:
        """Name of the vault in titles; empty for the default file."""

    def repaint(self, widget: Widget, *regions: Region) -> None:
        """Repaint regions of a widget that no other one covers."""

    async def action_quit(self) -> None:
        """Close the vault and exit; ask first if something would be lost."""

    def exit(self) -> None:
        """Exit at once."""

    def lock_or_ask(self) -> None:
        """Lock the vault everywhere; ask first if the last change can't be saved."""

    @property
    def asks_again(self) -> bool:
        """True if secrets need the password first: the vault was opened without it."""

    @property
    def lacks_password(self) -> bool:
        """True if the session opened the vault, and the password was not typed since then."""

    def password_given(self) -> None:
        """Note that the password was typed."""

    def password_wrong(self) -> bool:
        """Count a wrong password; lock the vault after three in a row, and return True then."""

    def lock(self, reason: str = "") -> None:
        """Lock the vault in this app."""

    async def end_session(self) -> None:
        """Forget the key that opens the vault without its password."""

    async def keep_unlocked(self, seconds: int) -> str:
        """Open the vault without its password for some time; return an error message."""

    def opened(self, vault: Vault, *, then: str = "", typed: bool = True, said: str = "") -> None:
        """Show the codes of a vault that was just unlocked, created or restored, and `said`.

        `then` is the id of a command to begin with.
        `typed` is False if the password was not typed, but comes from the password command.
        """


def context_of(app: App[Any]) -> Context:
    """Return the app as the context of its screens."""
    return cast("Context", app)
