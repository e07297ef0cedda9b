"""The terminal shows the same as with Textual's own frames, after any keys and sizes."""

from __future__ import annotations

import asyncio
import random
from io import StringIO

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from textual._compositor import LayoutUpdate
from textual.widget import Widget
from textual.widgets import Input

from tests.app.conftest import MakeApp
from tests.app.helpers import FakeClock, settle
from tests.app.terminal_cells import cells_of
from tui.app.app import OtpApp
from tui.app.screens.unlock import UnlockScreen
from tui.app.terminal_output import TerminalOutput

KEYS = ["j", "k", "/", "i", "t", "a", "escape", "escape", "question_mark", "comma", "v", "h", "x",
        "down", "tab", "backspace", "l", "E", "c", "colon"]  # fmt: skip
SIZES = [(80, 24), (40, 12), (100, 30)]


class Screen(TerminalOutput):
    """A terminal that shows what is written, unless it is paused."""

    def __init__(self) -> None:
        super().__init__(StringIO())
        self.shown = pyte.Screen(80, 24)
        self.paused = False
        self.frames: list[str] = []
        self._waiting = False

    def write(self, text: str) -> None:
        """Ignore control sequences of the clipboard."""

    def write_frame(self, text: str, *, at_once: bool = False) -> None:
        self.frames.append(text)
        pyte.Stream(self.shown).feed(text)

    def when_drained(self, call: object) -> bool:
        return self.paused

    def drop_frame(self) -> bool:
        return False


def full_frame(app: OtpApp, width: int, height: int) -> pyte.Screen:
    """Return what Textual itself paints."""
    update = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens)
    assert isinstance(update, LayoutUpdate)
    shown = pyte.Screen(width, height)
    shown.reset_mode(pyte.modes.DECAWM)
    console = Console(color_system="truecolor", force_terminal=True)
    pyte.Stream(shown).feed(update.render_segments(console))
    return shown


@pytest.mark.parametrize("seed", range(3))
async def test_it_shows_what_textual_paints(
    make_app: MakeApp, clock: FakeClock, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    app = make_app()
    terminal = Screen()
    monkeypatch.setattr(OtpApp, "_output", property(lambda _: terminal))
    app._painter.colors = ColorSystem.TRUECOLOR
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _ in range(12):
            terminal.paused = chance.random() < 0.3
            await pilot.press(*chance.choices(KEYS, k=3))
            if chance.random() < 0.2:
                width, height = chance.choice(SIZES)
                terminal.shown = pyte.Screen(width, height)
                await pilot.resize_terminal(width, height)
            for _ in range(2):
                clock.moment += chance.choice([1, 1, 2, 30])
                app.tick()
            await settle(pilot)
            terminal.paused = False
            app._paint()
            expected = full_frame(app, terminal.shown.columns, terminal.shown.lines)
            assert cells_of(terminal.shown) == cells_of(expected)


async def test_a_screen_in_place_of_all_others_is_painted_at_once(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    terminal = Screen()
    monkeypatch.setattr(OtpApp, "_output", property(lambda _: terminal))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.lock()
        while not isinstance(app.screen, UnlockScreen) or not app.screen.query("#password"):
            await asyncio.sleep(0)
        assert not app._batch_count
        await settle(pilot)
        assert "Password" in "".join(terminal.shown.display)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_tick_paints_what_textual_would_paint(
    make_app: MakeApp,
    clock: FakeClock,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = make_app()
    terminal = Screen()
    terminal.shown = pyte.Screen(*size)
    monkeypatch.setattr(OtpApp, "_output", property(lambda _: terminal))
    app._painter.colors = ColorSystem.TRUECOLOR
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        for step in (*[1] * 12, 30, 0):
            clock.moment += step
            terminal.frames.clear()
            app.tick()  # nothing else runs until the cells are compared
            assert len(terminal.frames) == (1 if step else 0)
            painted = cells_of(terminal.shown)
            for widget in app.screen.query(Widget):
                widget._styles_cache.clear()
            assert painted == cells_of(full_frame(app, *size))


async def test_a_tick_below_a_dialog_leaves_the_dialog(
    make_app: MakeApp, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    terminal = Screen()
    monkeypatch.setattr(OtpApp, "_output", property(lambda _: terminal))
    app._painter.colors = ColorSystem.TRUECOLOR
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("a")
        await settle(pilot)
        before = cells_of(terminal.shown)
        clock.moment += 7
        app.tick()
        assert cells_of(terminal.shown) == before
        await settle(pilot)
        assert cells_of(terminal.shown) == cells_of(full_frame(app, 80, 24))


async def test_the_cursor_is_in_the_field_with_the_focus(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    terminal = Screen()
    monkeypatch.setattr(OtpApp, "_output", property(lambda _: terminal))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("a", "x", "y", "left")
        await settle(pilot)
        field = app.screen.focused
        assert isinstance(field, Input)
        cursor = terminal.shown.cursor
        assert (cursor.x, cursor.y) == field.cursor_screen_offset
