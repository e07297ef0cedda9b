"""What stands between the vault and a backup file: its content, its format, its credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
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


SECRET_VARIABLE = "TOTP_ENCRYPTION_SECRET_BASE64"  # noqa: S105 - the name of a variable
"""Where AVTotpy's server has its secret in the environment."""


class Needs(Flag):
    """What a file asks of the user before it opens."""

    NOTHING = 0
    PASSWORD = auto()
    USERNAME = auto()
    SERVER_SECRET = auto()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the user gave to open or to encrypt a file. Its repr shows nothing."""

    password: str = field(default="", repr=False)
    username: str = field(default="", repr=False)
    server_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Fit:
    """How a set of entries fits into a format, found before anything is written."""

    backup: Backup
    """What can be written, already changed where it has to be."""
    left_out: tuple[Problem, ...] = ()
    """Entries that the format cannot hold, each with the reason."""
    changed: tuple[Problem, ...] = ()
    """Entries that are written differently, each with what changes."""
    notes: tuple[Problem, ...] = ()
    """Entries written as they are which the other app may still not take, each with why."""


@dataclass(frozen=True, slots=True)
class Format:
    """One backup format. A file under tui/backup/formats that has FORMAT (one) or FORMATS (several)
    is found by itself."""

    name: str
    """For the command line: lower case with dashes."""
    label: str
    """For screens and docs."""
    suffixes: tuple[str, ...]
    """Usual endings, the one for new files first; recognition goes by content."""
    sniff: Callable[[bytes], bool]
    """Whether these bytes are of this format, from the content alone; never raises."""
    needs: Callable[[bytes], Needs]
    """What it takes to open these bytes; never raises."""
    read: Callable[[bytes, Credentials], Backup]
    """bytes -> Backup; raises FormatError or BackupPasswordError."""
    write: Callable[[Backup, Credentials], bytes] | None = None
    """Backup -> bytes; raises FormatError for what `fit` would have left out. None: import only."""
    fit: Callable[[Backup], Fit] | None = None
    """What of a Backup the format can hold; None: import only."""
    encrypted: bool = True
    """Whether what `write` makes is encrypted."""
    asks: Needs = Needs.PASSWORD
    """What `write` takes from the user; NOTHING where it does not encrypt."""
    by_suffix: bool = False
    """Whether a file that no content claims is taken for one of this format by its ending."""
    holds: frozenset[str] = frozenset()
    """Fields of an Entry that come back exactly as they were written, whatever the type, beyond
    what every format keeps: the names, the secret as a key, and what makes the codes."""
