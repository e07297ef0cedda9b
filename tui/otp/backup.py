"""What a backup file holds, on its way in or out: entries and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass

from tui.otp.entry import Category, Entry, Icon


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
class Backup:
    """Entries, categories and icons of one file, in the file's order, and its problems."""

    entries: tuple[Entry, ...] = ()
    categories: tuple[Category, ...] = ()
    icons: tuple[Icon, ...] = ()
    problems: tuple[Problem, ...] = ()
