"""The terminal: detects that it is gone, and reads its keys."""

from __future__ import annotations

import codecs
import re
import select
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser

if TYPE_CHECKING:
    from textual.message import Message


def hung_up() -> bool:
    """Return True if standard input was a terminal that is gone."""
    try:
        poll = select.poll()
        poll.register(sys.__stdin__.fileno(), select.POLLHUP)  # type: ignore[union-attr]
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))
    except (AttributeError, OSError, ValueError):
        return False


_ESCAPE = "\x1b[27u"
"""The Escape key as sent by terminals that tell it from the start of a sequence."""
_NOTHING = "\x1b[G"
"""A sequence that Textual ignores."""
_PASTE_BEGINS, _PASTE_ENDS = "\x1b[200~", "\x1b[201~"
_lone_escape = re.compile(r"\x1b(?=[^\[O])")


def read_every_key(is_bound: Callable[[str], bool]) -> None:
    """Make Textual's driver keep every typed key, whatever arrives together with it.

    Escape followed by another key in one packet is read as two keys, unless `is_bound` says that a
    command has the two as a key with Alt. Bytes that are not UTF-8 (truncated text, or Latin-1)
    become U+FFFD, as they would end the app.
    """
    from textual.drivers import linux_driver

    def lenient(encoding: str) -> partial[codecs.IncrementalDecoder]:
        return partial(codecs.getincrementaldecoder(encoding), errors="replace")

    class Parser(KeyParser):
        def __init__(self, debug: bool = False) -> None:
            super().__init__(debug, is_bound)

    linux_driver.__dict__["getincrementaldecoder"] = lenient
    linux_driver.__dict__["XTermParser"] = Parser


class KeyParser(XTermParser):
    """Textual's parser, for input in which another key directly follows Escape."""

    def __init__(self, debug: bool, is_bound: Callable[[str], bool]) -> None:
        super().__init__(debug)
        self._is_bound = is_bound
        self._pasting = False
        self._ends_in_escape = False
        self._cut = ""
        """The start of a paste marker whose end has not arrived yet."""

    def feed(self, data: str) -> Iterable[Message]:
        if self._ends_in_escape and data and data[0] not in "\x1b[O" and not self._alt(data[0]):
            data = f"{_NOTHING}{data}"
        self._ends_in_escape = data.endswith("\x1b") and not self._pasting
        marked = self._marked(data)
        # Empty text would tell the parser that the input has ended.
        return super().feed(marked) if marked or not data else ()

    def _marked(self, data: str) -> str:
        """Rewrite each Escape that starts no sequence, so that it can't be mistaken for one."""
        data, self._cut = self._cut + data, ""
        marked = ""
        while data:
            end = _PASTE_ENDS if self._pasting else _PASTE_BEGINS
            part, found, data = data.partition(end)
            if not found:
                part, self._cut = _split_before(part, end, 1 if self._pasting else 3)
            if self._pasting:
                marked += part.replace("\x1b", "") + found
            else:
                marked += _lone_escape.sub(self._escape, part) + found
            self._pasting ^= bool(found)
        return marked

    def _escape(self, found: re.Match[str]) -> str:
        following = found.string[found.end() : found.end() + 1]
        return "\x1b" if self._alt(following) else _ESCAPE

    def _alt(self, character: str) -> bool:
        return self._is_bound(f"alt+{character}")


def _split_before(text: str, marker: str, least: int) -> tuple[str, str]:
    """Split off the end of `text` if it is the start of a marker, of at least `least`
    characters."""
    for length in range(len(marker) - 1, least - 1, -1):
        if text.endswith(marker[:length]):
            return text[:-length], text[-length:]
    return text, ""
