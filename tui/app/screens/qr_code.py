"""Shows QR codes to scan with a phone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.geometry import Size
from textual.widgets import Label

from tui import qr
from tui.app.screens.base import Dialog
from tui.app.widgets.cells import wrapped
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.qr_picture import QrPicture
from tui.text import safe

_BESIDE = 28
"""Columns for the words next to the code."""
_BELOW = 2
"""Minimum rows for the words below the code."""
_TITLE = 120


def fits_in(code: qr.QrCode, size: Size, *, ascii_only: bool) -> bool:
    """Return True if a terminal of that size can show all of `code`."""
    width, height = size
    rooms = ((width - _BESIDE, height), (width, height - _BELOW))
    return any(code.margin_within(*room, plain=ascii_only) is not None for room in rooms)


class QrScreen(Dialog[int]):
    """Shows one code at a time, or the terminal size that it needs.

    Returns the number of codes that were shown.
    """

    CSS_PATH = "entry.tcss"
    BINDINGS: ClassVar = [
        Binding("right,pagedown,space,n", "turn(1)", show=False),
        Binding("left,pageup,p", "turn(-1)", show=False),
        Binding("enter", "go_on", show=False),
        Binding("escape,q,r", "close", show=False),
    ]

    _picture = getters.query_one(QrPicture)

    def __init__(self, title: str, texts: Sequence[str], note: str = "") -> None:
        """`texts` are the contents of the codes; `note` is shown next to each code if it fits.

        Raises:
            EntryError: a text is too long for a QR code.
        """
        super().__init__()
        self._title, self._note = safe(title, _TITLE), safe(note)
        self._codes = [qr.make(text) for text in texts]
        self._page = 0
        self._shown: set[int] = set()
        """The pages that were shown and fitted."""

    def compose(self) -> ComposeResult:
        with Vertical(id="frame"):
            yield QrPicture()
        with Vertical(id="words"):
            yield Label("", classes="title", markup=False)
            yield Label("", id="note", markup=False)
            yield KeyBar([])

    def on_resize(self) -> None:
        self._arrange()

    def _arrange(self) -> None:
        """Show the code with the words next to or below it, or ask for a larger terminal."""
        code, (width, height) = self._codes[self._page], self.size
        beside = self._picture.show(code, width - _BESIDE, height)
        fits = beside or self._picture.show(code, width, height - _BELOW)
        self.set_class(beside, "-beside")
        self.set_class(not fits, "-too-small")
        if fits:
            self._shown.add(self._page)
        count = len(self._codes)
        pages = [f"code {self._page + 1} of {count}"] if count > 1 else []
        title = ("\n" if beside else " · ").join([self._title, *pages])
        self.query_one(".title", Label).update(title)
        note = self.query_one("#note", Label)
        note.update(self._note if fits else self._too_small(code))
        left = height - _BELOW - self._picture.get_content_height(self.size, self.size, width)
        lines = len(wrapped(self._note, width - 2))
        note.display = not fits or (bool(self._note) and (beside or lines <= left))
        keys = [("←→", "page")] if count > 1 else []
        self.query_one(KeyBar).show([*keys, ("Esc", "close")])

    def _too_small(self, code: qr.QrCode) -> str:
        columns, rows = self._picture.needs(code)
        if self.size.width >= columns + _BESIDE:
            columns += _BESIDE
        else:
            rows += _BELOW
        return (
            f"The QR code doesn't fit. Enlarge the terminal to at least {columns} x {rows}, or "
            "use a smaller font."
        )

    def action_turn(self, step: int) -> None:
        """Show the next code, or the previous one (-1)."""
        page = max(0, min(self._page + step, len(self._codes) - 1))
        if page != self._page:
            self._page = page
            self._arrange()

    def action_go_on(self) -> None:
        """Show the next code, or close after the last."""
        if self._page + 1 < len(self._codes):
            self.action_turn(1)
        else:
            self.action_close()

    def action_close(self) -> None:
        """Close, saying how many codes were shown."""
        self.dismiss(len(self._shown))

    def on_unmount(self) -> None:
        """Drop all codes."""
        self._codes = []
