"""All settings of config.toml in one table.

A setting is a field of `Config`, or of a section of it, defined by `_setting` with name, default,
value type and words. The reader and its messages, the settings screen, the manual page and
config.example.toml follow `SETTINGS`. For keys, see `commands` and `keymap`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, TypeVar

from tui.config.value_types import (
    Boolean,
    CommandLine,
    Duration,
    FilePath,
    Number,
    OneOf,
    ValueType,
)
from tui.crypto.bounds import (
    DEFAULT_MEMORY_KIB,
    DEFAULT_PARALLELISM,
    DEFAULT_TIME_COST,
    MAX_MEMORY_KIB,
    MAX_PARALLELISM,
    MAX_TIME_COST,
    MAX_WORK_KIB,
    MIN_MEMORY_KIB,
    MIN_TIME_COST,
)

MAX_KDF_WORK = MAX_WORK_KIB // 1024
"""Maximum of memory in MiB times iterations."""

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
"""Ours first, then Textual's."""


def _setting(default: _T, type: ValueType, label: str, help: str, group: str = "") -> _T:  # noqa: A002
    """Define a setting; `group` is the heading of it and those after it, "" the same as before."""
    made: _T = field(
        default=default, metadata={"type": type, "label": label, "help": help, "group": group}
    )
    return made


@dataclass(frozen=True, slots=True)
class KdfConfig:
    """Parameters of Argon2id, used when a vault is created or its password changes."""

    memory_mib: int = _setting(
        DEFAULT_MEMORY_KIB // 1024,
        Number(MIN_MEMORY_KIB // 1024, MAX_MEMORY_KIB // 1024, "MiB"),
        "Memory",
        "Memory that each password guess needs.",
        "Key derivation",
    )
    time_cost: int = _setting(
        DEFAULT_TIME_COST,
        Number(MIN_TIME_COST, MAX_TIME_COST),
        "Iterations",
        "How many times the memory is filled.",
    )
    parallelism: int = _setting(
        DEFAULT_PARALLELISM,
        Number(1, MAX_PARALLELISM, "threads"),
        "Parallelism",
        "How many threads share the work.",
    )

    @property
    def mistake(self) -> str:
        """A sentence if memory and iterations together are invalid, else ""."""
        if self.memory_mib * self.time_cost <= MAX_KDF_WORK:
            return ""
        return f"Memory (MiB) times iterations must be at most {MAX_KDF_WORK}."


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """The keys that the settings assign to a command."""

    command: str
    """The command's id."""
    keys: tuple[str, ...]
    """Its keys; () for none."""
    line: int = field(default=0, compare=False)
    """Line in the file; 0 if unknown."""


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. `Config()` has the defaults."""

    vault: str | None = _setting(
        None,
        FilePath(),
        "Vault file",
        "Path of the vault. The default location is vault.json in the XDG data folder.",
        "Vault",
    )
    lock_after: float = _setting(
        5,
        Number(0, 1440, "minutes", zero="never", whole=False),
        "Lock after inactivity",
        "Minutes without activity before the vault locks.",
    )
    unlock_for: int = _setting(
        0,
        Duration(30 * 86_400, "off"),
        "Unlock for",
        "How long the vault opens without the password after you typed it, in every program that "
        "you run on this machine.",
    )
    ask_again: bool = _setting(
        True,
        Boolean(),
        "Ask again",
        "While the vault is unlocked: still ask for the password before it is changed, a secret is "
        "shown or an export is not encrypted.",
    )
    password_command: tuple[str, ...] = _setting(
        (),
        CommandLine(),
        "Password command",
        "A command whose first line of output is the vault's password, for unattended use.",
    )
    countdown: str = _setting(
        "auto",
        OneOf(("auto", "each", "shared")),
        "Countdown",
        "Show the seconds left once for all rows with the most common period, or on each row. "
        "auto: once (shared).",
        "Codes",
    )
    hide_codes: bool = _setting(
        False,
        Boolean(),
        "Hide codes",
        "Hide codes until they are highlighted or copied.",
    )
    smart_copy: int = _setting(
        3,
        Number(0, 30, "seconds", zero="off"),
        "Smart copy",
        "Copy the next code, and say so, if the current one expires sooner than this.",
    )
    clipboard: str = _setting(
        "auto",
        OneOf(("auto", "osc52", "tmux", "native", "off")),
        "Clipboard",
        "How codes are copied: through the terminal (osc52), tmux, the desktop (native), or not at "
        "all (off). auto: the first that applies.",
        "Clipboard",
    )
    clipboard_command: tuple[str, ...] = _setting(
        (),
        CommandLine(),
        "Clipboard command",
        "A command that gets the code on standard input. auto prefers it to everything else.",
    )
    clipboard_clear: int = _setting(
        30,
        Number(0, 3600, "seconds", zero="only at lock and exit"),
        "Clear clipboard after",
        "Seconds until a copied code is cleared from the clipboard.",
    )
    theme: str = _setting(
        "auto",
        OneOf(THEMES),
        "Theme",
        "The colors. auto: otp-light if the terminal reports a light background, otherwise "
        "otp-dark.",
        "Appearance",
    )
    ascii: str = _setting(
        "auto",
        OneOf(("auto", "on", "off")),
        "ASCII only",
        "Draw lines, bars and symbols in ASCII. auto: on if the locale is not UTF-8 (e.g. LANG=C), "
        "and on the Linux console and terminals like vt100 and ansi.",
    )
    clock_check: bool = _setting(
        True,
        Boolean(),
        "Clock check",
        "Show “! clock” in the title while the system clock is not synchronized: codes may be "
        "wrong. otp-tui doctor always checks it.",
    )
    kdf: KdfConfig = field(default_factory=KdfConfig)
    keys: tuple[KeyChoice, ...] = ()
    """The valid choices in the section [keys]."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of the table."""

    section: str
    """Section of the file; "" at the top."""
    name: str
    """Key in that section."""
    default: Any
    """Value if the file has none, or an invalid one."""
    type: ValueType
    """The values that it can have."""
    help: str
    """What it does, in one or two sentences."""
    label: str
    """Noun on the settings screen."""
    group: str
    """Heading on the settings screen."""

    @property
    def path(self) -> tuple[str, ...]:
        """Its section, if any, and its name."""
        return (self.section, self.name) if self.section else (self.name,)

    @property
    def key(self) -> str:
        """Its path, joined with dots."""
        return ".".join(self.path)

    def of(self, config: Config) -> Any:
        """Return its value in `config`."""
        return getattr(getattr(config, self.section) if self.section else config, self.name)

    def set_in(self, config: Config, value: Any) -> Config:
        """Return `config` with this setting changed to `value`."""
        if not self.section:
            return replace(config, **{self.name: value})
        section = replace(getattr(config, self.section), **{self.name: value})
        return replace(config, **{self.section: section})


def _settings(of: object, section: str = "", group: str = "") -> Iterator[Setting]:
    for one in fields(of):  # type: ignore[arg-type]
        value, words = getattr(of, one.name), one.metadata
        if is_dataclass(value):
            yield from _settings(value, one.name)
        elif words:
            group = words["group"] or group
            yield Setting(section, one.name, value, words["type"], words["help"], words["label"],
                          group)  # fmt: skip


SETTINGS: tuple[Setting, ...] = tuple(_settings(Config()))
"""Every setting, in the order of config.example.toml."""
