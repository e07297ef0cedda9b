"""The palette: finds a command by its words and does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.strip import Strip
from textual.widgets import Input

from tui.app.deeds import Deed, deeds, matching
from tui.app.glyphs import glyphs_of
from tui.app.looks import looks_of
from tui.app.screens.base import Dialog
from tui.app.widgets.cells import fit
from tui.app.widgets.line_list import LineList

if TYPE_CHECKING:
    from tui.app.screens.codes import CodesScreen

_NOTE = 7


class DeedList(LineList, can_focus=False):
    """What was found; a click chooses."""

    def __init__(self, rows: Sequence[Deed]) -> None:
        super().__init__(id="deeds")
        self.rows = list(rows)

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def show(self, rows: Sequence[Deed]) -> None:
        """Show others, the first one selected."""
        self.rows, self.top = list(rows), 0
        self.rows_changed()

    def row_strip(self, index: int, width: int) -> Strip:
        deed, looks, chosen = self.rows[index], looks_of(self.app), index == self.cursor
        base, muted = (looks.on_plain, looks.on_muted) if chosen else (looks.plain, looks.muted)
        mark = glyphs_of(self.app).bar if chosen else " "
        return Strip(
            [
                Segment(f"{mark} ", looks.on_code if chosen else base),
                Segment(fit(deed.label, max(0, width - _NOTE - 3)) + " ", base),
                Segment(fit(deed.note, _NOTE), muted),
            ]
        ).adjust_cell_length(width, base)

    def empty_strip(self, line: int, width: int) -> Strip:
        if self.rows or line:
            return super().empty_strip(line, width)
        return Strip(
            [Segment(fit("  No command has these words.", width), looks_of(self.app).muted)]
        )

    def on_click(self, event: events.Click) -> None:
        super().on_click(event)
        if event.chain == 1 and self.top + event.y < self.row_count:
            self.post_message(self.Chosen())


class PaletteScreen(Dialog[Deed]):
    """Returns what was chosen, or nothing."""

    CSS_PATH = "palette.tcss"
    AUTO_FOCUS = "Input"
    BINDINGS: ClassVar = [
        Binding("escape", "dismiss", show=False),
        Binding("down,tab", "move(1)", show=False),
        Binding("up,shift+tab", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(self, offered: Sequence[Deed]) -> None:
        super().__init__()
        self._offered = offered

    def compose(self) -> ComposeResult:
        with Vertical(classes="card", id="palette") as card:
            card.border_title, card.border_subtitle = "Commands", "Esc closes"
            field = Input(placeholder="what to do", id="words")
            field.cursor_blink = False
            yield field
            yield DeedList(self._offered)

    @on(Input.Changed, "#words")
    def _find(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(DeedList).show(matching(self._offered, event.value))

    @on(Input.Submitted, "#words")
    @on(LineList.Chosen)
    def _choose(self) -> None:
        found = self.query_one(DeedList)
        if found.rows:
            self.dismiss(found.rows[found.cursor])

    def action_move(self, step: int) -> None:
        """Select the next one, or the one before."""
        self.query_one(DeedList).move(step)

    def action_page(self, step: int) -> None:
        """Go on by a page."""
        self.query_one(DeedList).action_page(step)


def open_palette(screen: CodesScreen) -> None:
    """Ask for a command and do it on `screen`."""

    def do(chosen: Deed | None) -> None:
        if chosen is not None:
            chosen.do()

    screen.app.push_screen(PaletteScreen(deeds(screen)), do)
