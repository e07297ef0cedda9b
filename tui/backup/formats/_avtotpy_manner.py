"""What one file of a server teaches of how it writes them all, as JSON that the vault can keep.

Spec: avtotpy.md, "Writing is faithful", "Default dialect".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tui.backup.formats._avtotpy_dialects import MAGIC_LENGTH, VERSION_LENGTH, Dialect, dialects
from tui.backup.formats._avtotpy_json import Around
from tui.backup.formats._avtotpy_row import FIELDS, Row

NAME = "avtotpy"
MAGIC = b"AVTOTPY_BACKUP_MAGIC"
"""First 20 bytes of a file in the default dialect; those of a server are not published."""
VERSIONS = (b"\x00\x01", b"\x01\x00")
"""Version 1, in either byte order; the first is written by default."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a server writes its files."""

    magic: bytes = MAGIC
    """The first 20 bytes."""
    version: bytes = VERSIONS[0]
    """The two after them."""
    dialect: Dialect = field(default_factory=Dialect)
    """How the payload is encrypted."""
    prefix: bytes = b""
    """What stands before the nonce."""
    around: Around = field(default_factory=Around)
    """What stands around the entries."""
    row: Row | None = None
    """How an entry looks; None where none was seen."""


def to_json(manner: Manner) -> Mapping[str, Any]:
    """Return what `manner` teaches, which is nothing where it is our own."""
    row = manner.row and replace(manner.row, nulls=True)
    if replace(manner, row=None) == Manner() and row in (None, Row()):
        return {}
    dialect = manner.dialect
    told: dict[str, Any] = {
        "magic": manner.magic.hex(),
        "version": manner.version.hex(),
        "derivation": dialect.derivation,
        "key_length": dialect.key_length,
        "prefix": manner.prefix.hex(),
        "associated": dialect.associated,
        "list": manner.around.key,
        "around": dict(manner.around.others),
    }
    if manner.row is not None:
        told["entry"] = {
            "uris": manner.row.uris,
            "keys": [list(pair) for pair in manner.row.keys],
            "sha": manner.row.sha,
            "text": list(manner.row.text),
            "kind": manner.row.kind,
            "nulls": manner.row.nulls,
        }
    return {NAME: told}


def from_json(learnt: Mapping[str, Any]) -> Manner:
    """Return what was learnt; the default where nothing was, or where it is not understood."""
    told = learnt.get(NAME)
    if not told:
        return Manner()
    try:
        prefix = bytes.fromhex(told["prefix"])
        dialect = Dialect(told["derivation"], told["key_length"], len(prefix), told["associated"])
        magic, version = bytes.fromhex(told["magic"]), bytes.fromhex(told["version"])
        around = Around(told["list"], dict(told["around"]))
        row = _row(told["entry"]) if "entry" in told else None
    except (KeyError, TypeError, ValueError):
        return Manner()
    if dialect not in dialects() or (len(magic), len(version)) != (MAGIC_LENGTH, VERSION_LENGTH):
        return Manner()
    return Manner(magic, version, dialect, prefix, around, row)


def _row(told: Mapping[str, Any]) -> Row:
    keys = tuple((str(key), str(each)) for key, each in told["keys"])
    if not {each for _, each in keys} <= FIELDS.keys():
        raise ValueError
    return Row(
        uris=told["uris"] is True,
        keys=keys,
        sha=str(told["sha"]),
        text=tuple(each for each in ("digits", "period") if each in told["text"]),
        kind=str(told["kind"]),
        nulls=told["nulls"] is True,
    )
