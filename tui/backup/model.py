"""The data types of import and export: backups, formats, credentials, export plans."""

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
    """A part of a file that was left out or changed."""

    what: str
    """The entry, category or icon: its position and name, safe to show."""
    reason: str
    """The reason, as the end of a sentence, safe to show."""
    refused: bool = True
    """True if it was left out, False if it was changed."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Parts of an export; other files may have the rest."""

    exports: frozenset[tuple[int, int]]
    """Identity and number of parts of each export."""
    uris: tuple[tuple[str, str], ...] = field(repr=False)
    """Each URI, after its position in the file."""


@dataclass(frozen=True, slots=True)
class Backup:
    """Entries, categories and icons of one file, in the file's order, and its problems."""

    entries: tuple[Entry, ...] = ()
    categories: tuple[Category, ...] = ()
    icons: tuple[Icon, ...] = ()
    problems: tuple[Problem, ...] = ()
    profiles: Mapping[str, Any] = field(default_factory=lambda: _NOTHING, repr=False, hash=False)
    """How apps write their files, by the name of the format (JSON values, no secrets). Readers
    detect it, and writers follow it."""
    parts: Parts | None = field(default=None, repr=False, compare=False)
    """Parts that can be joined with other files; None if the file is complete."""


SECRET_VARIABLE = "TOTP_ENCRYPTION_SECRET_BASE64"  # noqa: S105 - the name of a variable
"""The environment variable with the server secret of AVTotpy."""


class Needs(Flag):
    """The credentials that opening or writing a file requires."""

    NOTHING = 0
    PASSWORD = auto()
    USERNAME = auto()
    SERVER_SECRET = auto()
    KEY_FILE = auto()
    """A key file, in addition to the password or instead of it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The credentials to open or to encrypt a file. The repr shows no secret."""

    password: str = field(default="", repr=False)
    username: str = field(default="", repr=False)
    server_secret: str = field(default="", repr=False)
    kdf: Argon2Params = field(default_factory=Argon2Params)
    """Key derivation for a new file, if the format lets the writer choose."""
    key_file: bytes = field(default=b"", repr=False)
    """The content of a key file; empty if there is none."""
    all_slots: bool = False
    """True to try all passwords that the file may have, however long it takes."""


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What a format can store of a backup, computed before anything is written."""

    backup: Backup
    """The entries to write, with any changes applied."""
    left_out: tuple[Problem, ...] = ()
    """Entries that the format can't store, each with the reason."""
    changed: tuple[Problem, ...] = ()
    """Entries that are written differently, each with the change."""
    notes: tuple[Problem, ...] = ()
    """Entries written unchanged that the other app may still refuse, each with the reason."""


@dataclass(frozen=True, slots=True)
class Format:
    """One backup format. `registry` finds it as FORMAT, or in FORMATS, of a module in
    tui/backup/formats."""

    name: str
    """Name on the command line, in lower case with dashes."""
    label: str
    """Name on screens and in docs."""
    suffixes: tuple[str, ...]
    """Usual file name extensions, the one for new files first."""
    sniff: Callable[[FileContent], bool]
    """Returns True if the content alone shows that a file has this format; never raises. This
    includes damaged files, which `read` then reports."""
    needs: Callable[[FileContent], Needs]
    """Returns the credentials that opening a file requires, NOTHING if none would help; never
    raises."""
    read: Callable[[bytes, Credentials], Backup]
    """Reads a file; raises FormatError, or BackupPasswordError."""
    app: str = ""
    """The app that writes such files, for the question where a backup comes from; empty if none."""
    how_to_export: str = ""
    """How to get such a file out of the app: one or two short sentences, for a list."""
    write: Callable[[Backup, Credentials], bytes] | None = None
    """Returns a file; raises FormatError for what `plan_export` leaves out. None: import only."""
    plan_export: Callable[[Backup], ExportPlan] | None = None
    """Returns what the format can store of a backup. None: import only."""
    encrypted: bool = True
    """True if `write` encrypts."""
    write_needs: Needs = Needs.PASSWORD
    """The credentials that `write` requires; NOTHING if it doesn't encrypt."""
    min_password: int = 1
    """Minimum length of a password for `write`."""
    needs_issuer: bool = False
    """True if the app refuses entries without an issuer; `export_plan` gives them their account."""
    needs_name: bool = False
    """True if the app refuses entries with neither issuer nor account."""
    names: tuple[str, ...] = ()
    """Endings of file names that are enough to recognize a file whose content shows no format."""
    weak_sniff: bool = False
    """True if `sniff` also takes files of other formats by chance: those formats come first."""
    holds: frozenset[str] = frozenset()
    """Fields of an Entry that are read back exactly as written, whatever its type, in addition to
    those that every format keeps: names, the secret as a key, and what determines codes."""
    keeps: frozenset[str] = frozenset()
    """Fields of an Entry that are stored too, but not always exactly. `plan_export` returns them as
    they are read back, and reports what is lost."""
