"""What all screens share: they know the app by its type, and they may tick."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from textual.screen import ModalScreen, Screen
from textual.worker import Worker

if TYPE_CHECKING:
    from tui.app.app import OtpApp

Result = TypeVar("Result")
Answer = TypeVar("Answer")


class Ticking(Screen[Answer]):
    """What every screen of otp-tui has."""

    @property
    def otp(self) -> OtpApp:
        """The app, by its own type."""
        return cast("OtpApp", self.app)

    def tick(self) -> None:
        """A second has passed."""

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that is lost when the program ends."""
        return False

    def settings_changed(self) -> None:
        """The settings are others now: `otp.config`, `otp.keymap`, the theme and the signs."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Tell the app, which ends on what a worker did not expect."""
        self.otp.on_worker_state_changed(event)


class OtpScreen(Ticking[None]):
    """A screen of otp-tui."""


class Dialog(Ticking[Answer], ModalScreen[Answer]):
    """A question above a screen; it returns its answer and knows nothing of who asks."""


async def beside(call: Callable[[], Result]) -> Result:
    """Run a long call in a thread, so that the screen goes on, and return what it returns."""
    return await asyncio.to_thread(call)
