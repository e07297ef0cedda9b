"""What a way to copy is, and what can be said after it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What is known of a copy; the value is what the user is told."""

    COPIED = "Copied"
    """It was read back."""
    SENT = "Sent to your terminal"
    """The terminal does not tell whether it took it."""
    GIVEN = "Given to your clipboard command"
    """The command ended well; what it did with the code is its own affair."""


class Clipboard(Protocol):
    """One way to copy. Calls may block for a few seconds, never for longer."""

    def copy(self, text: str) -> Outcome:
        """Put `text` on the clipboard. Raises ClipboardError with the reason."""
        ...

    def clear(self) -> None:
        """Take what `copy` put there off again, as far as it is there still.

        Does nothing when nothing was copied since the last time. Raises ClipboardError when
        it could not be done.
        """
        ...
