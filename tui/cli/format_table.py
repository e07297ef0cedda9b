"""The table of backup formats, for `formats` and `import --formats`."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING, Any

from tui.backup.registry import formats
from tui.cli import output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui.backup.model import Format
    from tui.cli.parser import Parser

_WIDTH, _INDENT = 80, "    "
_HEADING = ("FORMAT", "IMPORT", "EXPORT", "WHAT IT IS")


class PrintFormats(argparse.Action):
    """An option that prints the table and exits, whatever else is given."""

    def __call__(self, parser: Parser, *_args: object) -> None:  # type: ignore[override]
        output.lines(lines())
        parser.exit()


def lines() -> Iterator[str]:
    """Yield a line for each format, and below it how to get such a file out of its app."""
    listed = _by_name()
    heading, *rows = output.table([_HEADING, *map(_row, listed)])
    yield heading
    for row, each in zip(rows, listed, strict=True):
        yield row
        for line in each.how_to_export.splitlines():
            yield from textwrap.wrap(
                line, _WIDTH, initial_indent=_INDENT, subsequent_indent=_INDENT
            )


def objects() -> list[dict[str, Any]]:
    """Return the formats for JSON output."""
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
        for each in _by_name()
    ]


def _by_name() -> list[Format]:
    return sorted(formats(), key=lambda each: each.name)


def _row(each: Format) -> tuple[str, ...]:
    written = "encrypted" if each.encrypted else "plain"
    return each.name, "yes", written if each.write is not None else "-", each.label
