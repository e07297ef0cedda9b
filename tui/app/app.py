"""The app: opens and locks the vault, ticks once a second, and is the context of screens."""

from __future__ import annotations

import asyncio
import errno
import gc
import math
import os
import signal
import weakref
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.binding import Binding
from textual.screen import Screen

from tui import memory
from tui.app import render_caches
from tui.app.ending_app import EndingApp
from tui.app.key_queue import BACKGROUND, QUEUED, KeyQueue
from tui.app.screens.base import BaseScreen
from tui.app.settings import Settings
from tui.app.terminal import hung_up
from tui.app.theming import filters_of, theme_of
from tui.app.threads import in_thread
from tui.app.vault_closing import close_vault
from tui.app.vault_session import VaultSession
from tui.clipboard import Clipboard, Copier, choose
from tui.clock import Clock, SystemClock
from tui.config.schema import Config
from tui.errors import ClipboardError
from tui.forward.log import News, log_path
from tui.threads import start

if TYPE_CHECKING:
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
GIVE_BACK_SECONDS = 1.0
"""Seconds after which what was needed to open the vault is returned to the system."""
_IDLE = "Locked after inactivity."
_ELSEWHERE = "Locked by another program."
_TYPED_LOST = "What you typed was not saved."
_SAVING = "Saving …"
_MOST_WRONG = 3
"""Number of wrong passwords in a row after which an open vault is locked."""


