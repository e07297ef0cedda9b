"""An app that sends only changed cells, and doesn't wait for the terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region, Size

from tui.app.painting.painter import Painter
from tui.app.terminal_input import StopEvent, read_input
from tui.app.terminal_output import RESET, TerminalOutput
from tui.tty import erase

if TYPE_CHECKING:
    from rich.console import RenderableType
    from textual.screen import Screen
    from textual.strip import Strip
    from textual.widget import Widget

_ERASING = ("xterm", "alacritty", "foot", "rxvt", "linux")
"""Starts of $TERM for terminals that give erased cells the background color."""
_PART = 0.1
"""Seconds after which a part of a new screen is shown without the rest."""
_UNPAINTED = 0.2
"""Seconds that the terminal shows nothing new at most, while keys wait that change it again."""
_SYNC = 512
"""Bytes from which a terminal is asked to show a frame at once."""


class PaintedApp(App[None]):
    """Paints with a `Painter` on a `TerminalOutput`."""

    def __init__(self) -> None:
        super().__init__()
        self.animation_level = "none"  # each step would be sent, and later keys see it half-way
        self._painter = Painter(
            self.console._color_system or ColorSystem.TRUECOLOR,
            erases=os.environ.get("TERM", "").startswith(_ERASING),
        )
        self._painted_on: TerminalOutput | None = None
        self._shown: Callable[[], Screen[object] | None] = lambda: None
        self._sized: tuple[TerminalOutput, bool] | None = None
        self._at_once = False
        """True while `repaint` paints instead of Textual."""
        self._painted_at = 0.0
        """When the last frame was sent, in event loop time."""

    @property
    def _output(self) -> TerminalOutput | None:
        writer = getattr(self._driver, "_writer_thread", None)
        return writer if isinstance(writer, TerminalOutput) else None

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Paint as Textual does, but send only the cells that differ from those shown."""
        if self._output is None or not isinstance(renderable, (LayoutUpdate, ChopsUpdate)):
            super()._display(screen, renderable)
            return
        if self._running and not self._closed and not self._batch_count:
            try:
                self._painter.resize(*self.size)
                self._painter.take(renderable)
            except Exception as error:  # noqa: BLE001 - as Textual does: the app ends
                self._handle_exception(error)
            else:
                self._paint_if_whole(screen, isinstance(renderable, LayoutUpdate))
        self.post_display_hook()

    def delay_update(self, delay: float = 0.05) -> None:
        """Don't delay the first frame of a new screen: `_paint_if_whole` waits for the whole."""

    def _paint_if_whole(self, screen: Screen[object], whole: bool) -> None:
        """Paint, but wait for the whole of a new screen if Textual paints a part of it first."""
        if whole or self._shown() is screen or self._loop is None:
            self._shown = weakref.ref(screen)
            self._paint()
        else:
            self._loop.call_later(_PART, self._paint)

    def _paint(self) -> None:
        """Send what changed, or wait until the terminal has taken the previous frame."""
        output = self._output
        if output is None or not self._running or self._closed:
            return
        if output is not self._painted_on:
            self._painter.forget()
            self._painted_on = output
        if self._changes_again and self._seconds_since_frame < _UNPAINTED:
            asyncio.get_running_loop().call_later(_UNPAINTED, self._paint)
            return
        if output.when_drained(self._paint_later):
            return
        frame = self._painter.changes(self._cursor)
        if frame:
            self._painted_at = asyncio.get_running_loop().time()
            output.write_frame(frame, at_once=self._sync_available and len(frame) >= _SYNC)

    @property
    def _changes_again(self) -> bool:
        """True if keys wait that will change the screen, which a slow line need not show before."""
        return False

    @property
    def _seconds_since_frame(self) -> float:
        return asyncio.get_running_loop().time() - self._painted_at

    @property
    def _cursor(self) -> tuple[int, int] | None:
        """The cell of the cursor, where input methods show what is typed; None without a field."""
        if not hasattr(self.screen.focused, "cursor_screen_offset"):
            return None
        return self.screen.outer_size.clamp_offset(self.cursor_position)

    @contextmanager
    def painting_at_once(self) -> Iterator[None]:
        """Send what is passed to `repaint` as one frame, before anything else is done.

        Textual's `refresh` takes several messages and a timer, and draws all widgets around.
        """
        self._at_once = True
        try:
            yield
        finally:
            self._at_once = False
        if self._paints_at_once:
            self._paint()

    @property
    def _paints_at_once(self) -> bool:
        """True if Textual painted the whole top screen on a terminal, and is not changing it."""
        painted = self._output is not None and self._shown() is self.screen
        return painted and not self._batch_count

    def repaint(self, widget: Widget, *regions: Region) -> None:
        """Repaint regions of a widget that no other one covers."""
        place = widget.region
        lines = Region.from_union(regions).intersection(place.size.region)
        if not (self._at_once and self._paints_at_once and widget.screen is self.screen and lines):
            widget.refresh(*regions)
            return
        widget._styles_cache.set_dirty(*regions)
        strips: list[Iterable[Strip]] = [[strip] for strip in widget.render_lines(lines)]
        self._painter.take(LayoutUpdate(strips, lines.translate(place.offset)))

    def _paint_later(self) -> None:
        """Paint again, called by the thread that writes."""
        if self._loop is not None:
            try:
                self._loop.call_soon_threadsafe(self._paint)
            except RuntimeError:
                return  # the app has ended

    def drop_frame(self) -> None:
        """Drop what the terminal has not read, e.g. codes, when the vault is locked."""
        if self._output is not None and self._output.drop_frame():
            self._painter.forget()

    async def on_event(self, event: events.Event) -> None:
        """Paint everything if the terminal has another size."""
        if isinstance(event, events.Resize) and self._output is not None:
            # The first event of each kind tells the size, which is known.
            kind = (self._output, getattr(self._driver, "_in_band_window_resize", False))
            if kind == self._sized or event.size != self.size:
                self._painter.resize(*event.size)
                self._painter.forget()
                self._paint()
            self._sized = kind
        await super().on_event(event)


def paint_without_waiting() -> None:
    """Make Textual's driver write with `TerminalOutput`, and correct three of its habits.

    It looks for keys ten times a second. It erases the screen at the end, which would stay where
    there is no alternate one, e.g. in GNU screen. And it reads the terminal's size outside the
    signal handler, which the next signal can interrupt, so that the older size would come last.
    Call it before there is an app.
    """
    from textual.drivers import linux_driver

    class Driver(linux_driver.LinuxDriver):
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            self.exit_event: StopEvent = StopEvent()

        def run_input_thread(self) -> None:
            parser = linux_driver.__dict__["XTermParser"](self._debug)
            decoder = linux_driver.__dict__["getincrementaldecoder"]("utf-8")()
            read_input(self.fileno, self.exit_event, parser, decoder, self.process_message)

        def start_application_mode(self) -> None:
            super().start_application_mode()  # type: ignore[no-untyped-call]
            loop = asyncio.get_running_loop()
            signal.signal(signal.SIGWINCH, lambda *_: loop.call_soon_threadsafe(self._resized))

        def _resized(self) -> None:
            if not self._in_band_window_resize:
                size = Size(*self._get_terminal_size())
                self._app.post_message(events.Resize(size, size))

        def stop_application_mode(self) -> None:
            try:
                self.write(RESET + erase(self._get_terminal_size()[1]))
            finally:
                super().stop_application_mode()

    linux_driver.__dict__["WriterThread"] = TerminalOutput
    linux_driver.__dict__["LinuxDriver"] = Driver
