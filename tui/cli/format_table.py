"""The table of backup formats, for `formats` and `import --formats`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from tui.backup.registry import formats
from tui.cli import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.backup.model import Format
    from tui.cli.parser import Parser

_HEADING = ("FORMAT", "IMPORT", "EXPORT", "WHAT IT IS")


class PrintFormats(argparse.Action):
    """An option that prints the table and exits, whatever else is given."""

    def __call__(self, parser: Parser, *_args: object) -> None:  # type: ignore[override]
        output.lines(lines())
        parser.exit()


def lines() -> Iterator[str]:
    """Yield a line for each format, and below it how to get such a file out of its app."""
    heading, *rows = output.table([_HEADING, *map(_row, formats())])
    yield heading
    for row, each in zip(rows, formats(), strict=True):
        yield row
        yield from (f"    {line}" for line in each.how_to_export.splitlines())


def objects() -> list[dict[str, Any]]:
    """Return the same for JSON output."""
    return [
        {
            "name": each.name,
            "label": each.label,
            "app": each.app or None,
            "suffixes": list(each.suffixes),
            "import": True,
            "export": each.write is not None,
            "encrypted": each.encrypted if each.write is not None else None,
            "how_to_export": each.how_to_export or None,
        }
        for each in formats()
    ]


def _row(each: Format) -> tuple[str, ...]:
    written = "encrypted" if each.encrypted else "plain"
    named = not each.app or each.app.split()[0].strip(",") in each.label
    what = each.label if named else f"{each.label} ({each.app})"
    return each.name, "yes", written if each.write is not None else "-", what
