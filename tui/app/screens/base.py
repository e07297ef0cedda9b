"""Shared by all screens: context, status line, changes to the vault, threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar, cast

from textual import events
from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen
from textual.worker import Worker

from tui.app.threads import in_thread
from tui.errors import EditConflictError, NotSavedError, OtpTuiError

if TYPE_CHECKING:
    from tui.app.context import Context
    from tui.config.schema import Config
    from tui.vault.document import Document
    from tui.vault.vault import Vault

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class ChangeResult:
    """The result of a change to the vault."""

    made: bool
    """True if the vault now contains the change."""
    problem: str = ""
    """A message for the user; empty if the change is saved."""
    conflicts: bool = False
    """True if it was refused because another program changed the same field of an entry."""

    @property
    def tone(self) -> str:
        """The tone of the problem: an unsaved change is worse than a refused one."""
        return "error" if self.made else "warning"


class Done(NamedTuple):
    """What a screen did, for the list to show."""

    sentence: str
    tone: str = "strong"
    """The name of a style."""


class _StatusWidget(Protocol):
    def say(self, text: str, tone: str) -> None: ...


class BaseScreen(Screen[Answer]):
    """A screen of otp-tui. It creates its widgets in `compose`; one has the id `status`."""

    saving = False
    """True while what the user typed is being saved."""
    _was_resumed = False

    def on_compose(self) -> None:
        """Style the screen for the size of the terminal before its widgets, all only once."""
        app, (width, height) = self.app, self.app.size
        for size, own, of_app in (
            (width, self.HORIZONTAL_BREAKPOINTS, app.HORIZONTAL_BREAKPOINTS),
            (height, self.VERTICAL_BREAKPOINTS, app.VERTICAL_BREAKPOINTS),
        ):
            points = of_app if own is None else own
            fitting = [name for least, name in sorted(points or []) if least <= size]
            self.add_class(*fitting[-1:], update=False)
        self.set_class(self.context.is_flat, "-flat", update=False)
        self.update_node_styles(animate=False)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Keep Textual from styling the widgets again that were just created."""
        if not self._was_resumed:
            self._was_resumed = True
            event.refresh_styles = False

    @property
    def context(self) -> Context:
        """The app, as far as screens may use it."""
        return cast("Context", self.app)

    def tick(self) -> None:
        """Update the screen. Called once a second while the screen is mounted."""

    @property
    def unsaved(self) -> bool:
        """True if something is typed that was not saved yet."""
        return False

    @property
    def loses(self) -> bool:
        """True if closing the screen would lose what the user typed."""
        return self.unsaved and not self.saving

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Close with a result, and with it the screens above, e.g. a question whose answer is late.

        Textual would close the topmost screen instead. A screen that is already closed, e.g. by the
        first of two clicks that arrive together, stays so.
        """
        stack = self.app.screen_stack
        if self not in stack:
            return AwaitComplete()
        for above in reversed(stack[stack.index(self) + 1 :]):
            above.dismiss(None)
        return super().dismiss(result)

    def settings_changed(self, before: Config) -> None:
        """Apply changed settings, keys, theme or symbols; `before` are the settings of before."""

    def say(self, text: str, tone: str = "muted") -> None:
        """Show a message in the screen's status line."""
        cast(_StatusWidget, self.query_one("#status")).say(text, tone)

    @property
    def moment(self) -> int:
        """The current Unix time in whole seconds."""
        return int(self.context.clock.now())

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Pass it to the app, which exits on an error that a worker didn't handle."""
        event.stop()
        self.app.post_message(event)


class Dialog(BaseScreen[Answer], ModalScreen[Answer]):
    """A screen above another one. It returns a result and doesn't know its caller."""


async def change_vault(vault: Vault, step: Callable[[Document], Document]) -> ChangeResult:
    """Change and save the vault in a thread."""
    return await run_change(lambda: vault.change(step))


async def run_change(change: Callable[[], object]) -> ChangeResult:
    """Run a call that changes and saves the vault in a thread."""
    try:
        await in_thread(change)
    except NotSavedError as error:
        return ChangeResult(made=True, problem=f"NOT SAVED. {error.sentence}")
    except OtpTuiError as error:
        conflicts = isinstance(error, EditConflictError)
        return ChangeResult(made=False, problem=error.sentence, conflicts=conflicts)
    return ChangeResult(made=True)
