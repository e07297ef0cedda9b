"""Writes to the terminal in a thread, so that the app never waits for it."""

from __future__ import annotations

import os
import re
import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

_PIECE = 1024
"""Bytes written at once: what can't be dropped if nobody reads them."""
_AT_THE_END = 1.5
"""Seconds to wait for the terminal at the end."""
RESET = "\x1b[m"
SYNC_START, SYNC_END = b"\x1b[?2026h", b"\x1b[?2026l"
"""Between them, terminals that know them show nothing."""
_token = re.compile(
    rb"\x1b\[[0-9;?]*[A-Za-z]|[\xc2-\xf4][\x80-\xbf]+|.", re.DOTALL
)  # a control sequence or a character


class _Item:
    """Bytes to write, and how many of them were.

    They are overwritten in the end: glibc keeps what a thread frees as it was, for that thread.
    """

    __slots__ = ("at", "data", "end", "frame", "until")

    def __init__(self, data: bytearray, *, frame: bool) -> None:
        self.data = data
        self.frame = frame
        self.at = 0
        self.end = len(data)
        self.until = 0
        """The end of what is being written."""

    def next_piece(self) -> memoryview:
        """Return the bytes to write next, without a copy."""
        return memoryview(self.data)[self.at : self.until]

    def drop(self) -> None:
        """Overwrite what is not being written, except for what the terminal needs."""
        end = _end_of_token(self.data, self.until)
        rest = SYNC_END if self.until and self.data.startswith(SYNC_START) else b""
        self.end = min(end + len(rest), self.end)
        left = len(self.data) - end
        self.data[end:] = rest.ljust(left, b"\0")[:left]

    def wipe(self) -> None:
        """Overwrite all bytes."""
        self.data[:] = bytes(len(self.data))


class TerminalOutput(threading.Thread):
    """The thread that writes, in place of Textual's `WriterThread`, which blocks the app.

    At most one frame waits for the terminal. The app paints the next one when `when_drained` says
    so, with all that changed in the meantime.
    """

    def __init__(self, file: TextIO) -> None:
        super().__init__(name="terminal-output", daemon=True)
        self._file = file
        self._items: deque[_Item] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._gone = False
        self._drained: Callable[[], object] | None = None

    def write(self, text: str) -> None:
        """Write a control sequence, e.g. to copy."""
        self._add(text, frame=False)

    def write_frame(self, text: str, *, at_once: bool = False) -> None:
        """Write what changes the screen; `drop_frame` can drop it.

        With `at_once`, the terminal is asked to show it at once.
        """
        self._add(text, frame=True, at_once=at_once)

    def _add(self, text: str, *, frame: bool, at_once: bool = False) -> None:
        data = bytearray(text, self._file.encoding, self._file.errors or "strict")
        if at_once:
            data[:0] = SYNC_START
            data += SYNC_END
        with self._changed:
            if not self._gone:
                self._items.append(_Item(data, frame=frame))
                self._changed.notify()

    def when_drained(self, call: Callable[[], object]) -> bool:
        """Return False if no frame waits; otherwise `call`, in the thread, when it is written."""
        with self._changed:
            waits = any(item.frame for item in self._items)
            self._drained = call if waits else None
            return waits

    def drop_frame(self) -> bool:
        """Drop what is not written yet of a frame; return True if there was something."""
        with self._changed:
            dropped = False
            for item in self._items:
                if item.frame:
                    dropped = True
                    item.drop()
            return dropped

    def run(self) -> None:
        """Write until stopped."""
        descriptor = self._file.fileno()
        while (item := self._next()) is not None:
            try:
                with item.next_piece() as piece:
                    item.at += os.write(descriptor, piece)
            except OSError:
                with self._changed:
                    self._gone = True
                    self._items.clear()

    def _next(self) -> _Item | None:
        """Wait for something to write; return None at the end."""
        while True:
            with self._changed:
                while self._items and self._items[0].at >= self._items[0].end:
                    self._items.popleft().wipe()
                call = None
                if not any(item.frame for item in self._items):
                    call, self._drained = self._drained, None
                if call is None:
                    if self._items:
                        item = self._items[0]
                        item.until = min(item.at + _PIECE, item.end)
                        return item
                    if self._stopping:
                        return None
                    self._changed.wait()
            if call is not None:
                call()

    def stop(self) -> None:
        """Write what remains but frames, and end; don't wait long for a terminal nobody reads."""
        self.drop_frame()
        self.write(RESET)
        crashed = not self.is_alive() and not self._stopping
        with self._changed:
            self._stopping = True
            self._changed.notify()
        writer = threading.Thread(target=self.run, daemon=True) if crashed else self
        if crashed:
            writer.start()
        writer.join(_AT_THE_END)


def _end_of_token(data: bytearray, at: int) -> int:
    """Return the end of the control sequence or character that contains the byte before `at`."""
    if not at:
        return 0
    return next((found.end() for found in _token.finditer(data) if found.end() >= at), len(data))
