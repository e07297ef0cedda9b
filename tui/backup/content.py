"""The content of a file, parsed once for all formats that try to recognize it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from tui.backup.formats import _json, _lines, _zip
from tui.errors import FormatError

if TYPE_CHECKING:
    from zipfile import ZipInfo


class FileContent:
    """The bytes of one file, and what several formats derive from them. Its repr hides them."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __repr__(self) -> str:
        return "FileContent(…)"

    @property
    def json(self) -> Any:
        """The parsed JSON; None if the file isn't JSON, or `_json` refuses it."""
        return self._json[0]

    @property
    def json_error(self) -> str:
        """Why a file that starts like JSON can't be read as such; otherwise empty."""
        return self._json[1]

    @cached_property
    def _json(self) -> tuple[Any, str]:
        if self.data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
            return None, ""
        try:
            return _json.load(self.data), ""
        except FormatError as error:
            return None, str(error)

    @cached_property
    def first_line(self) -> bytes:
        """The first line that is neither blank nor a comment; empty if there is none."""
        return _lines.first_line(self.data)

    @property
    def zip_files(self) -> list[ZipInfo]:
        """The files in a zip archive; empty if it isn't one, or `_zip` refuses it."""
        return self._archive[0]

    @property
    def zip_error(self) -> str:
        """Why a zip archive can't be read; otherwise empty."""
        return self._archive[1]

    @cached_property
    def _archive(self) -> tuple[list[ZipInfo], str]:
        if not self.data.startswith(_zip.SIGNATURE):
            return [], ""
        try:
            return _zip.files(self.data), ""
        except FormatError as error:
            return [], error.sentence
