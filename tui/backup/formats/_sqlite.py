"""Reads single tables of SQLite databases in memory, with limits (spec: hostile-input.md)."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from tui.errors import FormatError

if TYPE_CHECKING:
    from sqlite3 import Connection

SIGNATURE = b"SQLite format 3\0"
MAX_ROWS = 50_000
"""Maximum number of rows in a table; a table with more is refused."""
Value = str | bytes | int | float | None
_HEADER = 100
_MAX_VALUE = 1 << 20
_MAX_SQL = 100_000
_STEPS = 10_000
_MAX_STEPS = 5_000_000
_WRITE_VERSION, _READ_VERSION, _WAL = 18, 19, 2
_is_plain_table = re.compile(r"CREATE\s+TABLE\b", re.IGNORECASE).match
_DAMAGED = "The database is incomplete or damaged."


def has_columns(data: bytes, table: str, columns: Sequence[str]) -> bool:
    """Return True if this is a database with a table (no view) that has these columns."""
    if not data.startswith(SIGNATURE):
        return False
    try:
        with _opened(data) as database:
            return set(columns) <= _columns(database, table)
    except FormatError:
        return False


def rows(
    data: bytes, table: str, columns: Sequence[str], optional: Sequence[str] = ()
) -> list[dict[str, Value]]:
    """Return the rows of a table in the order of their ids, each with the named columns.

    Columns in `optional` that the table doesn't have are None.

    Raises:
        FormatError: the database is damaged, has no such table, or too many rows; or its rows may
            be in another file.
    """
    if not data.startswith(SIGNATURE):
        raise FormatError("The file is not an SQLite database.")
    with _opened(data) as database:
        present = _columns(database, table)
        if not set(columns) <= present:
            raise FormatError(f"The database has no table {table} of this app.")
        wanted = [*columns, *(each for each in optional if each in present)]
        selected = database.execute(
            f"SELECT {', '.join(wanted)} FROM {table} ORDER BY rowid"  # noqa: S608 - our names
        )
        found = list(_bounded(selected, len(data)))
    if not found and len(data) > _READ_VERSION and data[_READ_VERSION] == _WAL:
        raise FormatError(
            "The database is empty: its entries may be in the file that ends in -wal.",
            "Copy the database again after closing the app.",
        )
    missing = dict.fromkeys(optional)
    return [{**missing, **dict(zip(wanted, row, strict=True))} for row in found]


def _bounded(selected: Iterable[tuple[Value, ...]], most: int) -> Iterator[tuple[Value, ...]]:
    """Yield the rows; in a database that refers to one page from many rows, they exceed `most`."""
    size = 0
    for count, row in enumerate(selected):
        if count >= MAX_ROWS:
            raise FormatError(f"The database has more than {MAX_ROWS} entries.")
        size += sum(len(each) for each in row if isinstance(each, str | bytes))
        if size > most:
            raise FormatError(_DAMAGED)
        yield row


@contextlib.contextmanager
def _opened(data: bytes) -> Iterator[Connection]:
    """Open a copy of the database that can only be read.

    Raises:
        FormatError: SQLite can't read it, or it takes too many steps. Also from the `with` block.
    """
    import sqlite3

    # A file in WAL mode can't be opened in memory: without the -wal file both modes are the same.
    prepared = bytearray(data)
    if len(prepared) >= _HEADER:
        prepared[_WRITE_VERSION] = prepared[_READ_VERSION] = 1
    left = _MAX_STEPS // _STEPS

    def step() -> int:
        nonlocal left
        left -= 1
        return left < 0

    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.text_factory = lambda raw: raw.decode(errors="replace")
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_VALUE)
        database.setlimit(sqlite3.SQLITE_LIMIT_SQL_LENGTH, _MAX_SQL)
        database.set_progress_handler(step, _STEPS)
        try:
            database.deserialize(bytes(prepared))
            database.execute("PRAGMA trusted_schema=off")
            database.execute("PRAGMA cell_size_check=on")
            database.execute("PRAGMA query_only=on")
            yield database
        except (sqlite3.Error, OverflowError, MemoryError, ValueError):
            raise FormatError(_DAMAGED) from None


def _columns(database: Connection, table: str) -> set[str]:
    """Return the stored columns of a table; none if it is missing, virtual, or a view."""
    kinds = database.execute(
        "SELECT type, sql FROM sqlite_master WHERE name = ? AND type IN ('table', 'view')", (table,)
    ).fetchall()
    if len(kinds) != 1:
        return set()
    kind, sql = kinds[0]
    if kind != "table" or not isinstance(sql, str) or not _is_plain_table(sql):
        return set()
    listed = database.execute(
        "SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", (table,)
    ).fetchmany(_STEPS)
    return {name for (name,) in listed if isinstance(name, str)}
