"""The app: opens and locks the vault, ticks once a second, and is the context of screens."""

from __future__ import annotations

import asyncio
import errno
import gc
import math
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.binding import Binding
from textual.screen import Screen
from textual.worker import Worker, WorkerState, get_current_worker

from tui import memory
from tui.app import render_caches
from tui.app.crash import crash_line
from tui.app.ending import NOT_SAVED, SAVING, SIGNALS, DaemonExecutor, Ending
from tui.app.key_queue import BACKGROUND, KeyQueue
from tui.app.screens.base import BaseScreen
from tui.app.settings import Settings
from tui.app.terminal import hung_up
from tui.app.theming import ThemedApp, filters_of, theme_of
from tui.app.vault_session import VaultSession
from tui.app.widgets.bars import StatusLine
from tui.app.widgets.status_label import StatusLabel
from tui.clipboard import Clipboard, Copier, choose
from tui.clock import Clock, SystemClock
from tui.config.schema import Config
from tui.errors import (
    ClipboardError,
    ConflictError,
    NewPasswordError,
    OlderVaultError,
    OtpTuiError,
)
from tui.forward.log import News, log_path

if TYPE_CHECKING:
    from rich.console import RenderableType

    from tui.session import Session
    from tui.vault.vault import Vault

_ACTIVITY = (
    events.Key,
    events.Paste,
    events.MouseDown,
    events.MouseScrollDown,
    events.MouseScrollUp,
)
"""Events that count as activity."""
_IDLE = "Locked after inactivity."
_ELSEWHERE = "Locked by another program."
_TYPED_LOST = "What you typed was not saved."
_KEPT_IF_POSSIBLE = "Unsaved changes are kept, encrypted, until the next unlock, if there is room."
MESSAGE_SECONDS = 8.0
"""Seconds for which messages are shown, except errors."""
_SLOW = (
    "Saving takes long: another program may be using the vault.\n\nUnsaved changes will be lost."
)


