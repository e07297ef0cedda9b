"""The apps that backups come from, each with its formats."""

from __future__ import annotations

import os
from pathlib import PurePath

from tui.backup.model import Format
from tui.backup.registry import formats
from tui.backup.sources import Source, read_file, source_of


def apps() -> tuple[str, ...]:
    """Return the names of all apps, and of formats that belong to no app, sorted."""
    return tuple(sorted({_app(each) for each in formats()}, key=str.casefold))


def how_to_export(app: str) -> str:
    """Return how to get a backup out of an app, one line for each way; empty if unknown."""
    return "\n".join(dict.fromkeys(each.how_to_export for each in _of(app) if each.how_to_export))


def read_source_of_app(path: str | os.PathLike[str], app: str = "") -> Source:
    """Read a file, and recognize it as `source_of_app` does.

    Raises:
        FileError: it can't be read.
    """
    return source_of_app(read_file(path), PurePath(path).name, app)


def source_of_app(data: bytes, name: str, app: str = "") -> Source:
    """Recognize these bytes as a backup of `app`, or of another one if the content says so.

    If nothing recognizes them, they are treated as the first format of `app`, so that its reader
    says what is wrong. Without `app`, any will do.
    """
    found = source_of(data, name)
    if not app or (found.format is not None and _app(found.format) == app):
        return found
    own = _of(app)
    claims = [each for each in own if each.sniff(found.content)]
    if claims or (found.format is None and own):
        return source_of(data, name, (claims or own)[0].name)
    return found


def _app(known: Format) -> str:
    return known.app or known.label


def _of(app: str) -> list[Format]:
    return [each for each in formats() if _app(each) == app]
