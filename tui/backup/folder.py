"""Tells which files of a folder are backups, from their first bytes."""

from __future__ import annotations

import os
import stat
from pathlib import PurePath

from tui.backup.content import FileContent
from tui.backup.registry import formats, recognize
from tui.files import close

_WHOLE = 256 * 1024
"""Files up to this size, in bytes, are read as a whole; of others, only as much."""
_COMMON = {".bin", ".csv", ".htm", ".html", ".json", ".txt", ".xml", ".zip"}
"""Extensions that say nothing about the app."""
_PICTURES = "qr-image"
"""A format that any picture seems to have, with a QR code or without."""


def app_of(path: str | os.PathLike[str]) -> str:
    """Return the app that a file seems to be a backup of, else its format; empty if it is neither.

    Never raises, and never waits for a pipe.
    """
    try:
        data, whole = _start(path)
    except (OSError, ValueError):
        return ""
    if not data:
        return ""
    name = PurePath(path).name
    found = recognize(FileContent(data), name)
    if found is None and not whole:
        ending = PurePath(name).suffix.lower()
        known = (each for each in formats() if ending in each.suffixes)
        found = next(known, None) if ending not in _COMMON else None
    if found is None or found.name == _PICTURES:
        return ""
    return found.app or found.label


def _start(path: str | os.PathLike[str]) -> tuple[bytes, bool]:
    """Return the first bytes of a regular file, and True if they are all; empty for others."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            return b"", True
        return os.read(descriptor, _WHOLE), status.st_size <= _WHOLE
    finally:
        close(descriptor)
