"""Quitting while a form is open."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.app.helpers import press
from tui.app.app import OtpApp
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.entry_form import EntryFormScreen


@pytest.mark.parametrize(("keys", "ends"), [(("n",), False), (("y",), True), (("ctrl+c",), True)])
async def test_ctrl_c_asks_if_something_was_typed(
    app: OtpApp, pilot: Pilot[None], keys: tuple[str, ...], ends: bool
) -> None:
    await press(pilot, "a", "F", "ctrl+c")
    assert isinstance(app.screen, ConfirmScreen)
    await press(pilot, *keys)
    assert app._exit is ends
    if not ends:
        assert isinstance(app.screen, EntryFormScreen)


async def test_ctrl_c_quits_at_once_if_nothing_was_typed(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "a", "ctrl+c")
    assert app._exit


async def test_ctrl_c_at_another_question_asks_too(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "a", "F", "escape")
    leave = app.screen
    assert isinstance(leave, ConfirmScreen)
    await press(pilot, "ctrl+c")
    assert app.screen is not leave
    assert not app._exit
    await press(pilot, "ctrl+c")
    assert app._exit
