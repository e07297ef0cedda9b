"""The interface of clipboards, and the outcome of a copy."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What is known about a copy; the value is shown to the user."""

    COPIED = "Copied to the clipboard"
    """Read back and compared."""
    SENT = "Sent to the terminal (the terminal decides)"
    """Sent to the terminal, which doesn't confirm it."""
    GIVEN = "Sent to your clipboard command"
    """The command succeeded, whatever it did with the code."""


class Clipboard(Protocol):
    """One way to copy a code. Calls may block for a few seconds."""

    def copy(self, text: str) -> Outcome:
        """Put `text`, in printable ASCII, on the clipboard.

        Raises:
            ClipboardError: it may still be there; `clear` then removes it.
        """
        ...

    def clear(self) -> None:
        """Remove what `copy` put there, if it is still there, and nothing else if possible.

        Does nothing if nothing was copied since the last successful call.

        Raises:
            ClipboardError: it may still be there; the next call tries again.
        """
        ...
