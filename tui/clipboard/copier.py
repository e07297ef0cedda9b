"""Copies codes, and clears the clipboard later."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock

from tui.clipboard.base import Clipboard, Handover, Outcome
from tui.clock import Clock
from tui.errors import ClipboardError

RETRIES = (5.0, 30.0, 120.0)
"""Seconds before each retry to clear a clipboard."""


class Copier:
    """A clipboard with a deadline. Safe to use from several threads.

    A clipboard that couldn't be cleared is retried: `due` turns true after each of `RETRIES`, and
    every later `clear` (at lock, at exit) includes it.

    What can't be read back (see `Clipboard.clear`) is cleared only if the user was told when: after
    a copy that has a deadline, until that deadline.
    """

    def __init__(self, clipboard: Clipboard, clock: Clock, clear_after: float) -> None:
        """`clear_after` is in seconds; 0 keeps a code until `clear`."""
        self._clipboard = clipboard
        self._previous: list[Clipboard] = []
        """Clipboards used earlier that may still contain a code."""
        self._clock = clock
        self._clear_after = clear_after
        self._lock = Lock()
        self._until: float | None = None
        self._announced = False
        """True if the last copy had a deadline."""
        self._retries: Iterator[float] = iter(RETRIES)

    def use(self, clipboard: Clipboard | None, clear_after: float) -> None:
        """Change the clipboard (None: the same) and the time for later copies.

        Earlier copies are cleared at their own time. Does not block.
        """
        if clipboard is not None and clipboard is not self._clipboard:
            self._previous.append(self._clipboard)
            self._clipboard = clipboard
        self._clear_after = clear_after

    def copy(self, text: str) -> Outcome:
        """Copy `text` and set the time to clear it. Blocks; raises ClipboardError."""
        with self._lock:
            try:
                return self._clipboard.copy(text)
            finally:
                self._retries = iter(RETRIES)
                self._announced = self._clear_after > 0
                if self._clear_after > 0:
                    self._until = self._clock.steady() + self._clear_after

    @property
    def due(self) -> bool:
        """True if it is time to clear the clipboard, and nothing is doing that. Does not block."""
        return self._is_time and not self._lock.locked()

    @property
    def _is_time(self) -> bool:
        until = self._until
        return until is not None and self._clock.steady() >= until

    def tick(self) -> str:
        """Clear the clipboard if that is due. Blocks only then. Return what `clear` does.

        Raises:
            ClipboardError: as `clear`.
        """
        with self._lock:
            return self._clear() if self._is_time else ""

    def clear(self) -> str:
        """Clear the clipboard now: at lock and at exit. Blocks.

        Return a sentence to show if something was cleared that may not have been ours.

        Raises:
            ClipboardError: "Couldn't clear the clipboard: " and the reason, to show. A code may
                still be there.
        """
        with self._lock:
            return self._clear()

    @property
    def announced(self) -> bool:
        """True if the last copy had a deadline, so that the user expects the clipboard cleared."""
        return self._announced

    def handover(self) -> Handover | None:
        """Return what another process needs to clear the last copy; None if there was none."""
        return self._clipboard.handover()

    def _clear(self) -> str:
        reasons, said = [], ""
        for clipboard in dict.fromkeys([*self._previous, self._clipboard]):
            try:
                said = clipboard.clear(unseen=self._announced) or said
            except ClipboardError as error:
                reasons.append(error.sentence)
            else:
                if clipboard in self._previous:
                    self._previous.remove(clipboard)
        pause = next(self._retries, None) if reasons else None
        self._until = None if pause is None else self._clock.steady() + pause
        if reasons:
            raise ClipboardError(f"Couldn't clear the clipboard: {' '.join(reasons)}")
        return said
