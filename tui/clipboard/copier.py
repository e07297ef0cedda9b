"""Copier: takes a copied code off the clipboard again when its time is over."""

from __future__ import annotations

from threading import Lock

from tui.clipboard.base import Clipboard, Outcome
from tui.clock import Clock
from tui.errors import ClipboardError


class Copier:
    """A clipboard with a deadline; every method may be called from any thread."""

    def __init__(self, clipboard: Clipboard, clock: Clock, clear_after: float) -> None:
        """`clear_after` is in seconds; 0 leaves a code there until `clear`."""
        self._clipboard = clipboard
        self._before: list[Clipboard] = []
        self._clock = clock
        self._clear_after = clear_after
        self._lock = Lock()
        self._until: float | None = None

    def use(self, clipboard: Clipboard | None, clear_after: float) -> None:
        """Copy another way (None: the same) and clear after other seconds from now on.

        What was copied already is cleared as it would have been. Does not block.
        """
        if clipboard is not None and clipboard is not self._clipboard:
            self._before.append(self._clipboard)
            self._clipboard = clipboard
        self._clear_after = clear_after

    def copy(self, text: str) -> Outcome:
        """Copy `text` and start its time anew. Blocks; raises ClipboardError."""
        with self._lock:
            try:
                return self._clipboard.copy(text)
            finally:
                if self._clear_after > 0:
                    self._until = self._clock.steady() + self._clear_after

    @property
    def due(self) -> bool:
        """Whether the time of what was copied last is over. Does not block."""
        until = self._until
        return until is not None and self._clock.steady() >= until

    def tick(self) -> bool:
        """Empty the clipboard if that is due; return whether it was. Blocks only then."""
        return self.due and self.clear()

    def clear(self) -> bool:
        """Empty the clipboard of what was copied, now: on lock and on exit. Blocks.

        Returns False if that failed, which nobody can help at that point; raises nothing.
        """
        with self._lock:
            self._until = None
            failed = [way for way in (*self._before, self._clipboard) if not _cleared(way)]
            self._before = [way for way in failed if way is not self._clipboard]
            return not failed


def _cleared(way: Clipboard) -> bool:
    try:
        way.clear()
    except ClipboardError:
        return False
    return True
