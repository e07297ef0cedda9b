"""Reads the XML of a KeePass database as a stream: groups, entries, icons.

A tree of a large database would take gigabytes, so the parser's events are read.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from tui.backup.formats._entries import MAX_ENTRIES, MAX_ICON, Collector
from tui.backup.formats.keepass.otp_fields import entries_of, is_wanted
from tui.backup.model import Backup
from tui.crypto.stream import StreamCipher
from tui.errors import CryptoError, FormatError
from tui.otp.entry import Entry

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

MAX_ELEMENTS = 2_100_000
"""Maximum number of elements, where those outside of older versions and protected ones count twice;
a database of 5,000 entries with 10 older versions has about 1.8 million."""
MAX_CURRENT = 700_000
"""Maximum number of elements outside of older versions; 20,000 entries have about 660,000."""
MAX_LINES = 5_000_000
"""Maximum number of line ends, which take the parser longer than other text."""
_PIECE = 1 << 20
MAX_DEPTH = 200
"""Maximum depth of elements; a group adds one."""
_NOTHING = base64.b64encode(bytes(16)).decode()
_DAMAGED = "The KeePass database can't be read: its XML is damaged."
_LARGE = "The KeePass database is too large."
_SMALLER = "Save a copy of it without the history of its entries, and import that."
_separator = re.compile("[;,]")


class PlainValues:
    """The stream of an XML export, whose values are not encrypted."""

    def xor(self, _data: bytes) -> bytes:
        raise FormatError(
            "The values in this XML of a KeePass database are encrypted.",
            "Import the database itself, or export it again.",
        )

    def skip(self, _count: int) -> None:
        pass


@dataclass(slots=True)
class _Group:
    parent: _Group | None
    name: str = ""
    uuid: str = ""


@dataclass(slots=True)
class _Row:
    """An entry of the database."""

    group: _Group | None
    strings: dict[str, str] = field(default_factory=dict, repr=False)
    tags: str = ""
    icon: str = ""


def parse(xml: bytes, stream: StreamCipher) -> Backup:
    """Read the entries with one-time passwords; others are no problem.

    Raises:
        FormatError: it is not the XML of a database, or exceeds a limit.
    """
    from xml.parsers.expat import ExpatError, ParserCreate

    if _has_many_lines(xml):
        raise FormatError(_LARGE, _SMALLER)
    parser = ParserCreate("utf-8")
    parser.buffer_text = True
    parser.buffer_size = 1 << 20
    events = _Events(stream, parser)
    parser.StartDoctypeDeclHandler = events.doctype
    try:
        parser.Parse(xml, True)
    except (ExpatError, ValueError):
        raise FormatError(_DAMAGED) from None
    except CryptoError:
        raise FormatError(_LARGE, _SMALLER) from None
    if not events.is_database:
        raise FormatError(_DAMAGED)
    return events.backup()


def _has_many_lines(xml: bytes) -> bool:
    lines = 0
    for start in range(0, len(xml), _PIECE):
        lines += xml.count(b"\n", start, start + _PIECE) + xml.count(b"\r", start, start + _PIECE)
        if lines > MAX_LINES:
            return True
    return False


class _Events:
    """What the parser has found so far.

    Older versions have handlers of their own, which only count the bytes of protected values.
    """

    def __init__(self, stream: StreamCipher, parser: XMLParserType) -> None:
        self._stream = stream
        self._parser = parser
        self._handle_current()
        self._path: list[str] = []
        self._protected: list[bool] = []
        self._text: list[str] = []
        self._current = 0
        """Number of elements outside of older versions."""
        self._left = MAX_ELEMENTS
        self._depth: list[bool] = []
        """The open elements of the older versions, and which of them are protected."""
        self._group: _Group | None = None
        self._row: _Row | None = None
        self._key = self._value = ""
        self._icon = ""
        self._icons: dict[str, str] = {}
        self._bin = ""
        self._rows: list[_Row] = []
        self.is_database = False

    def doctype(self, *_parts: object) -> None:
        raise FormatError("The KeePass database has a document type, which none ever has.")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._current += 1
        self._left -= 2
        if self._left < 0 or self._current > MAX_CURRENT or len(self._path) > MAX_DEPTH:
            raise FormatError(_LARGE, _SMALLER)
        parent = self._path[-1] if self._path else ""
        if not parent:
            self.is_database = tag == "KeePassFile"
        elif tag == "Group" and parent in ("Root", "Group"):
            self._group = _Group(self._group)
        elif tag == "Entry" and parent == "Group":
            self._row = _Row(self._group)
        elif tag == "History":
            self._parser.StartElementHandler = self._start_older
            self._parser.EndElementHandler = self._end_older
            self._parser.CharacterDataHandler = None
        elif tag == "String":
            self._key = self._value = ""
        self._path.append(tag)
        protected = bool(attributes) and attributes.get("Protected", "").lower() == "true"
        self._protected.append(protected)
        self._text.clear()

    def _handle_current(self) -> None:
        self._parser.StartElementHandler = self.start
        self._parser.EndElementHandler = self.end
        self._parser.CharacterDataHandler = self.characters

    def _start_older(self, _tag: str, attributes: Mapping[str, str]) -> None:
        self._left -= 1
        if self._left < 0 or len(self._depth) > MAX_DEPTH:
            raise FormatError(_LARGE, _SMALLER)
        protected = bool(attributes) and attributes.get("Protected", "").lower() == "true"
        self._depth.append(protected)
        if protected:
            self._left -= 1
            self._text.clear()
            self._parser.CharacterDataHandler = self.characters

    def _end_older(self, tag: str) -> None:
        if not self._depth:
            self._text.clear()
            self._handle_current()
            self.end(tag)
        elif self._depth.pop():
            self._stream.skip(len(self._decoded()))
            self._text.clear()
            self._parser.CharacterDataHandler = None

    def _decoded(self) -> bytes:
        try:
            return binascii.a2b_base64("".join(self._text))
        except ValueError:
            raise FormatError(_DAMAGED) from None

    def characters(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        self._path.pop()
        parent = self._path[-1] if self._path else ""
        text = self._unprotected(parent) if self._protected.pop() else "".join(self._text)
        self._text.clear()
        if tag == "Group" and parent in ("Root", "Group") and self._group is not None:
            self._group = self._group.parent
        elif tag == "Entry" and parent == "Group" and self._row is not None:
            if self._row.strings and any(entries_of(self._row.strings)):
                self._rows.append(self._row)
                if len(self._rows) > MAX_ENTRIES:
                    raise FormatError(f"The backup has more than {MAX_ENTRIES} entries.")
            self._row = None
        elif self._row is not None:
            self._in_entry(self._row, parent, tag, text)
        elif parent == "Group" and self._group is not None:
            if tag == "Name":
                self._group.name = text
            elif tag == "UUID":
                self._group.uuid = text.strip()
        else:
            self._in_meta(parent, tag, text)

    def _in_entry(self, row: _Row, parent: str, tag: str, text: str) -> None:
        if parent == "String":
            if tag == "Key":
                self._key = text
            elif tag == "Value":
                self._value = text
        elif parent == "Entry":
            if tag == "String" and is_wanted(self._key):
                row.strings[self._key] = self._value
            elif tag == "Tags":
                row.tags = text
            elif tag == "CustomIconUUID":
                row.icon = text.strip()

    def _in_meta(self, parent: str, tag: str, text: str) -> None:
        if parent == "Meta" and tag == "RecycleBinUUID":
            self._bin = text.strip()
        elif parent == "Icon" and tag == "UUID":
            self._icon = text.strip()
        elif parent == "Icon" and tag == "Data":
            self._icons[self._icon] = text

    def _unprotected(self, parent: str) -> str:
        """Return a protected value of an entry; every other one only takes its part of the
        stream."""
        data = self._decoded()
        wanted = not self._key or is_wanted(self._key)
        if parent == "String" and self._row is not None and wanted:
            return self._stream.xor(data).decode(errors="replace")
        self._stream.skip(len(data))
        return ""

    def backup(self) -> Backup:
        """Return the entries with one-time passwords."""
        found = Collector()
        for row in self._rows:
            path, trashed = self._place(row.group)
            groups = [*path, *_separator.split(row.tags)]
            for read in entries_of(row.strings):
                more = {"deleted": int(trashed), "icon": self._shown(row, found)}
                found.add(row.strings.get("Title"), partial(_with, read, more), groups)
        return found.backup()

    def _place(self, group: _Group | None) -> tuple[list[str], bool]:
        """Return the path of a group below the root as a category, if any, and True for a group in
        the recycle bin."""
        names: list[str] = []
        while group is not None and group.parent is not None:
            if self._bin not in ("", _NOTHING) and group.uuid == self._bin:
                return [], True
            names.insert(0, group.name)
            group = group.parent
        return ["/".join(names)] if names else [], False

    def _shown(self, row: _Row, found: Collector) -> str | None:
        image = self._icons.get(row.icon)
        if not image or len(image) > MAX_ICON * 2:
            return None
        try:
            return found.icon(base64.b64decode(image))
        except ValueError:
            return None


def _with(read: Callable[[], Entry], more: Mapping[str, Any]) -> Entry:
    return replace(read(), **more)
