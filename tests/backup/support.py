"""What the tests of backups share."""

from __future__ import annotations

from tui.backup import registry
from tui.backup.content import FileContent
from tui.backup.model import Format, Needs


def recognize(data: bytes, name: str = "") -> Format | None:
    """The format that the registry finds for these bytes."""
    return registry.recognize(FileContent(data), name)


def needs(form: Format, data: bytes) -> Needs:
    """What it takes to open these bytes as `form`."""
    return form.needs(FileContent(data))
