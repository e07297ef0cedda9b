"""Reads CSV tables (RFC 4180) with a header, as password managers and spreadsheets write them."""

from __future__ import annotations

import io
from dataclasses import dataclass

from tui.backup.content import FileContent
from tui.errors import FormatError

MAX_ROWS = 100_000
"""Maximum number of rows."""
MAX_SEPARATORS = 1_000_000
"""Maximum number of separators and line breaks; a file with more is refused before it is parsed."""
MAX_CELLS = 1_000_000
"""Maximum number of rows times columns: short rows are filled up to the header's length."""
_MAX_COLUMNS = 1000
_TOO_LARGE = "The CSV file has too many rows or columns."
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    """A header, whose names are in lower case without surrounding spaces, and its rows.

    A name that occurs again is followed by a zero byte and a number.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def dicts(self) -> list[dict[str, str]]:
        """Return the rows by name, in the header's order; missing cells are empty, extra cells are
        dropped."""
        return [
            {name: row[place] if place < len(row) else "" for place, name in enumerate(self.header)}
            for row in self.rows
        ]

    def named(self, name: str) -> list[str]:
        """Return the columns with this name, as they are in the header."""
        return [column for column in self.header if column.partition("\0")[0] == name]


def header(content: FileContent) -> tuple[str, ...]:
    """Return the names in the first line in lower case; empty if it isn't a CSV header."""
    import csv

    line = _first_line(content.data)
    separator = _separator(line)
    if separator.encode() not in line:
        return ()
    try:
        text = line.decode().rstrip("\r")
        if not text.replace("\t", "").isprintable():
            return ()
        (row,) = csv.reader([text], delimiter=separator, strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError):
        return ()
    return _names(row)


def table(data: bytes) -> Table:
    """Parse a CSV file.

    Raises:
        FormatError: it is not a CSV table, is incomplete, or is too large.
    """
    import csv

    separator = _separator(_first_line(data))
    if sum(map(data.count, (separator.encode(), b"\n", b"\r"))) > MAX_SEPARATORS:
        raise FormatError(_TOO_LARGE)
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise FormatError("The file is not UTF-8 text.") from None
    names: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    try:
        lines = io.StringIO(text, newline="")
        for row in csv.reader(lines, delimiter=separator, strict=True):
            if not any(row):
                continue
            most = min(MAX_ROWS, MAX_CELLS // len(names)) if names else MAX_ROWS
            if len(row) > _MAX_COLUMNS or len(rows) >= most:
                raise FormatError(_TOO_LARGE)
            if names:
                rows.append(tuple(row))
            else:
                names = _names(row)
    except csv.Error as error:
        if "field limit" in str(error):
            raise FormatError("The CSV file has a cell that is too long.") from None
        raise FormatError("The CSV file is incomplete or damaged.") from None
    return Table(names, tuple(rows))


def _first_line(data: bytes) -> bytes:
    return data.removeprefix(_BOM)[:4096].lstrip(b"\r\n").partition(b"\n")[0]


def _separator(line: bytes) -> str:
    """Return what separates the names in a header: spreadsheets also write semicolons or tabs."""
    return max((",", ";", "\t"), key=lambda one: line.count(one.encode()))


def _names(row: list[str]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for place, cell in enumerate(row):
        name = cell.strip().lower()
        names[f"{name}\0{place}" if name in names else name] = None
    return tuple(names)
