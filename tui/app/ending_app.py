"""An app that ends without losing changes: it saves, asks if that fails, and reports crashes."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from textual import work
from textual.screen import Screen
from textual.worker import Worker, WorkerState, get_current_worker

from tui.app.crash import crash_line
from tui.app.ending import NOT_SAVED, SAVING, SIGNALS, DaemonExecutor, Ending
from tui.app.screens.base import BaseScreen
from tui.app.theming import ThemedApp
from tui.app.threads import in_thread
from tui.app.vault_closing import close_vault
from tui.app.widgets.status_label import StatusLabel
from tui.app.widgets.status_line import StatusLine
from tui.errors import ClipboardError, ConflictError, OlderVaultError, OtpTuiError, VaultError
from tui.paths import short_path

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from rich.console import RenderableType

    from tui.app.key_queue import KeyQueue
    from tui.clipboard import Copier
    from tui.clock import Clock
    from tui.vault.vault import Vault

MESSAGE_SECONDS = 8.0
"""Seconds for which messages are shown, except errors."""
_KEPT_IF_POSSIBLE = (
    "Unsaved changes are kept, encrypted, until the next unlock, if there is enough disk space."
)
_WAITING = "Waiting for another program to release"
_SLOW = (
    "Saving is taking a while: another program may be using the vault."
    "\n\nIf you quit now, unsaved changes are lost."
)


class EndingApp(ThemedApp):
    """Shows messages, quits, and exits on signals and crashes."""

    vault_path: Path
    """Path of the vault."""
    vault: Vault | None
    """The open vault; None while it is locked."""
    clock: Clock
    """The only source of time."""
    copier: Copier
    """Copies codes and clears the clipboard."""
    keys: KeyQueue
    """The keys that are not handled yet."""
    picked: str
    """The text that `otp-tui pick` prints on exit."""

    def __init__(self) -> None:
        super().__init__()
        self._ending = Ending()
        self._leaving = False
        """True from the first signal on."""
        self._quit_question: Screen[Any] | None = None
        self.exit_warning = ""
        """An error while exiting, to report afterwards."""

    def say(self, sentence: str, tone: str = "error") -> None:
        """Show a message on the topmost screen with a status line; errors also at exit."""
        if not self.is_running:
            if tone == "error":
                self.exit_warning = f"{self.exit_warning} {sentence}".lstrip()
            return
        if not self.screen.is_mounted:
            self.call_later(self.say, sentence, tone)
            return
        until = None if tone == "error" else self.clock.steady() + MESSAGE_SECONDS
        status = next(self._statuses, None)
        if status is not None:
            status.say(sentence, tone, until)

    @property
    def _statuses(self) -> Iterator[StatusLine | StatusLabel]:
        """The status lines, the topmost first."""
        for screen in reversed(self.screen_stack):
            for status in screen.query("#status"):
                if isinstance(status, StatusLine | StatusLabel):
                    yield status

    @property
    def message(self) -> str:
        """What the topmost status line shows."""
        status = next(self._statuses, None)
        if isinstance(status, StatusLine):
            return status.text
        return "" if status is None else status.message

    def tell_wait(self, waits: bool) -> None:
        """Say that saving waits for another program, unless an error is shown; from any thread."""
        if self._loop is not None:
            with suppress(RuntimeError):  # the app has exited
                self._loop.call_soon_threadsafe(self._say_wait, waits)

    def _say_wait(self, waits: bool) -> None:
        if not self.is_running:
            return
        if not waits:
            for status in self._statuses:
                status.withdraw(_WAITING)
        elif (top := next(self._statuses, None)) is not None and top.tone != "error":
            top.say(f"{_WAITING} {short_path(self.vault_path)}.lock …", "muted")

    # --- quitting ----------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Close the vault, clear the clipboard and exit; ask first if something would be lost."""
        asked = self._quit_question is not None and self.screen is self._quit_question
        if self.vault is not None and self._something_typed and not asked:
            self._ask_and_quit()
        else:
            self._save_and_quit()

    @work(group="quit", exclusive=True, exit_on_error=False, description="quit")
    async def _ask_and_quit(self) -> None:
        from tui.app.screens.confirm import ConfirmScreen

        question = ConfirmScreen("Quit without saving?", "What you typed will be lost.", "quit")
        self._quit_question = question
        if await self.push_screen_wait(question):
            self._save_and_quit()

    @property
    def _something_typed(self) -> bool:
        return any(
            isinstance(each, BaseScreen) and each.is_mounted and each.loses
            for each in self.screen_stack
        )

    def _save_and_quit(self) -> None:
        if self.vault is None or _is_saved(self.vault):
            self.exit()
        else:
            self._save_or_ask(self.vault, self.exit, "Quit anyway?", "quit")

    @work(group="leave", exclusive=True, exit_on_error=False, description="leave")
    async def _save_or_ask(
        self, vault: Vault, action: Callable[[], object], question: str, verb: str
    ) -> None:
        try:
            await asyncio.wait_for(in_thread(vault.save), SAVING)
        except TimeoutError:
            from tui.app.screens.confirm import ConfirmScreen

            saved = partial(_is_saved, vault)
            screen = ConfirmScreen(question, _SLOW, verb, obsolete=saved)
            answer = await self.push_screen_wait(screen)
            if answer is None:  # what it waited for has ended
                self._save_or_ask(vault, action, question, verb)
            if not answer:
                return
        except OtpTuiError as error:
            from tui.app.screens.confirm import ConfirmScreen

            lost = _KEPT_IF_POSSIBLE
            if isinstance(error, ConflictError):
                lost = "All changes are in that copy."
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
            if not answer.done() and isinstance(screen, BaseScreen):
                screen.dismiss(None)  # the worker was canceled: nobody waits for the answer

    # --- signals and crashes -----------------------------------------------------------

    def _start(self, job: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a coroutine to its end, even if the vault is locked; crash on an unexpected error."""
        task = asyncio.create_task(job)
        task.add_done_callback(self._look_at_end)
        return task

    def _look_at_end(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._handle_exception(error)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._end_on_callback_error)
        if self.is_headless:
            return
        loop.set_default_executor(DaemonExecutor())
        for number in SIGNALS:
            try:
                loop.add_signal_handler(number, _wake)
                # The loop would lose a signal that arrives while hundreds of its own calls wait.
                signal.signal(number, partial(self._leave_soon, loop))
            except (NotImplementedError, RuntimeError, ValueError):
                return

    def _leave_soon(
        self, loop: asyncio.AbstractEventLoop, number: int, _frame: FrameType | None
    ) -> None:
        with suppress(RuntimeError):  # the app has exited
            loop.call_soon_threadsafe(self._leave, number)

    def _leave(self, number: int) -> None:
        """Close the vault and exit, on the first signal or a lost terminal."""
        if self._leaving:
            return
        self._leaving = True
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._ending.begin(128 + number, self._driver)
        self._start(self._close_and_exit(128 + number))

    async def _close_and_exit(self, code: int) -> None:
        lost = await self._close_in_time()
        self.exit(return_code=code, message=f"otp-tui: {lost}" if lost else None)

    async def on_unmount(self) -> None:
        try:
            if lost := await self._close_in_time():
                self.say(lost)
            await self._ending.in_time(self.settings.finish(), None)
        finally:
            # No code may stay, even if the save crashed.
            if not self.picked:
                await self._clear_clipboard_in_time()

    async def _clear_clipboard_in_time(self) -> None:
        """Clear the clipboard, or leave that to a process if the tool is slow."""
        try:
            cleared = await self._ending.in_time(in_thread(self._cleared), False)
            handover = None if cleared else self.copier.handover()
            if handover is not None:
                from tui.clipboard.later import clear_later

                unseen = self.copier.announced
                clear_later(handover, 0, self.environ, unseen=unseen)
        except ClipboardError as error:
            self.say(error.sentence)

    def _cleared(self) -> bool:
        self.copier.clear()
        return True

    async def _close_in_time(self) -> str:
        """Close the vault, if that is quick."""
        vault, self.vault = self.vault, None
        if vault is None:
            return ""
        self._ending.saved = vault.saved and vault.flushed and not vault.changing
        closing = in_thread(lambda: close_vault(vault))
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

    def end_on_thread_error(self, args: threading.ExceptHookArgs) -> None:
        """Exit on an error that a thread didn't handle, e.g. the one that writes."""
        if isinstance(args.exc_value, Exception) and self._loop is not None:
            with suppress(RuntimeError):  # the app has exited
                self._loop.call_soon_threadsafe(self._handle_exception, args.exc_value)

    def _end_on_callback_error(
        self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]
    ) -> None:
        """Exit on an error that a callback of the event loop didn't handle, e.g. a tick."""
        error = context.get("exception")
        if "handle" in context and isinstance(error, Exception) and not self._exit:
            self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        """Crash, unless something that still ran found the vault closed."""
        if not (self._leaving and self.vault is None and isinstance(error, VaultError)):
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Exit on an error, and print its place without the local variables that Textual prints."""
        self._stop_on(sys.exc_info()[1] or self._exception)

    def panic(self, *renderables: RenderableType) -> None:
        """Exit on an error that Textual has rendered, e.g. of its input thread."""
        self._return_code = 1
        self._stop_on(next(iter(renderables), None))

    def _stop_on(self, error: object) -> None:
        if not self._exit_renderables:
            self._exit_renderables.append(crash_line(error))
        self._close_messages_no_wait()


def _is_saved(vault: Vault) -> bool:
    return vault.saved and not vault.changing


def _wake() -> None:
    """Do nothing: a signal handler of the event loop wakes it, whichever thread got the signal."""
