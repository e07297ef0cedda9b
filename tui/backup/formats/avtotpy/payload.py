"""AVTotpy's JSON: the list of entries, and the object around it.

Spec: avtotpy.md, "JSON is read tolerantly", "Writing is faithful"; hostile-input.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui.backup.formats._json import load
from tui.backup.formats.avtotpy.entry_shape import (
    EntryShape,
    keys_of,
    place_of,
    plain,
    read_row,
    shape_of,
    write_row,
)
from tui.backup.model import Problem
from tui.errors import EntryError, FormatError
from tui.otp.entry import Entry
from tui.text import plural, safe

MAX_ENTRIES = 50_000
"""Maximum number of entries; a file with more is refused."""

_LISTS = (
    *("codes", "entries", "accounts", "items", "totps", "tokens"),
    *("secrets", "otps", "services", "data"),
)
"""Usual keys of the list of entries."""
_COUNTS = ("count", "total", "size", "length")
_SILENT = ("id", "uuid", "pk", "created", "createdat", "updated", "updatedat")
_MOST_NAMED = 20
_MOST_AROUND = 100
_SHAPE = ("version", "format", "type", "schema", "app", "generator", "encoding", "kind")
"""Keys whose values describe the form of the file, not its contents."""
_LONGEST_AROUND = 32
_UNKNOWN = "unknown key, ignored"


@dataclass(frozen=True, slots=True)
class Wrapper:
    """The object around the list of entries."""

    key: str | None = None
    """The key of the list; None if there is no object around the list."""
    others: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """Other keys that describe form or size, if their values are short and plain. Anything else
    could be a name or a secret, and is neither kept nor written."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """The content of the JSON."""

    entries: tuple[Entry, ...]
    """Entries that could be read, in the file's order."""
    problems: tuple[Problem, ...]
    """The other entries, and everything else that was left out."""
    wrapper: Wrapper
    """The object around them."""
    shape: EntryShape | None
    """Their shape; None if there are no entries."""


def parse(data: bytes) -> Parsed:
    """Read the decrypted payload.

    Raises:
        FormatError: it is not JSON, has no list of entries, or more than 50,000.
    """
    root = load(data)
    problems: list[Problem] = []
    rows, wrapper = _rows(root, problems)
    if len(rows) > MAX_ENTRIES:
        raise FormatError(f"The backup has {len(rows)} entries; the limit is {MAX_ENTRIES}.")
    entries: list[Entry] = []
    understood: list[Any] = []
    unknown: Counter[str] = Counter()
    for place, row in enumerate(rows, 1):
        remarks: list[str] = []
        try:
            entries.append(read_row(row, remarks))
        except EntryError as error:
            problems.append(Problem(place_of(place, row), str(error)))
            continue
        understood.append(row)
        problems += (Problem(place_of(place, row), remark, refused=False) for remark in remarks)
        if isinstance(row, dict):
            known = {*keys_of(row).values()}
            unknown.update(key for key in row if key not in known and plain(key) not in _SILENT)
    for key, count in unknown.most_common(_MOST_NAMED):
        what = f"“{safe(key, 40)}” in {plural(count, 'entry')}"
        problems.append(Problem(what, _UNKNOWN, refused=False))
    if len(unknown) > _MOST_NAMED:
        what = f"{len(unknown) - _MOST_NAMED} more keys of entries"
        problems.append(Problem(what, _UNKNOWN, refused=False))
    shape = shape_of(understood) if understood else None
    return Parsed(tuple(entries), tuple(problems), wrapper, shape)


def dump(entries: Sequence[Entry], wrapper: Wrapper, shape: EntryShape) -> bytes:
    """Return the JSON of these entries, in this shape and wrapper.

    Raises:
        EntryError: entries are URIs, and one can't be written as a URI.
        UnicodeEncodeError: a name contains a lone surrogate.
    """
    rows = [write_row(entry, shape) for entry in entries]
    root: Any = rows
    if wrapper.key is not None:
        others = {
            key: len(rows) if plain(key) in _COUNTS and type(value) is int else value
            for key, value in wrapper.others.items()
        }
        root = {**others, wrapper.key: rows}
    return json.dumps(root, ensure_ascii=False, separators=(",", ":")).encode()


def _rows(root: Any, problems: list[Problem]) -> tuple[list[Any], Wrapper]:
    if isinstance(root, list):
        return root, Wrapper()
    lists = (
        [key for key, value in root.items() if type(value) is list] if type(root) is dict else []
    )
    named = sorted((key for key in lists if plain(key) in _LISTS), key=_rank)
    if not named and len(lists) != 1:
        raise FormatError("The backup was decrypted, but contains no list of entries.")
    if len(root) > _MOST_AROUND:
        raise FormatError("The backup was decrypted, but contains too many keys.")
    found = (named or lists)[0]
    others: dict[str, Any] = {}
    for key, value in root.items():
        if key == found:
            continue
        if _tells_shape(key, value):
            others[key] = value
        elif isinstance(value, dict | list) and value:
            problems.append(Problem(f"“{safe(key, 40)}” in the file", _UNKNOWN, refused=False))
    return root[found], Wrapper(found, others)


def _rank(key: str) -> int:
    return _LISTS.index(plain(key))


def _tells_shape(key: str, value: object) -> bool:
    if plain(key) not in (*_SHAPE, *_COUNTS):
        return False
    if isinstance(value, str):
        return len(value) <= _LONGEST_AROUND
    return value is None or isinstance(value, bool | int | float)
