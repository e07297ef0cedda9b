"""A field for secrets: masked, and what is typed stays in it."""

from __future__ import annotations

from textual import on
from textual.message import Message
from textual.widgets import Input


class PasswordInput(Input):
    """Copies nothing to any clipboard, and its messages carry no text."""

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
        """Do nothing: secrets are not copied."""

    def action_cut(self) -> None:
        """Do nothing: secrets are not copied."""

    @on(Input.Changed)
    def _keep(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Typed())

    @property
    def length(self) -> int:
        """How many characters were typed."""
        return len(self.value)

    def take(self) -> str:
        """Return what was typed and empty the field."""
        typed = self.value
        with self.prevent(Input.Changed):
            self.value = ""
        return typed
