"""Reads keys in a thread that sleeps until there are some.

Textual's own looks for them ten times a second, which is most of what an idle app does.
"""

from __future__ import annotations

import os
import selectors
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual._parser import ParseEOF, ParseError

if TYPE_CHECKING:
    from codecs import IncrementalDecoder

    from textual._xterm_parser import XTermParser
    from textual.message import Message

_PENDING = 0.1
"""Seconds to wait for the rest of a control sequence, or after the end of the input."""
_MOST = 4096


class StopEvent(threading.Event):
    """An event that also wakes a thread that waits for input."""

    def __init__(self) -> None:
        super().__init__()
        self._reader, self._writer = os.pipe()

    def fileno(self) -> int:
        """Return the descriptor that is readable while the event is set."""
        return self._reader

    def set(self) -> None:
        if not self.is_set():
            super().set()
            os.write(self._writer, b"\0")

    def clear(self) -> None:
        if self.is_set():
            super().clear()
            os.read(self._reader, 1)


def read_input(
    descriptor: int,
    stop: StopEvent,
    parser: XTermParser,
    decoder: IncrementalDecoder,
    handle: Callable[[Message], object],
) -> None:
    """Pass what is typed to `handle`, until `stop` is set."""
    with selectors.SelectSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        selector.register(stop, selectors.EVENT_READ)
        while not stop.is_set():
            wait = None if parser._timeout_time is None else _PENDING
            if any(key.fd == descriptor for key, _ in selector.select(wait)):
                data = os.read(descriptor, _MOST)
                if not data:
                    stop.wait(_PENDING)
                if text := decoder.decode(data):
                    for event in parser.feed(text):
                        handle(event)
            for event in parser.tick():
                handle(event)
    try:
        list(parser.feed(""))
    except (ParseEOF, ParseError, EOFError):
        return
