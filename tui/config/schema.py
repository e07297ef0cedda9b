"""What config.toml may say: all settings in one table.

A setting is a field of `Config` (or of one of its sections) made by `_setting`: its name,
default, kind and help are said there once. Reading, what is told of a wrong value, and the
screen that shows the settings all come from `SETTINGS`. Keys are not settings: which there
are the app knows, from its table of commands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any, TypeVar

from tui.config.value_types import Choice, Command, FilePath, Flag, Kind, Number

KDF_WORK_LIMIT = 4096
"""Most MiB times passes; the vault's reader has the same bound (4 GiB)."""

_T = TypeVar("_T")

THEMES = (
    "auto",
    "otp-dark",
    "otp-light",
    *("textual-dark", "textual-light", "ansi-dark", "ansi-light", "atom-one-dark"),
    *("atom-one-light", "catppuccin-frappe", "catppuccin-latte", "catppuccin-macchiato"),
    *("catppuccin-mocha", "dracula", "flexoki", "gruvbox", "monokai", "nord", "rose-pine"),
    *("rose-pine-dawn", "rose-pine-moon", "solarized-dark", "solarized-light", "tokyo-night"),
)
"""Ours first, then those that Textual brings."""


def _setting(default: _T, kind: Kind, label: str, about: str, group: str = "") -> _T:
    """A group goes on until the next one is named."""
    made: _T = field(
        default=default, metadata={"kind": kind, "label": label, "about": about, "group": group}
    )
    return made


@dataclass(frozen=True, slots=True)
class KdfConfig:
    """What Argon2id costs when a vault is made or its password changes."""

    memory_mib: int = _setting(
        64,
        Number(19, 1024, "MiB"),
        "Memory",
        "Memory that each guess at the password takes.",
        "Password cost",
    )
    time_cost: int = _setting(
        3, Number(2, 16, "passes"), "Passes", "How often that memory is filled."
    )
    parallelism: int = _setting(
        4, Number(1, 16, "lanes"), "Lanes", "How many processors can share it."
    )


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """The keys that the file gives to a command; nobody has looked yet whether it may."""

    command: str
    """The command's name, as it stands in the file."""
    keys: tuple[str, ...]
    """Its keys, as they stand there; none take its keys away."""
    line: int = field(default=0, compare=False)
    """Where the file says so; 0 if that is not known."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `Config()` has the defaults."""

    vault: str | None = _setting(
        None,
        FilePath(),
        "Vault",
        "Where the vault is; empty for vault.json in the XDG data folder.",
        "Vault",
    )
    lock_after: float = _setting(
        5,
        Number(0, 1440, "minutes", whole=False),
        "Lock after",
        "Minutes without a key before the vault locks; 0 for never.",
    )
    password_command: tuple[str, ...] = _setting(
        (),
        Command(),
        "Password from",
        "A command whose first line of output is the vault's password, for unattended use.",
    )
    countdown: str = _setting(
        "auto",
        Choice(("auto", "each", "shared")),
        "Countdown",
        "Seconds left: on each row, or one countdown shared by all rows with the commonest "
        "period; auto is shared over SSH and each elsewhere.",
        "Codes",
    )
    hide_codes: bool = _setting(
        False,
        Flag(),
        "Hide codes",
        "Whether codes are dots until their row is selected or copied.",
    )
    smart_copy: int = _setting(
        3,
        Number(0, 30, "seconds"),
        "Smart copy",
        "With fewer seconds left than this a copy takes the next code, and says so; 0 for never.",
    )
    clipboard: str = _setting(
        "auto",
        Choice(("auto", "osc52", "tmux", "native", "off")),
        "Copy by",
        "How codes are copied: through the terminal (osc52), tmux, the desktop (native), not at "
        "all (off), or the first that applies (auto).",
        "Copying",
    )
    clipboard_command: tuple[str, ...] = _setting(
        (),
        Command(),
        "Copy command",
        "A command that gets the code on its standard input; auto uses it before all else.",
    )
    clipboard_clear: int = _setting(
        30,
        Number(0, 3600, "seconds"),
        "Clear after",
        "Seconds after which a copied code is taken off the clipboard; 0 for only on lock and "
        "on exit.",
    )
    theme: str = _setting(
        "auto",
        Choice(THEMES),
        "Theme",
        "The colours; auto is otp-light where the terminal tells that its background is light, "
        "and otp-dark elsewhere.",
        "Looks",
    )
    ascii: str = _setting(
        "auto",
        Choice(("auto", "on", "off")),
        "Plain signs",
        "Whether lines, bars and marks are drawn in plain ASCII; auto does so where the locale is "
        "not UTF-8, and on the Linux console.",
    )
    kdf: KdfConfig = field(default_factory=KdfConfig)
    keys: tuple[KeyChoice, ...] = ()
    """What the section [keys] says."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table."""

    section: str
    """The table of the file that it stands in; empty at the top."""
    name: str
    """Its key there."""
    default: Any
    """Its value where the file says nothing, or something wrong."""
    kind: Kind
    """What it may be."""
    about: str
    """Its help: one sentence."""
    label: str = ""
    """What a person calls it."""
    group: str = ""
    """Its heading; empty where that is the one before."""

    @property
    def key(self) -> str:
        """The section and the name, with a dot between them."""
        return f"{self.section}.{self.name}" if self.section else self.name

    def of(self, config: Config) -> Any:
        """Return the value that it has there."""
        return getattr(getattr(config, self.section) if self.section else config, self.name)


def _settings(of: object, section: str = "") -> Iterator[Setting]:
    for one in fields(of):  # type: ignore[arg-type]
        value, told = getattr(of, one.name), one.metadata
        if is_dataclass(value):
            yield from _settings(value, one.name)
        elif told:
            yield Setting(section, one.name, value, told["kind"], told["about"], told["label"],
                          told["group"])  # fmt: skip


SETTINGS: tuple[Setting, ...] = tuple(_settings(Config()))
"""Every setting, in the order of config.example.toml."""
