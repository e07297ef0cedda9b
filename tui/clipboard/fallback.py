"""Copies in the first way that works."""

from __future__ import annotations

from collections.abc import Callable

from tui.clipboard.base import Clipboard, Handover, Outcome
from tui.errors import ClipboardError


class FallbackClipboard:
    """Copies with one clipboard, and with another one if that fails; says why.

    Both may then contain codes: one copied earlier, or one that couldn't be read back.
    """

    def __init__(self, first: Clipboard, second: Clipboard) -> None:
        self._first = first
        self._second = second

    def expect(self) -> Outcome:
        try:
            return self._first.expect()
        except ClipboardError as error:
            return _instead(error, self._second.expect)

    def copy(self, text: str) -> Outcome:
        try:
            return self._first.copy(text)
        except ClipboardError as error:
            return _instead(error, lambda: self._second.copy(text))

    def clear(self, *, unseen: bool = True) -> str:
        try:
            said = self._first.clear(unseen=unseen)
        finally:
            said_second = self._second.clear(unseen=unseen)
        return said_second or said

    def handover(self) -> Handover | None:
        first, second = self._first.handover(), self._second.handover()
        if first and second:
            return Handover(("auto",), first.texts + second.texts)
        return first or second

    def take_over(self, texts: tuple[str, ...]) -> None:
        self._first.take_over(texts)
        self._second.take_over(texts)


def _instead(error: ClipboardError, attempt: Callable[[], Outcome]) -> Outcome:
    """Return the outcome of another attempt, with the error as doubt; raise it if both fail."""
    try:
        outcome = attempt()
    except ClipboardError:
        raise error from None
    return outcome._replace(doubt=f"{error.sentence} {outcome.doubt}".rstrip())
