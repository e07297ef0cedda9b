"""The text field that all others are made of."""

from __future__ import annotations

from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input


class TextInput(Input):
    """Textual's field, except that a key in it doesn't lay out the whole screen again."""

    virtual_size = Reactive(Size(0, 0))
    """Without `layout=True`: the size of the field doesn't depend on its text."""
