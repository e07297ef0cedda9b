"""A masked field for secrets, which never leaves its text to others."""

from __future__ import annotations

from textual import on
from textual.message import Message
from textual.widgets import Input

from tui.app.widgets.text_input import TextInput
from tui.crypto.passwords import MIN_LENGTH, strength
from tui.text import plural

MISMATCH = "Passwords don't match. Repeat the password."
"""Said if a new password and its repetition differ."""


def judgment(first: str, second: str) -> tuple[str, str]:
    """Return what to say, and its tone, while a new password is typed and repeated."""
    if not first:
        return "", "muted"
    if len(first) < MIN_LENGTH:
        return plural(MIN_LENGTH - len(first), "more character"), "muted"
    if not first.startswith(second):
        return "Passwords don't match.", "warning"
    found = strength(first)
    return found.sentence, "warning" if found.is_weak else "muted"


class PasswordInput(TextInput):
    """A masked field that copies nothing, and whose messages carry no text."""

    MASKED = True

    class Typed(Message):
        """The text changed."""

    def __init__(
        self,
        placeholder: str = "",
        *,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(
            placeholder=placeholder, password=True, id=id, classes=classes, select_on_focus=False
        )
        self.cursor_blink = False

    def action_copy(self) -> None:
        """Do nothing, as secrets are never copied."""

    def action_cut(self) -> None:
        """Do nothing, as secrets are never copied."""

    @on(Input.Changed)
    def _keep(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed())

    @property
    def length(self) -> int:
        """Number of characters typed."""
        return len(self.value)

    def take(self) -> str:
        """Return the text and clear the field."""
        typed = self.value
        with self.prevent(Input.Changed):
            self.value = ""
        return typed


def unfinished(first: PasswordInput, second: PasswordInput) -> tuple[PasswordInput | None, str]:
    """Return the field of a new password to go on with, and what is wrong with it, if anything.

    The field is None if the password is long enough and repeated. What is refused is cleared, as
    nobody can see it to correct it.
    """
    if first.length < MIN_LENGTH:
        first.take()
        return first, f"A password needs at least {MIN_LENGTH} characters."
    if not second.value:
        return second, ""
    if first.value != second.value:
        second.take()
        return second, MISMATCH
    return None, ""
