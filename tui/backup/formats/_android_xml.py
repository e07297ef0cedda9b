"""Reads the preference files of Android apps: `<map>` with strings, numbers and booleans."""

from __future__ import annotations

import re

from tui.errors import FormatError

MAX_VALUES = 100_000
"""Maximum number of elements; a file with more is refused while it is parsed."""
_MAX_DEPTH = 8
_HEAD = 1024
_NOT_XML = "The file is incomplete, or is not XML."
_BOM = b"\xef\xbb\xbf"


def has_value(data: bytes, name: str) -> bool:
    """Return True if this looks like a preference file with a value whose name starts with
    `name`."""
    head = data.removeprefix(_BOM)[:_HEAD].lstrip()
    if not head.startswith((b"<?xml", b"<map")) or b"<map" not in head:
        return False
    return re.search(rb"\bname=[\"']" + re.escape(name.encode()), data) is not None


def preferences(data: bytes) -> dict[str, str | bool]:
    """Return the values by name, in the order of the file; numbers as text.

    Raises:
        FormatError: it is not a preference file in UTF-8, is too large or nested too deeply, or has
            a document type (spec: hostile-input.md).
    """
    from xml.etree.ElementTree import ParseError, XMLParser

    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise FormatError("The file is not UTF-8 text.") from None
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise FormatError("The file has a document type, which a backup never has.")
    # Given text, the parser ignores the encoding that the file claims to have.
    values = _Values()
    parser = XMLParser(target=values)  # noqa: S314 - without a document type, no entities
    try:
        parser.feed(text)
        parser.close()
    except (ParseError, ValueError, LookupError):
        raise FormatError(_NOT_XML) from None
    return values.found


class _Values:
    """Takes what the parser finds; builds no tree."""

    def __init__(self) -> None:
        self.found: dict[str, str | bool] = {}
        self._depth = self._count = 0
        self._name: str | None = None
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth == 1 and tag != "map":
            raise FormatError("The file is not from an Android app.")
        if self._depth > _MAX_DEPTH:
            raise FormatError("The file is nested too deeply.")
        if self._count > MAX_VALUES:
            raise FormatError("The file contains too many values.")
        name = attributes.get("name")
        if self._depth != 2 or name is None:
            return
        if tag == "string":
            self._name, self._text = name, []
        elif tag == "boolean":
            self.found[name] = attributes.get("value") == "true"
        elif tag in ("int", "long", "float"):
            self.found[name] = attributes.get("value") or ""

    def data(self, text: str) -> None:
        if self._name is not None and self._depth == 2:
            self._text.append(text)

    def end(self, _tag: str) -> None:
        if self._depth == 2 and self._name is not None:
            self.found[self._name] = "".join(self._text)
            self._name = None
        self._depth -= 1

    def close(self) -> None:
        pass
