"""The content of a file, as formats look at it to recognize it: each look is taken once."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from tui.backup.formats import _json, _lines
from tui.errors import FormatError


class FileContent:
    """The bytes of one file, and what several formats need of them. Its repr shows nothing."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __repr__(self) -> str:
        return "FileContent(…)"

    @cached_property
    def json(self) -> Any:
        """The parsed JSON; None where the file is anything else, or more than `_json` accepts."""
        if self.data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
            return None
        try:
            return _json.load(self.data)
        except FormatError:
            return None

    @cached_property
    def first_line(self) -> bytes:
        """The first line that is neither blank nor a comment; empty where there is none."""
        return _lines.first_line(self.data)
