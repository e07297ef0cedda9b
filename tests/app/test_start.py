"""What makes the app open fast."""

from __future__ import annotations

import asyncio
import threading

import pytest
from textual.css.stylesheet import Stylesheet

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import PASSWORD, settle
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.help import HelpScreen


async def test_new_screens_do_not_parse_all_style_sheets_again(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vault()
    parsed: list[None] = []
    reparse = Stylesheet.reparse
    monkeypatch.setattr(Stylesheet, "reparse", lambda self: parsed.append(reparse(self)))
    app = make_app(vault=None)
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press(*PASSWORD, "enter")
        await settle(pilot)
        assert isinstance(app.screen, CodesScreen)
        await pilot.press("?")
        await settle(pilot)
        assert isinstance(app.screen, HelpScreen)
        assert app.screen.query_one("#columns").styles.margin.top == 1  # its own style sheet
    assert not parsed


async def test_the_list_is_imported_while_the_password_is_typed(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vault()
    imported = threading.Event()
    monkeypatch.setattr("tui.crypto.aead.prepare", imported.set)
    async with make_app(vault=None).run_test() as pilot:
        await settle(pilot)
        assert await asyncio.to_thread(imported.wait, 10)


async def test_memory_is_given_back_after_the_vault_was_read(
    make_app: MakeApp, make_vault: MakeVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_vault()
    given_back = threading.Event()
    monkeypatch.setattr("tui.app.app.GIVE_BACK_SECONDS", 0.001)
    monkeypatch.setattr("tui.memory.give_back", given_back.set)
    async with make_app(vault=None).run_test() as pilot:
        await settle(pilot)
        assert not given_back.is_set()
        await pilot.press(*PASSWORD, "enter")
        await settle(pilot)
        assert await asyncio.to_thread(given_back.wait, 10)


async def test_memory_is_given_back_after_a_change_was_saved(
    app: OtpApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[bool] = []
    async with app.run_test() as pilot:
        await settle(pilot)
        monkeypatch.setattr("tui.memory.give_back", lambda: given_back.append(True))
        app.tick()
        assert not given_back
        await pilot.press("p")
        await settle(pilot)
        app.tick()
        app.tick()
        assert given_back == [True]
