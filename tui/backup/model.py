"""What is between the vault and a backup file: content, problems, credentials, formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from types import MappingProxyType
from typing import Any

from tui.backup.content import FileContent
from tui.crypto.kdf import Argon2Params
from tui.otp.entry import Category, Entry, Icon

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that was left out or changed."""

    what: str
    """Which entry, category or icon: its place and name, fit to show."""
    reason: str
    """Why, as the end of a sentence, fit to show."""
    refused: bool = True
    """True: it was left out. False: it was changed."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of exports whose other parts may be in other files."""

    exports: frozenset[tuple[int, int]]
    """What the parts of one export share: its identity, and its number of parts."""
    uris: tuple[tuple[str, str], ...] = field(repr=False)
    """The place in the file of each URI, and the URI."""


@dataclass(frozen=True, slots=True)
class Backup:
    """Entries, categories and icons of one file, in the file's order, and its problems."""

    entries: tuple[Entry, ...] = ()
    categories: tuple[Category, ...] = ()
    icons: tuple[Icon, ...] = ()
    problems: tuple[Problem, ...] = ()
    profiles: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False, hash=False)
    """How apps write their files, by the name of the format (JSON values, no secrets): found by
    reading, and used by writing."""
    parts: Parts | None = field(default=None, repr=False, compare=False)
    """What can be joined with other files; None where the file is complete."""


SECRET_VARIABLE = "TOTP_ENCRYPTION_SECRET_BASE64"  # noqa: S105 - the name of a variable
"""The environment variable with the secret of AVTotpy's server."""


class Needs(Flag):
    """What the user must give to open or to write a file."""

    NOTHING = 0
    PASSWORD = auto()
    USERNAME = auto()
    SERVER_SECRET = auto()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the user gave to open or to encrypt a file. Its repr shows no secret."""

    password: str = field(default="", repr=False)
    username: str = field(default="", repr=False)
    server_secret: str = field(default="", repr=False)
    kdf: Argon2Params = field(default_factory=Argon2Params)
    """The cost of deriving a key for a new file, where the format leaves it to the writer."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What a format can hold of a backup, found before anything is written."""

    backup: Backup
    """What can be written, already changed where necessary."""
    left_out: tuple[Problem, ...] = ()
    """Entries that the format cannot hold, each with the reason."""
    changed: tuple[Problem, ...] = ()
    """Entries that are written differently, each with the change."""
    notes: tuple[Problem, ...] = ()
    """Entries written unchanged that the other app may still refuse, each with the reason."""


@dataclass(frozen=True, slots=True)
class Format:
    """One backup format. `registry` finds it as FORMAT, or in FORMATS, of a module (a file or a
    folder) in tui/backup/formats."""

    name: str
    """For the command line: lower case with dashes."""
    label: str
    """For screens and docs."""
    suffixes: tuple[str, ...]
    """Usual endings of file names, the one for new files first."""
    sniff: Callable[[FileContent], bool]
    """Tells from the content alone whether a file has this format; never raises. A file of the
    app that cannot be read has it too: then `read` says why."""
    needs: Callable[[FileContent], Needs]
    """Tells what it takes to open a file, NOTHING where nothing would; never raises."""
    read: Callable[[bytes, Credentials], Backup]
    """Reads a file; raises FormatError, or BackupPasswordError."""
    write: Callable[[Backup, Credentials], bytes] | None = None
    """Makes a file; raises FormatError for what `plan_export` leaves out. None: import only."""
    plan_export: Callable[[Backup], ExportPlan] | None = None
    """Finds what the format can hold of a backup; None: import only."""
    encrypted: bool = True
    """Whether files that `write` makes are encrypted."""
    write_needs: Needs = Needs.PASSWORD
    """What `write` takes from the user; NOTHING where it does not encrypt."""
    min_password: int = 1
    """Fewest characters of a password for `write`."""
    by_suffix: bool = False
    """Whether the ending of its name is enough for a file that no format recognizes."""
    holds: frozenset[str] = frozenset()
    """Fields of an Entry that come back exactly as written, whatever its type, beyond what every
    format keeps: names, the secret as a key, and what makes the codes."""
