"""What makes the app open fast."""

from __future__ import annotations

import pytest
from textual.css.stylesheet import Stylesheet

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import PASSWORD, settle
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