class OtpApp(ThemedApp):
    """Shows the codes of one vault.

    Clock, clipboard, environment and an open vault are arguments, so that tests can pass their own.
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
        Binding("ctrl+l", "lock", "Lock", show=False, priority=True),
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
        accept_older: bool = False,
        warnings: tuple[str, ...] = (),
        unlock_hint: str = "",
        pick: str | None = None,
        config_file: Path | None = None,
        clock_warning: Callable[[], str] = str,
        session: Session | None = None,
        by_session: bool = False,
    ) -> None:
        """`session` has the keys of unlocked vaults; `by_session` if it opened `vault`."""
        super().__init__()
        self.environ = dict(os.environ) if environ is None else environ
        self._session = VaultSession(session, self.environ)
        if vault is not None:
            self._session.opened(vault, by_password=not by_session)
        self.clock_warning = clock_warning
        self.pick = pick
        self.picked = ""
        self._quit_question: Screen[Any] | None = None
        self._ending = Ending()
        self.exit_warning = ""
        """An error while exiting, to report afterwards."""
        self._unlock_hint = unlock_hint
        self._accept_older = accept_older
        self.vault_path = vault_path
        self.settings = Settings(
            config, config_file, apply=self._use, start=self._start, tell=self.say
        )
        self.clock: Clock = clock or SystemClock()
        self._given_clipboard = clipboard
        self._forwarded = News(log_path())
        self.copier = Copier(self._choose_clipboard(), self.clock, config.clipboard_clear)
        self.vault = vault
        self.warnings = warnings
        self._active_at = self.clock.steady()
        self._stacks = 0
        self.keys = KeyQueue(self, super().on_event, self.is_bound)
        self.add_mode("stack-0", self._first_screen)
        self._apply_theme()
        self._map_keys()

    def _choose_clipboard(self) -> Clipboard:
        return self._given_clipboard or choose(self.config, self.environ, self.to_terminal)

    def _use(self, before: Config, config: Config) -> None:
        """Apply changed settings at once, except for the path of the vault."""
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
            if isinstance(screen, BaseScreen):
                screen.settings_changed()

    def _start(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine to its end, even if the vault is locked; crash on an unexpected error."""
        task = asyncio.create_task(job)
        task.add_done_callback(self._look_at_end)
        return task

    def _look_at_end(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._handle_exception(error)

    @property
    def vault_name(self) -> str:
        """Name of the vault in titles; empty for the default file."""
        name = self.vault_path.stem
        return "" if name == "vault" else name

    def on_mount(self) -> None:
        self._listen_to_signals()
        self._arm()

    def on_ready(self) -> None:
        """Turn on garbage collection, which was off to start faster."""
        gc.enable()

    def is_bound(self, key: str) -> bool:
        """Return True if a command has that key."""
        return bool(self.keymap.command(key))

    # --- the vault -------------------------------------------------------------------

    def opened(
        self, vault: Vault, *, then_import: bool = False, typed: bool = True, said: str = ""
    ) -> None:
        """Show the codes of an open vault, and optionally the import screen on top.

        `said` is shown first. A `typed` password unlocks the vault for the time in the settings.
        """
        self.vault = vault
        self._session.opened(vault, by_password=True)
        if typed and self.config.unlock_for:
            self._keep_unlocked(vault.vault_id, vault.key, str(vault.path))
        self._active_at = self.clock.steady()
        self._replace_screens(lambda: self._codes_screen(vault, then_import=then_import, said=said))

    @work(name=BACKGROUND, group="unlock", exit_on_error=False, description="keep unlocked")
    async def _keep_unlocked(self, vault_id: str, key: bytes, path: str) -> None:
        seconds = self.config.unlock_for
        problem = await asyncio.to_thread(self._session.keep, vault_id, key, path, seconds)
        if problem:
            self.say(problem)

    @property
    def asks_again(self) -> bool:
        """True if secrets need the password first: the session opened the vault.

        Not with a password command, which doesn't need the user: the password may be unknown.
        """
        asks = self.config.ask_again and not self.config.password_command
        return asks and not self._session.password_given

    def password_given(self) -> None:
        """Note that the password was typed: it is not asked for again until the vault is locked."""
        self._session.password_given = True

    def lock(self, reason: str = "", *, everywhere: bool = False) -> None:
        """Close the vault, drop its key, clear the clipboard, and show the unlock screen.

        `everywhere` also ends the session, and locks the vault in other apps.
        """
        vault, self.vault = self.vault, None
        if vault is None:
            return
        vault_id = vault.vault_id if everywhere else ""
        self._session.locked()
        if self._something_typed:
            reason = f"{reason} {_TYPED_LOST}".strip()
        self.workers.cancel_all()
        self.drop_frame()
        self._replace_screens(lambda: self._lock_screen(reason))
        if vault_id:
            self._end_session(vault_id)
        self._forget(vault, reason)

    @work(name=BACKGROUND, group="forget", exit_on_error=False, description="end the session")
    async def _end_session(self, vault_id: str) -> None:
        problem = await asyncio.to_thread(self._session.end, vault_id)
        if problem:
            self.say(problem)

    def action_lock(self) -> None:
        """Lock the vault, on any screen; on the unlock screen, everywhere else."""
        if self.vault is not None:
            self.lock_or_ask()
        else:
            self._lock_elsewhere()

    @work(name=BACKGROUND, group="forget", exit_on_error=False, description="lock elsewhere")
    async def _lock_elsewhere(self) -> None:
        path, clock = self.vault_path, self.clock
        said = await asyncio.to_thread(self._session.end_of_file, path, clock)
        if said:
            self.say(said, "strong")

    @property
    def _something_typed(self) -> bool:
        return any(
            isinstance(each, BaseScreen) and each.is_mounted and each.unsaved
            for each in self.screen_stack
        )

    def _first_screen(self) -> Screen[None]:
        if self.vault is None:
            return self._lock_screen(at_start=True)
        return self._codes_screen(self.vault)

    def _lock_screen(self, reason: str = "", *, at_start: bool = False) -> Screen[None]:
        if self.vault_path.exists() or self.vault_path.is_symlink():
            from tui.app.screens.unlock import UnlockScreen

            words = " ".join(filter(None, (reason, self._unlock_hint)))
            return UnlockScreen(words, at_start=at_start)
        from tui.app.screens.welcome import WelcomeScreen

        return WelcomeScreen()

    def _codes_screen(
        self, vault: Vault, *, then_import: bool = False, said: str = ""
    ) -> Screen[None]:
        from tui.app.screens.codes import CodesScreen

        if self._accept_older:
            vault.accept_older()
        return CodesScreen(vault, self.pick, then_import=then_import, said=said)

    def _replace_screens(self, make: Callable[[], Screen[None]]) -> None:
        """Replace all open screens with another one."""
        before = self.current_mode
        self._stacks += 1
        self.add_mode(f"stack-{self._stacks}", make)
        self.switch_mode(f"stack-{self._stacks}")
        self.remove_mode(before)

    @work(name=BACKGROUND, group="forget", exit_on_error=False, description="lock")
    async def _forget(self, vault: Vault, reason: str) -> None:
        lost = await asyncio.to_thread(_close, vault)
        if lost:
            self.say(lost)
        try:
            cleared = await asyncio.to_thread(self.copier.clear)
        except ClipboardError as error:
            self.say(error.sentence)
        else:
            if cleared and not lost:
                self.say(f"{reason} {cleared}".lstrip(), "muted")
        await asyncio.to_thread(render_caches.clear)
        # Textual keeps removed screens for a moment.
        self.set_timer(1, self._clear_render_caches, name="forget")

    @work(name=BACKGROUND, group="forget", exit_on_error=False, description="clear caches")
    async def _clear_render_caches(self) -> None:
        await asyncio.to_thread(render_caches.clear)
        memory.wipe_freed()

    def say(self, sentence: str, tone: str = "error") -> None:
        """Show a message on the topmost screen with a status line; errors also at exit."""
        if not self.is_running:
            if tone == "error":
                self.exit_warning = f"{self.exit_warning} {sentence}".lstrip()
            return
        until = None if tone == "error" else self.clock.steady() + MESSAGE_SECONDS
        for screen in reversed(self.screen_stack):
            for status in screen.query("#status"):
                if isinstance(status, StatusLine):
                    status.say(sentence, tone, until)
                    return
                if isinstance(status, StatusLabel):
                    status.say(sentence, tone)
                    return

    @work(
        name=BACKGROUND,
        group="clipboard",
        exclusive=True,
        exit_on_error=False,
        description="clipboard",
    )
    async def _clear_clipboard(self) -> None:
        try:
            cleared = await asyncio.to_thread(self.copier.tick)
        except ClipboardError as error:
            self.say(error.sentence)
        else:
            if cleared and not any(line.message for line in self.screen.query(StatusLine)):
                self.say(cleared, "muted")

    async def action_quit(self) -> None:
        """Close the vault, clear the clipboard and exit; ask first if something would be lost."""
        if self.vault is not None and self._something_typed:
            self._ask_and_quit()
        else:
            self._save_and_quit()

    @work(group="quit", exclusive=True, exit_on_error=False, description="quit")
    async def _ask_and_quit(self) -> None:
        from tui.app.screens.confirm import ConfirmScreen

        asked = self.screen is self._quit_question
        question = ConfirmScreen("Quit without saving?", "What you typed will be lost.", "quit")
        self._quit_question = question
        if asked or await self.push_screen_wait(question):
            self._save_and_quit()

    def lock_or_ask(self) -> None:
        """Lock the vault everywhere; ask first if the last change can't be saved."""
        lock = partial(self.lock, everywhere=True)
        if self.vault is None or self.vault.saved:
            lock()  # a change in progress is saved, or reported, after the lock
        else:
            self._save_or_ask(self.vault, lock, "Lock anyway?", "lock")

    def _save_and_quit(self) -> None:
        if self.vault is None or (self.vault.saved and not self.vault.changing):
            self.exit()
        else:
            self._save_or_ask(self.vault, self.exit, "Quit anyway?", "quit")

    @work(group="leave", exclusive=True, exit_on_error=False, description="leave")
    async def _save_or_ask(
        self, vault: Vault, action: Callable[[], object], question: str, verb: str
    ) -> None:
        try:
            await asyncio.wait_for(asyncio.to_thread(vault.save), SAVING)
        except TimeoutError:
            from tui.app.screens.confirm import ConfirmScreen

            if not await self.push_screen_wait(ConfirmScreen(question, _SLOW, verb)):
                return
        except OtpTuiError as error:
            from tui.app.screens.confirm import ConfirmScreen

            lost = _KEPT_IF_POSSIBLE
            if isinstance(error, ConflictError):
                lost = "All changes are in that copy."
            elif isinstance(error, NewPasswordError):
                lost = "Unsaved changes will be lost."
            words = f"{error.sentence}\n\n{lost}"
            older = isinstance(error, OlderVaultError)
            screen = ConfirmScreen(
                question, words, verb, obsolete=lambda: older and vault.older is None
            )
            if not await self.push_screen_wait(screen):
                return
        action()

    async def push_screen_wait(self, screen: Screen[Any] | str, *, mode: str | None = None) -> Any:
        """Show a screen and wait for its result; meanwhile, it gets the keys."""
        await self._flush_next_callbacks()
        answer = self.push_screen(screen, wait_for_dismiss=True, mode=mode)
        worker = get_current_worker()
        if isinstance(screen, Screen):
            self.keys.asks(worker, screen)
        try:
            return await asyncio.shield(answer)
        finally:
            self.keys.answered(worker)

    async def on_unmount(self) -> None:
        if lost := await self._close_in_time():
            self.say(lost)
        await self._ending.in_time(self.settings.finish(), None)
        if not self.picked:
            try:
                await self._ending.in_time(asyncio.to_thread(self.copier.clear), "")
            except ClipboardError as error:
                self.say(error.sentence)

    # --- time --------------------------------------------------------------------------

    def _arm(self) -> None:
        now = self.clock.now()
        self.set_timer(math.floor(now) + 1 - now + 0.002, self._on_the_second, name="tick")

    def _on_the_second(self) -> None:
        self.tick()
        self._arm()

    def tick(self) -> None:
        """Lock after inactivity or when told to, clear the clipboard in time, tick all screens."""
        if self._driver is not None and not self.is_headless and hung_up():
            self._leave(signal.SIGHUP)
            return
        steady = self.clock.steady()
        limit = self.config.lock_after * 60
        if self.vault is not None and limit and steady - self._active_at >= limit:
            self.lock(_IDLE)
        if self._session.told_to_lock:
            self.lock(_ELSEWHERE)
        if self.copier.due:
            self._clear_clipboard()
        self._show_forwarded()
        for screen in self.screen_stack:
            if isinstance(screen, BaseScreen) and screen.is_mounted:
                screen.tick()

    def _show_forwarded(self) -> None:
        """Show what `otp-tui ssh-agent` sent, or refused to send, since the last look."""
        news = self._forwarded.look()
        if news and self.vault is not None:
            more = f" And {len(news) - 1} more." if len(news) > 1 else ""
            self.say(f"{news[-1].sentence}{more}", "warning")

    async def on_event(self, event: events.Event) -> None:
        """Register activity, and queue keys and pasted text."""
        if isinstance(event, _ACTIVITY):
            self._active_at = self.clock.steady()
        if isinstance(event, (events.Key, events.Paste)) and not event.is_forwarded:
            self.keys.add(event)
        else:
            await super().on_event(event)

    # --- helpers for screens -------------------------------------------------------------

    def to_terminal(self, sequence: str) -> None:
        """Write a control sequence (OSC 52, to copy) to the terminal; raise OSError without one."""
        if self._driver is None:
            raise OSError(errno.ENOTTY, os.strerror(errno.ENOTTY))
        self._driver.write(sequence)
        self._driver.flush()

    def copy_to_clipboard(self, text: str) -> None:
        """Do nothing: only `copier` copies, as Textual would keep the text."""

    # --- the end ---------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        loop.set_default_executor(DaemonExecutor())
        for number in SIGNALS:
            try:
                loop.add_signal_handler(number, self._leave, number)
            except (NotImplementedError, RuntimeError, ValueError):
                return

    def _leave(self, number: signal.Signals) -> None:
        """Close the vault and exit, on a signal or a lost terminal."""
        self._ending.begin(128 + number, self._driver)
        self._start(self._close_and_exit(128 + number))

    async def _close_and_exit(self, code: int) -> None:
        lost = await self._close_in_time()
        self.exit(return_code=code, message=f"otp-tui: {lost}" if lost else None)

    async def _close_in_time(self) -> str:
        """Close the vault as `_close` does, if that is quick."""
        vault, self.vault = self.vault, None
        if vault is None:
            return ""
        self._ending.saved = vault.saved and vault.flushed and not vault.changing
        closing = asyncio.to_thread(_close, vault)
        lost = await self._ending.in_time(closing, "" if self._ending.saved else NOT_SAVED)
        self._ending.saved = not lost
        return lost

    def exit(
        self, result: None = None, return_code: int = 0, message: RenderableType | None = None
    ) -> None:
        """Exit soon, even if something still runs."""
        if not self.is_headless:
            self._ending.begin(return_code, self._driver)
        super().exit(result, return_code, message)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Exit on an error that a worker didn't handle."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and isinstance(error, Exception):
            self._handle_exception(error)

    def _fatal_error(self) -> None:
        """Print error and location, without the local variables that Textual would print."""
        self._stop_on(sys.exc_info()[1] or self._exception)

    def panic(self, *renderables: RenderableType) -> None:
        """Do the same for an error that Textual has rendered, e.g. of its input thread."""
        self._return_code = 1
        self._stop_on(next(iter(renderables), None))

    def _stop_on(self, error: object) -> None:
        if not self._exit_renderables:
            self._exit_renderables.append(crash_line(error))
        self._close_messages_no_wait()


def _keep(vault: Vault, error: OtpTuiError) -> str:
    """Keep unsaved changes for the next unlock; return a message."""
    from tui.vault.unsaved import keep

    if keep(vault) is None:
        return f"NOT SAVED. The last change is lost: {error}"
    return f"NOT SAVED. The last change is kept, encrypted, until the next unlock: {error}"


def _close(vault: Vault) -> str:
    """Save unsaved changes and close the vault; return an error message, or ""."""
    try:
        if not vault.flushed or vault.changing:
            vault.save()
    except ConflictError as error:
        return f"NOT SAVED. {error.sentence}"
    except OtpTuiError as error:
        return "" if vault.saved else _keep(vault, error)
    finally:
        vault.close()
    return ""
