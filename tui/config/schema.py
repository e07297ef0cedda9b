"""All settings of config.toml in one table.

A setting is a field of `Config`, or of a section of it, defined by `_setting` with name, default,
value type and words. The reader and its messages, the settings screen, the manual page and
config.example.toml follow `SETTINGS`. For keys, see `commands` and `keymap`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

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

if TYPE_CHECKING:
    from tui.crypto.kdf import Argon2Params

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
        "The memory needed to try one password. More makes guessing slower.",
        "Key derivation",
    )
    time_cost: int = _setting(
        DEFAULT_TIME_COST,
        Number(MIN_TIME_COST, MAX_TIME_COST),
        "Iterations",
        "How many times the memory is filled to try one password.",
    )
    parallelism: int = _setting(
        DEFAULT_PARALLELISM,
        Number(1, MAX_PARALLELISM, "threads"),
        "Parallelism",
        "The number of threads that share the work.",
    )

    @property
    def params(self) -> Argon2Params:
        """The settings as parameters of the key derivation."""
        from tui.crypto.kdf import Argon2Params

        return Argon2Params(self.time_cost, self.memory_mib * 1024, self.parallelism)

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
        "Path of the vault file, by default ~/.local/share/otp-tui/vault.json.",
        "Vault",
    )
    lock_after: float = _setting(
        5,
        Number(0, 1440, "minutes", zero="never", whole=False),
        "Lock after inactivity",
        "Locks the vault after this many minutes without activity.",
    )
    unlock_for: int = _setting(
        0,
        Duration(30 * 86_400, "off"),
        "Stay unlocked for",
        "After you type the password, every program that you run on this machine can open the "
        "vault without it for this long.",
    )
    ask_again: bool = _setting(
        True,
        Boolean(),
        "Confirm with password",
        "If the vault was opened without the password, asks for it before secrets are shown or "
        "exported without encryption. Commands then also ask before they create a recovery code "
        "or change the password, which the app always does.",
    )
    password_command: tuple[str, ...] = _setting(
        (),
        CommandLine("pass show otp-tui"),
        "Password command",
        "A command that prints the password of the vault on its first line, for unattended use.",
    )
    countdown: str = _setting(
        "auto",
        OneOf(("auto", "each", "shared")),
        "Countdown",
        "Shows the time left in the title, for all codes with the most common period (shared), or "
        "on each row (each). auto is the same as shared.",
        "Codes",
    )
    hide_codes: bool = _setting(
        False,
        Boolean(),
        "Hide codes",
        "Shows dots in place of a code until you highlight or copy it.",
    )
    smart_copy: int = _setting(
        3,
        Number(0, 30, "seconds", zero="off"),
        "Copy next code in last",
        "Copies the next code, and says so, if the current one expires within this time.",
    )
    clipboard: str = _setting(
        "auto",
        OneOf(("auto", "osc52", "tmux", "native", "off")),
        "Copy with",
        "Where codes are copied: tmux, the terminal (osc52), the desktop (native), or nowhere "
        "(off). auto uses tmux inside tmux, the terminal over SSH or without a display, and "
        "otherwise the desktop.",
        "Clipboard",
    )
    clipboard_command: tuple[str, ...] = _setting(
        (),
        CommandLine("xclip -selection clipboard"),
        "Clipboard command",
        "A command that reads the code from standard input. If set, auto always uses it.",
    )
    clipboard_clear: int = _setting(
        30,
        Number(0, 3600, "seconds", zero="only on lock and exit"),
        "Clear clipboard after",
        "Clears a copied code from the clipboard after this many seconds. With 0, a terminal "
        "(osc52) and what clipboard_command wrote are never cleared.",
    )
    theme: str = _setting(
        "auto",
        OneOf(THEMES),
        "Theme",
        "The colors of the app. auto uses otp-light if the terminal reports a light background, "
        "otherwise otp-dark.",
        "Appearance",
    )
    ascii: str = _setting(
        "auto",
        OneOf(("auto", "on", "off")),
        "ASCII only",
        "Draws lines, bars and symbols with ASCII characters. auto turns it on if the locale is "
        "not UTF-8, and on the Linux console and terminals like vt100.",
    )
    clock_check: bool = _setting(
        True,
        Boolean(),
        "Warn about the clock",
        "Shows “! clock” in the title if the system clock is not synchronized, as codes may be "
        "wrong then. otp-tui doctor always checks the clock.",
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
