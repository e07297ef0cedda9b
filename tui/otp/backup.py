"""What a backup file holds, on its way in or out: entries and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from tui.otp.entry import Category, Entry, Icon

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that did not come through as it stands there."""

    what: str
    """Which entry, category or icon: its place and name, fit to show."""
    reason: str
    """Why, as the end of a sentence, fit to show."""
    refused: bool = True
    """True: it was left out. False: it came in, changed."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of exports that may go on in other files."""

    exports: frozenset[tuple[int, int]]
    """What the parts of one export share: its identity, and of how many parts it is."""
    uris: tuple[tuple[str, str], ...] = field(repr=False)
    """Where in the file each URI stood, and the URI."""


@dataclass(frozen=True, slots=True)
class Backup:
    """Entries, categories and icons of one file, in the file's order, and its problems."""

    entries: tuple[Entry, ...] = ()
    categories: tuple[Category, ...] = ()
    icons: tuple[Icon, ...] = ()
    problems: tuple[Problem, ...] = ()
    learnt: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False, hash=False)
    """By the name of a format, what reading taught of how its app writes files (JSON values,
    no secrets); on the way out, what was learnt before."""
    parts: Parts | None = field(default=None, repr=False, compare=False)
    """What of it can be joined with other files; None where it stands for itself."""
