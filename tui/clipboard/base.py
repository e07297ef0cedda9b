"""What a clipboard is, and what is known after a copy."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """What is known of a copy; the value is shown to the user."""

    COPIED = "Copied to the clipboard"
    """Read back and compared."""
    SENT = "Sent to the terminal (the terminal decides)"
    """The terminal does not say whether it took the code."""
    GIVEN = "Sent to your clipboard command"
    """The command succeeded; what it did with the code is up to it."""


class Clipboard(Protocol):
    """One way to copy a code. Calls may block for a few seconds."""

    def copy(self, text: str) -> Outcome:
        """Put `text`, in printable ASCII, on the clipboard.

        Raises:
            ClipboardError: it may be there all the same; `clear` takes that away too.
        """
        ...

    def clear(self) -> None:
        """Remove what `copy` put there, as far as it is still there; nothing else if possible.

        Does nothing if nothing was copied since the last successful call.

        Raises:
            ClipboardError: it may still be there; the next call tries again.
        """
        ...
