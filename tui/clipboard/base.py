"""The interface of clipboards, and the outcome of a copy."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Outcome(NamedTuple):
    """What is known about a copy."""

    says: str
    """What happened, to show to the user; no period at the end."""
    verified: bool = False
    """True if the code was read back from the place that `says` names."""
    doubt: str = ""
    """Sentences: why the code may not arrive where the user pastes, and what helps; or ""."""


COPIED = Outcome("Copied to the clipboard", verified=True)
"""Read back and compared."""
SENT = Outcome("Sent to the terminal, which may ignore it")
"""Sent to the terminal, which doesn't confirm it."""
GIVEN = Outcome("Sent to your clipboard command")
"""The command succeeded, whatever it did with the code."""


class Handover(NamedTuple):
    """What another process needs to clear the clipboard."""

    way: tuple[str, ...]
    """A value of the setting `clipboard`, or "command" and the words of the command."""
    texts: tuple[str, ...]
    """What was copied and may still be there."""


class Clipboard(Protocol):
    """One way to copy a code. Calls may block for a few seconds."""

    def expect(self) -> Outcome:
        """Return the outcome that a copy would have now, without copying.

        Raises:
            ClipboardError: a copy would fail.
        """
        ...

    def copy(self, text: str) -> Outcome:
        """Put `text`, in printable ASCII, on the clipboard.

        Raises:
            ClipboardError: it may still be there; `clear` then removes it.
        """
        ...

    def clear(self, *, unseen: bool = True) -> str:
        """Remove what `copy` put there, if it is still there.

        A place that can't be read back is cleared whatever it contains by now, and only if
        `unseen`. Return a sentence to show if that was done, otherwise "". Does nothing if nothing
        was copied since the last successful call.

        Raises:
            ClipboardError: it may still be there; the next call tries again.
        """
        ...

    def handover(self) -> Handover | None:
        """Return what `take_over` needs in another process; None if nothing was copied."""
        ...

    def take_over(self, texts: tuple[str, ...]) -> None:
        """Have the next `clear` remove these texts, which another process copied."""
        ...
