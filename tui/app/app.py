"""The app: opens and locks the vault, keeps the tick, hands screens what they need."""

from __future__ import annotations

import asyncio
import errno
import gc
import math
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from tui.app import remembered
from tui.app.crash import crash_line
from tui.app.dressed import DressedApp
from tui.app.dressing import filters_of, theme_of
from tui.app.screens.base import Ticking
from tui.app.terminal import hung_up
from tui.app.widgets.bars import StatusLine
from tui.clipboard import Clipboard, Copier, choose
from tui.clock import Clock, SystemClock
from tui.config.schema import Config
from tui.errors import ClipboardError, OtpTuiError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tui.vault.vault import Vault

LAST_RESORT = 3.0
"""Seconds that a program whose terminal went away has to end by itself."""


class OtpApp(DressedApp):
    """Shows the codes of one vault.

    What it cannot control it takes as arguments, so that a test passes its own: the clock,
    the clipboard, the environment, and the vault itself if it is open already.
    """

    TITLE = "otp-tui"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    CSS = Path(__file__).with_name("app.tcss").read_text(encoding="utf-8")
    DEFAULT_MODE = "stack-0"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-short"), (18, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar = [
        Binding("ctrl+q,ctrl+c", "quit", "Quit", show=False, priority=True),
    ]

    def __init__(
        self,
        vault_path: Path,
        config: Config,
        *,
        clock: Clock | None = None,
        clipboard: Clipboard | None = None,
        vault: Vault | None = None,
        environ: dict[str, str] | None = None,
        warnings: tuple[str, ...] = (),
        door_hint: str = "",
        pick: str | None = None,
        config_file: Path | None = None,
        clock_warning: Callable[[], str] = str,
    ) -> None:
        super().__init__()
        self.clock_warning = clock_warning
        """Asks whether the system's clock can be trusted; a few words where it cannot."""
        self.config_file = config_file
        """Where the settings are, or would be; None: there is no place for them."""
        self.pick = pick
        """What to search for where one code is to be picked, and then the end; None: stay."""
        self.picked = ""
        """What was copied where one code was to be picked, to be said after the end."""
        self.exit_warning = ""
        """What went wrong at the very end, to be said after it."""
        self._door_hint = door_hint
        self.vault_path = vault_path
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.environ = dict(os.environ) if environ is None else environ
        self._given_clipboard = clipboard
        self.copier = Copier(self._choose_clipboard(), self.clock, config.clipboard_clear)
        self.vault = vault
        self.warnings = warnings
        self._active_at = self.clock.steady()
        self._stacks = 0
        self.add_mode("stack-0", self._first)
        self._dress()
        self._map_keys()

    def _choose_clipboard(self) -> Clipboard:
        return self._given_clipboard or choose(self.config, self.environ, self.to_terminal)

    def use(self, config: Config) -> None:
        """Go on with other settings, at once; but for the vault's place, which is settled."""
        before, self.config = self.config, config
        old, new = ((each.clipboard, each.clipboard_command) for each in (before, config))
        clipboard = self._choose_clipboard() if old != new else None
        self.copier.use(clipboard, config.clipboard_clear)
        if config.keys != before.keys:
            self._map_keys()
        self._own_filters = filters_of(self, config)
        self.theme = theme_of(self, config)
        for screen in self.screen_stack:
            for widget in screen.walk_children():
                widget.refresh()
            if isinstance(screen, Ticking):
                screen.settings_changed()

    @property
    def vault_name(self) -> str:
        """What the title calls the vault: its file's name, unless that is the usual one."""
        name = self.vault_path.stem
        return "" if name == "vault" else name

    def on_mount(self) -> None:
        self._listen_to_signals()
        self._arm()

    def on_ready(self) -> None:
        """After the first frame, take up the search for garbage that starting went without."""
        gc.enable()

    # --- the vault -------------------------------------------------------------------

    def opened(self, vault: Vault, *, then_import: bool = False) -> None:
        """Take an open vault and show its codes instead of what is shown now."""
        self.vault = vault
        self._active_at = self.clock.steady()
        self._begin_with(lambda: self._codes(vault))
        if then_import:
            from tui.app.screens.import_backup import ImportScreen

            self.push_screen(ImportScreen(vault))

    def lock(self, reason: str = "") -> None:
        """Drop the vault and its key, empty the clipboard, and replace every screen."""
        vault, self.vault = self.vault, None
        if vault is None:
            return
        self.workers.cancel_all()
        self._begin_with(lambda: self._door(reason))
        self._forget(vault)

    def _first(self) -> Screen[None]:
        return self._door(at_start=True) if self.vault is None else self._codes(self.vault)

    def _door(self, reason: str = "", *, at_start: bool = False) -> Screen[None]:
        if self.vault_path.exists() or self.vault_path.is_symlink():
            from tui.app.screens.unlock import UnlockScreen

            return UnlockScreen(self._door_hint or reason, at_start=at_start)
        from tui.app.screens.welcome import WelcomeScreen

        return WelcomeScreen()

    def _codes(self, vault: Vault) -> Screen[None]:
        from tui.app.screens.codes import CodesScreen

        return CodesScreen(vault, self.pick)

    def _begin_with(self, make: Callable[[], Screen[None]]) -> None:
        """Go on with another stack of screens, and let go of the one that was."""
        before = self.current_mode
        self._stacks += 1
        self.add_mode(f"stack-{self._stacks}", make)
        self.switch_mode(f"stack-{self._stacks}")
        self.remove_mode(before)

    @work(group="forget", exit_on_error=False, description="lock")
    async def _forget(self, vault: Vault) -> None:
        lost = await asyncio.to_thread(_close, vault)
        if lost:
            self._report(lost)
        try:
            await asyncio.to_thread(self.copier.clear)
        except ClipboardError as error:
            self._report(error.sentence)
        remembered.forget()
        # Textual takes a moment to let go of the screens.
        self.set_timer(1, remembered.forget, name="forget")

    def _report(self, sentence: str) -> None:
        """Show an error on the topmost screen that has a place for it."""
        from tui.app.screens.unlock import UnlockScreen

        for screen in reversed(self.screen_stack):
            if isinstance(screen, UnlockScreen):
                screen.tell(sentence)
                return
            for status in screen.query(StatusLine):
                status.say(sentence, "error")
                return

    @work(group="clipboard", exclusive=True, exit_on_error=False, description="clipboard")
    async def _empty_clipboard(self) -> None:
        try:
            await asyncio.to_thread(self.copier.tick)
        except ClipboardError as error:
            self._report(error.sentence)

    async def action_quit(self) -> None:
        """Close the vault, empty the clipboard, and end; ask where something typed is lost."""
        if self.vault is not None and any(
            isinstance(screen, Ticking) and screen.unsaved for screen in self.screen_stack
        ):
            self._ask_and_quit()
        else:
            self._leave_by("Quit all the same?", self.exit)

    @work(group="quit", exclusive=True, exit_on_error=False, description="quit")
    async def _ask_and_quit(self) -> None:
        from tui.app.screens.confirm import ConfirmScreen

        words = "What you typed is lost then."
        if isinstance(self.screen, ConfirmScreen) or await self.push_screen_wait(
            ConfirmScreen("Quit without saving?", words, "yes, quit")
        ):
            self._leave_by("Quit all the same?", self.exit)

    def ask_and_lock(self) -> None:
        """Lock, after a question where something could not be saved."""
        self._leave_by("Lock all the same?", self.lock)

    def _leave_by(self, question: str, deed: Callable[[], object]) -> None:
        if self.vault is None or self.vault.saved:
            deed()
        else:
            self._save_or_ask(self.vault, question, deed)

    @work(group="leave", exclusive=True, exit_on_error=False, description="leave")
    async def _save_or_ask(self, vault: Vault, question: str, deed: Callable[[], object]) -> None:
        try:
            await asyncio.to_thread(vault.save)
        except OtpTuiError as error:
            from tui.app.screens.confirm import ConfirmScreen

            words = f"{error.sentence}\n\nWhat is not saved is lost then."
            if not await self.push_screen_wait(ConfirmScreen(question, words, "yes, lose it")):
                return
        deed()

    async def on_unmount(self) -> None:
        vault, self.vault = self.vault, None
        if vault is not None:
            _close(vault)
        if not self.picked:
            try:
                await asyncio.to_thread(self.copier.clear)
            except ClipboardError as error:
                self.exit_warning = error.sentence

    # --- time --------------------------------------------------------------------------

    def _arm(self) -> None:
        now = self.clock.now()
        self.set_timer(math.floor(now) + 1 - now + 0.002, self._on_the_second, name="tick")

    def _on_the_second(self) -> None:
        self.tick()
        self._arm()

    def tick(self) -> None:
        """Let a second pass: lock when idle, empty the clipboard when due, show the time."""
        if self._driver is not None and not self.is_headless and hung_up():
            self._leave(signal.SIGHUP)
            return
        steady = self.clock.steady()
        limit = self.config.lock_after * 60
        if self.vault is not None and limit and steady - self._active_at >= limit:
            self._lock_idle(self.vault)
        if self.copier.due:
            self._empty_clipboard()
        for screen in self.screen_stack:
            if isinstance(screen, Ticking):
                screen.tick()

    def _lock_idle(self, vault: Vault) -> None:
        reason = "Locked: nothing was pressed for a while."
        if not vault.saved:
            try:
                vault.save()
            except OtpTuiError as error:
                reason += f" NOT SAVED, so the last change is lost: {error}"
        self.lock(reason)

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, (events.Key, events.MouseDown, events.MouseScrollDown, events.Paste)):
            self._active_at = self.clock.steady()
        await super().on_event(event)

    # --- helpers for screens -------------------------------------------------------------

    def to_terminal(self, sequence: str) -> None:
        """Write a control sequence of our own (OSC 52) to the terminal; OSError without one."""
        if self._driver is None:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        self._driver.write(sequence)
        self._driver.flush()

    def copy_to_clipboard(self, text: str) -> None:
        """Keep Textual's own clipboard empty: what is copied goes through `copier` alone."""

    # --- the end ---------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            try:
                loop.add_signal_handler(number, self._leave, number)
            except (NotImplementedError, RuntimeError, ValueError):
                return

    def _leave(self, number: signal.Signals) -> None:
        """Lock and end because the system or the terminal says so."""
        vault, self.vault = self.vault, None
        lost = "" if vault is None else _close(vault)
        code = 128 + number
        if number == signal.SIGHUP:
            # Without its terminal the driver may never end; the vault is closed by now.
            reaper = threading.Timer(LAST_RESORT, os._exit, (code,))
            reaper.daemon = True
            reaper.start()
        self.exit(return_code=code, message=f"otp-tui: {lost}" if lost else None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """End on an error that a worker did not expect; those it does, it tells itself."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            self._handle_exception(error)

    def _fatal_error(self) -> None:
        """Say what broke and where, without the local variables that Textual would print."""
        self._stop_on(sys.exc_info()[1] or self._exception)

    def panic(self, *renderables: RenderableType) -> None:
        """Do the same where Textual brings a picture of the error, as its input thread does."""
        self._return_code = 1
        self._stop_on(next(iter(renderables), None))

    def _stop_on(self, error: object) -> None:
        if not self._exit_renderables:
            self._exit_renderables.append(crash_line(error))
        self._close_messages_no_wait()


def _close(vault: Vault) -> str:
    """Let go of a vault, after a last try to save what is not saved yet, and what is under way.

    Returns what there is to say where that failed.
    """
    try:
        if not vault.flushed or vault.changing:
            vault.save()
    except OtpTuiError as error:
        return "" if vault.saved else f"NOT SAVED, so the last change is lost: {error}"
    finally:
        vault.close()
    return ""
