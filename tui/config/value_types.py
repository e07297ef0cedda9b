"""Types of values: how they are read from TOML, shown, typed and written back."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from tui.durations import duration_text, duration_words, parse_duration


class ValueType(ABC):
    """A type of values that a setting can have."""

    __slots__ = ()

    @property
    @abstractmethod
    def allowed(self) -> str:
        """The allowed values, to follow "must be"."""

    @property
    def choices(self) -> tuple[Any, ...]:
        """All values, if they are few; () if one is typed."""
        return ()

    @abstractmethod
    def read(self, given: object) -> Any:
        """Return the value of a TOML value.

        Raises:
            ValueError: it is not allowed.
        """

    def parse(self, text: str) -> Any:
        """Return the value of a typed text; raise ValueError as `read`."""
        return self.read(text.strip())

    def text(self, value: Any) -> str:
        """Return the text to type for a value."""
        return str(value or "")

    def shown(self, value: Any) -> str:
        """Return the text to show for a value."""
        return self.text(value)

    def to_toml(self, value: Any) -> Any:
        """Return the TOML value for a value."""
        return value


@dataclass(frozen=True, slots=True)
class OneOf(ValueType):
    """One of several words."""

    values: tuple[str, ...]
    """The words, in the order to show them."""

    @property
    def allowed(self) -> str:
        quoted = [f'"{value}"' for value in self.values]
        return f"{', '.join(quoted[:-1])} or {quoted[-1]}"

    @property
    def choices(self) -> tuple[str, ...]:
        return self.values

    def read(self, given: object) -> str:
        if not isinstance(given, str) or given not in self.values:
            raise ValueError
        return given


@dataclass(frozen=True, slots=True)
class Boolean(ValueType):
    """True or false."""

    @property
    def allowed(self) -> str:
        return "true or false"

    @property
    def choices(self) -> tuple[bool, ...]:
        return (False, True)

    def read(self, given: object) -> bool:
        if not isinstance(given, bool):
            raise ValueError
        return given

    def shown(self, value: bool) -> str:
        return "yes" if value else "no"


@dataclass(frozen=True, slots=True)
class Number(ValueType):
    """A number between two bounds, inclusive."""

    low: int
    """The smallest."""
    high: int
    """The largest."""
    unit: str = ""
    """Its unit, in the plural."""
    zero: str = ""
    """What 0 means, if that is not a number of units; can be typed instead."""
    whole: bool = True
    """True if fractions are refused."""

    @property
    def allowed(self) -> str:
        what = "a whole number" if self.whole else "a number"
        unit = f" of {self.unit}" if self.unit else ""
        zero = f" (0: {self.zero})" if self.zero else ""
        return f"{what}{unit} from {self.low} to {self.high}{zero}"

    def read(self, given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, int if self.whole else int | float):
            raise ValueError
        if not self.low <= given <= self.high:
            raise ValueError
        return given

    def parse(self, text: str) -> float:
        text = text.strip()
        if self.zero and text.casefold() == self.zero.casefold():
            return 0
        return self.read(int(text) if text.lstrip("+-").isdecimal() else float(text))

    def text(self, value: float) -> str:
        return f"{value:g}"

    def shown(self, value: float) -> str:
        if self.zero and not value:
            return self.zero
        return f"{value:g} {self.unit.removesuffix('s') if value == 1 else self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Duration(ValueType):
    """A length of time, in seconds; 0 has a meaning of its own."""

    high: int
    """The longest."""
    zero: str
    """What 0 means; can be typed instead."""

    @property
    def allowed(self) -> str:
        return f'a time up to {duration_text(self.high)}, e.g. "8h" or "1h30m" ("0": {self.zero})'

    def read(self, given: object) -> int:
        if given == "0" or (given == 0 and type(given) is int):
            return 0
        if not isinstance(given, str):
            raise ValueError
        seconds = parse_duration(given)
        if not 0 < seconds <= self.high:
            raise ValueError
        return seconds

    def parse(self, text: str) -> int:
        text = text.strip()
        return 0 if text.casefold() == self.zero.casefold() else self.read(text)

    def text(self, value: int) -> str:
        return duration_text(value) if value else "0"

    def shown(self, value: int) -> str:
        return duration_words(value) if value else self.zero

    def to_toml(self, value: int) -> str:
        return self.text(value)


@dataclass(frozen=True, slots=True)
class CommandLine(ValueType):
    """A program and its arguments; never run through a shell."""

    example: str
    """A command that does what the setting is for."""

    @property
    def allowed(self) -> str:
        return f'a command line, e.g. "{self.example}", or a list of its words'

    def read(self, given: object) -> tuple[str, ...]:
        if isinstance(given, str):
            import shlex

            given = shlex.split(given)
        if not isinstance(given, list):
            raise ValueError
        words = tuple(word for word in given if isinstance(word, str) and "\0" not in word)
        if len(words) != len(given) or (words and not words[0]):
            raise ValueError
        return words

    def text(self, value: tuple[str, ...]) -> str:
        import shlex

        return shlex.join(value)

    def shown(self, value: tuple[str, ...]) -> str:
        return self.text(value) or "none"

    def to_toml(self, value: tuple[str, ...]) -> list[str]:
        return list(value)


@dataclass(frozen=True, slots=True)
class FilePath(ValueType):
    """A path that doesn't depend on the working folder; None for the default location."""

    @property
    def allowed(self) -> str:
        return 'a path that starts with "/" or "~", or empty for the default location'

    def read(self, given: object) -> str | None:
        if given == "":
            return None
        if not isinstance(given, str) or not given.startswith(("/", "~")) or "\0" in given:
            raise ValueError
        return given

    def parse(self, text: str) -> str | None:
        named = self.read(text.strip())
        if named is not None and os.path.expanduser(named).startswith("~"):  # noqa: PTH111
            raise ValueError
        return named

    def shown(self, value: str | None) -> str:
        return value or "default location"

    def to_toml(self, value: str | None) -> str:
        return value or ""
