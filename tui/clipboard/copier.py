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
        self._clock = clock
        self._clear_after = clear_after
        self._lock = Lock()
        self._until: float | None = None

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
            try:
                self._clipboard.clear()
            except ClipboardError:
                return False
            return True
