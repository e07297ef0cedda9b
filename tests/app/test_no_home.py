"""Screens that start in the home folder open for a user without one."""

from __future__ import annotations

import pytest

from tests.app.conftest import MakeApp
from tests.app.helpers import settle
from tui.app.screens.choose_image import ImageScreen
from tui.app.screens.export_vault import ExportScreen
from tui.app.screens.import_backup import ImportScreen


@pytest.mark.parametrize(
    ("keys", "screen"),
    [
        (["i"], ImportScreen),
        (["e"], ExportScreen),
        (["a", "ctrl+o"], ImageScreen),
    ],
)
async def test_screens_open_without_a_home_folder(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch, keys: list[str], screen: type
) -> None:
    def none(_: object) -> None:
        raise KeyError

    app = make_app()
    async with app.run_test() as pilot:
        await settle(pilot)
        monkeypatch.delenv("HOME")
        monkeypatch.setattr("pwd.getpwuid", none)
        for key in keys:
            await pilot.press(key)
            await settle(pilot)
        assert isinstance(app.screen, screen)
        await pilot.press("~", "/", "tab")
        await settle(pilot)
        assert isinstance(app.screen, screen)
