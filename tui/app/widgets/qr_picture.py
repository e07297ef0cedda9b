"""A QR code, black on white in all themes and with NO_COLOR."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tui.app.context import context_of
from tui.app.no_color import KEPT
from tui.app.styles import shortest
from tui.qr import MARGINS, QrCode

_BLACK, _WHITE = shortest(Color(0, 0, 0)), shortest(Color(255, 255, 255))
_DARK_ON_LIGHT = Style(color=_BLACK, bgcolor=_WHITE, meta={KEPT: True})
_MODULES = {"#": Style(color=_WHITE, bgcolor=_BLACK, meta={KEPT: True}), " ": _DARK_ON_LIGHT}


class QrPicture(Widget):
    """Shows one code. With ASCII only, it is larger and made of colored spaces."""

    DEFAULT_CSS = """
    QrPicture { width: auto; height: auto; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._strips: list[Strip] = []

    @property
    def ascii_only(self) -> bool:
        """True if half blocks can't be used."""
        return context_of(self.app).ascii_only

    def needs(self, code: QrCode) -> tuple[int, int]:
        """Return the minimum columns and rows to show `code`."""
        return code.size(MARGINS[-1], plain=self.ascii_only)

    def show(self, code: QrCode, columns: int, rows: int) -> bool:
        """Show `code` if it fits into the given cells, else nothing; return True if it fits."""
        margin = code.margin_within(columns, rows, plain=self.ascii_only)
        if margin is None:
            self._strips = []
        elif self.ascii_only:
            self._strips = [_spaces(line) for line in code.ascii(margin)]
        else:
            self._strips = [
                Strip([Segment(line, _DARK_ON_LIGHT)]) for line in code.half_blocks(margin)
            ]
        self.display = margin is not None
        self.refresh(layout=True)
        return self.display

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return self._strips[0].cell_length if self._strips else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._strips)

    def render_line(self, y: int) -> Strip:
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width)


def _spaces(line: str) -> Strip:
    return Strip([Segment("  ", _MODULES[char]) for char in line[::2]])