class OtpApp(EndingApp):
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
        self._clicked_on: Callable[[], Screen[Any] | None] = lambda: None
        self.keys = KeyQueue(self, self._deliver, self.is_bound)
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
                screen.settings_changed(before)

    @property
    def vault_name(self) -> str:
        """Name of the vault in titles; empty for the default file."""
        name = self.vault_path.stem
        return "" if name == "vault" else name

    def on_mount(self) -> None:
        self._listen_to_signals()
        self._arm()

    def on_ready(self) -> None:
        """Do what would delay the first frame: collect garbage; import the list in a thread."""
        gc.enable()
        if self.vault is None:
            self.screen.call_after_refresh(partial(start, _import_list, lambda _: None))

    def is_bound(self, key: str) -> bool:
        """Return True if a command has that key."""
        return bool(self.keymap.command(key))

    # --- the vault -------------------------------------------------------------------

    def opened(self, vault: Vault, *, then: str = "", typed: bool = True, said: str = "") -> None:
        """Show the codes of an open vault, and run the command with the id `then`.

        `said` is shown first. A `typed` password unlocks the vault for the time in the settings.
        """
        self.vault = vault
        self._session.opened(vault, by_password=True)
        if typed and self.config.unlock_for:
            self._keep_unlocked(self.config.unlock_for)
        self._active_at = self.clock.steady()
        self._replace_screens(lambda: self._codes_screen(vault, then=then, said=said))

    @work(name=BACKGROUND, group="unlock", exit_on_error=False, description="keep unlocked")
    async def _keep_unlocked(self, seconds: int) -> None:
        problem = await self.keep_unlocked(seconds)
        if problem:
            self.say(problem)

    async def keep_unlocked(self, seconds: int) -> str:
        """Open the vault without its password for some time; return an error message."""
        vault = self.vault
        if vault is None:
            return ""
        path = str(vault.path)
        return await in_thread(
            partial(self._session.keep, vault.vault_id, vault.key, path, seconds)
        )

    async def end_session(self) -> None:
        """Forget the key that opens the vault without its password."""
        if self.vault is not None:
            vault_id = self.vault.vault_id
            problem = await in_thread(lambda: self._session.forget(vault_id))
            if problem:
                self.say(problem)

    @property
    def asks_again(self) -> bool:
        """True if secrets need the password first: the session opened the vault."""
        return self.config.ask_again and self.lacks_password

    @property
    def lacks_password(self) -> bool:
        """True if the session opened the vault, and the password was not typed since then.

        Not with a password command, which doesn't need the user: the password may be unknown.
        """
        return not self.config.password_command and not self._session.password_given

    def password_given(self) -> None:
        """Note that the password was typed: it is not asked for again until the vault is locked."""
        self._session.password_given = True
        self._session.wrong_passwords = 0

    def password_wrong(self) -> bool:
        """Count a wrong password; lock the vault after three in a row, and return True then."""
        self._session.wrong_passwords += 1
        if self._session.wrong_passwords < _MOST_WRONG:
            return False
        self.lock("Locked after three wrong passwords.")
        return True

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
        saving = vault.changing
        said = f"{reason} {_SAVING}".lstrip() if saving else reason
        self.workers.cancel_all()
        self.drop_frame()
        self._replace_screens(lambda: self._lock_screen(said))
        if vault_id:
            self._end_session(vault_id)
        self._forget(vault, reason, saving=saving)

    @work(name=BACKGROUND, group="forget", exit_on_error=False, description="end the session")
    async def _end_session(self, vault_id: str) -> None:
        problem = await in_thread(lambda: self._session.end(vault_id))
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
        said = await in_thread(lambda: self._session.end_of_file(path, clock))
        if said:
            self.say(said, "strong")

    def _first_screen(self) -> Screen[None]:
        if self.vault is None:
            return self._lock_screen(at_start=True)
        return self._codes_screen(self.vault)

    def _lock_screen(self, reason: str = "", *, at_start: bool = False) -> Screen[None]:
        if os.path.lexists(self.vault_path):
            from tui.app.screens.unlock import UnlockScreen

            words = " ".join(filter(None, (reason, self._unlock_hint)))
            return UnlockScreen(words, at_start=at_start)
        from tui.app.screens.welcome import WelcomeScreen

        return WelcomeScreen()

    def _codes_screen(self, vault: Vault, *, then: str = "", said: str = "") -> Screen[None]:
        from tui.app.screens.codes import CodesScreen

        vault.tell_waits(self.tell_wait)
        if self._accept_older:
            vault.accept_older()
        self.set_timer(GIVE_BACK_SECONDS, memory.give_back, name="give back")
        return CodesScreen(vault, self.pick, then=then, said=said)

    def _replace_screens(self, make: Callable[[], Screen[None]]) -> None:
        """Replace all open screens with another one."""
        before = self.current_mode
        self._stacks += 1
        self.add_mode(f"stack-{self._stacks}", make)
        self.switch_mode(f"stack-{self._stacks}")
        self.remove_mode(before)

    @work(name=BACKGROUND, group="forget", exit_on_error=False, description="lock")
    async def _forget(self, vault: Vault, reason: str, *, saving: bool) -> None:
        lost = await in_thread(lambda: close_vault(vault))
        if lost:
            self.say(lost)
        elif saving and self.vault is None:
            self.say(reason, "muted")
        try:
            cleared = await in_thread(self.copier.clear)
        except ClipboardError as error:
            self.say(error.sentence)
        else:
            if cleared and not lost and self.vault is None:
                self.say(f"{reason} {cleared}".lstrip(), "muted")
        await in_thread(render_caches.clear)
        # Textual keeps removed screens for a moment.
        self.set_timer(1, self._clear_render_caches, name="forget")

    @work(name=BACKGROUND, group="forget", exit_on_error=False, description="clear caches")
    async def _clear_render_caches(self) -> None:
        await in_thread(render_caches.clear)
        memory.wipe_freed()

    @work(name=BACKGROUND, group="clipboard", exit_on_error=False, description="clipboard")
    async def _clear_clipboard(self) -> None:
        try:
            cleared = await in_thread(self.copier.tick)
        except ClipboardError as error:
            self.say(error.sentence)
        else:
            if cleared and not self.message:
                self.say(cleared, "muted")

    def lock_or_ask(self) -> None:
        """Lock the vault everywhere; ask first if the last change can't be saved."""
        lock = partial(self.lock, everywhere=True)
        if self.vault is None or self.vault.saved:
            lock()  # a change in progress is saved, or reported, after the lock
        else:
            self._save_or_ask(self.vault, lock, "Lock anyway?", "lock")

    # --- time --------------------------------------------------------------------------

    def _arm(self) -> None:
        now = self.clock.now()
        wait = math.floor(now) + 1 - now + 0.002
        asyncio.get_running_loop().call_later(wait, self._on_the_second)

    def _on_the_second(self) -> None:
        if self.is_running and not self._exit:
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
        with self.painting_at_once():
            for screen in self.screen_stack:
                if isinstance(screen, BaseScreen) and screen.is_mounted:
                    screen.tick()
            for status in self._statuses:
                status.tick(steady)

    def _show_forwarded(self) -> None:
        """Show what `otp-tui ssh-agent` sent, or refused to send, since the last look."""
        news = self._forwarded.look()
        if news and self.vault is not None:
            more = f" And {len(news) - 1} more." if len(news) > 1 else ""
            self.say(f"{news[-1].sentence}{more}", "warning")

    @property
    def _changes_again(self) -> bool:
        return self.keys.has_more

    async def on_event(self, event: events.Event) -> None:
        """Register activity, and queue keys, pasted text and clicks.

        When the terminal's window loses the focus, fields keep theirs: Textual would take it, and
        give none to a screen that opens meanwhile, e.g. the unlock screen after inactivity.
        """
        if isinstance(event, (events.AppBlur, events.AppFocus)):
            return
        if isinstance(event, _ACTIVITY):
            self._active_at = self.clock.steady()
        if isinstance(event, QUEUED) and not event.is_forwarded:
            self.keys.add(event)
        else:
            await super().on_event(event)

    async def _deliver(self, event: events.Event) -> None:
        """Handle an event of the queue; a click on another screen is not the second of two."""
        if isinstance(event, events.MouseDown) and self._clicked_on() is not self.screen:
            self._clicked_on = weakref.ref(self.screen)
            self._click_chain_last_time = None
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


def _import_list() -> None:
    """Import what opens the vault and shows its codes, while the user types the password."""
    import tui.app.screens.codes
    import tui.vault.copies
    import tui.vault.locked_vault
    import tui.vault.unsaved  # noqa: F401
    from tui.crypto import aead, kdf

    kdf.prepare()
    aead.prepare()
