"""What a setting may be: how its TOML value is read, and the words for what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Kind(Protocol):
    """What a setting may be."""

    @property
    def allowed(self) -> str:
        """The values it may have, to follow "may be"."""
        ...

    def read(self, given: object) -> Any:
        """Return the setting's value for a TOML value; raise ValueError if it is not allowed."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    values: tuple[str, ...]
    """The words, in the order in which they are told."""

    @property
    def allowed(self) -> str:
        quoted = [f'"{value}"' for value in self.values]
        return f"{', '.join(quoted[:-1])} or {quoted[-1]}"

    def read(self, given: object) -> str:
        if not isinstance(given, str) or given not in self.values:
            raise ValueError
        return given


@dataclass(frozen=True, slots=True)
class Number:
    """A number between two bounds, both included."""

    low: int
    """The smallest."""
    high: int
    """The largest."""
    unit: str
    """What it counts, in the plural."""
    whole: bool = True
    """Whether fractions are refused."""

    @property
    def allowed(self) -> str:
        what = "a whole number" if self.whole else "a number"
        return f"{what} of {self.unit} from {self.low} to {self.high}"

    def read(self, given: object) -> float:
        if isinstance(given, bool) or not isinstance(given, int if self.whole else int | float):
            raise ValueError
        if not self.low <= given <= self.high:
            raise ValueError
        return given


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    @property
    def allowed(self) -> str:
        return "true or false"

    def read(self, given: object) -> bool:
        if not isinstance(given, bool):
            raise ValueError
        return given


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its arguments; never run through a shell."""

    @property
    def allowed(self) -> str:
        return 'a command line such as "xclip -selection clipboard", or a list of its words'

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


@dataclass(frozen=True, slots=True)
class FilePath:
    """A path that means the same wherever the program is started."""

    @property
    def allowed(self) -> str:
        return 'a path that begins with "/" or "~"'

    def read(self, given: object) -> str | None:
        if given == "":
            return None
        if not isinstance(given, str) or not given.startswith(("/", "~")) or "\0" in given:
            raise ValueError
        return given
