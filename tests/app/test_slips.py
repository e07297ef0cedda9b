"""What a list of entries keeps when they come and go, and what a slip of one key cannot do."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll
from textual.pilot import Pilot

from tests.app.conftest import MakeApp
from tests.app.helpers import codes_of, lines_of, settle, status_of
from tui.app.app import OtpApp
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.entry_form import EntryFormScreen
from tui.app.widgets.bars import StatusLine, TitleBar


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def highlighted(app: OtpApp) -> str:
    entry = codes_of(app).highlighted
    assert entry is not None
    return entry.issuer


def title(app: OtpApp) -> str:
    return lines_of(app.screen.query_one(TitleBar))[0]


@pytest.mark.parametrize(("way", "then"), [(("j",), "Steam"), (("G",), "Evil")])
async def test_the_cursor_stays_where_a_row_was_deleted(
    app: OtpApp, pilot: Pilot[None], way: tuple[str, ...], then: str
) -> None:
    await press(pilot, *way, "d", "y")
    await settle(pilot)
    assert highlighted(app).startswith(then)


async def test_a_counter_code_leaves_the_cursor_on_its_hit(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "slash", "o", "r", "d", "o", "n", "down")
    assert highlighted(app) == "Bank"
    await press(pilot, "enter")
    await settle(pilot)
    assert highlighted(app) == "Bank"


async def test_ticks_are_counted_in_the_title_where_their_rows_are_out_of_sight(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "x", "x", "slash", "v", "p", "n")
    assert "2 selected" in title(app)


async def test_escape_takes_the_ticks_away_after_the_search(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "tab", "x", "slash", "e", "escape")
    assert codes_of(app).selected
    await press(pilot, "escape")
    assert not codes_of(app).selected
    assert "selected" not in title(app)
    assert len(codes_of(app).rows) == 2  # still in the category


async def test_what_goes_to_the_trash_is_ticked_no_more(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "x", "x", "d", "y")
    await settle(pilot)
    await press(pilot, "shift+tab")
    assert "in the trash" in title(app)
    assert "selected" not in title(app)
    await press(pilot, "r")
    await settle(pilot)
    assert status_of(app).startswith("Restored ")
    assert "2 entries" not in status_of(app)


async def test_a_second_u_does_again_what_the_first_took_back(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    for key in ("a", *"Forge", "tab", "tab", *"JBSWY3DPEHPK3PXP", "ctrl+s"):
        await press(pilot, key)
    await settle(pilot)
    steps = ("Added", "Undone", "Redone", "Undone", "Redone")
    for said in steps:
        assert status_of(app).startswith(said)
        issuers = [entry.issuer for entry in codes_of(app).rows]
        assert ("Forge" in issuers) is (said != "Undone"), said
        await press(pilot, "u")
        await settle(pilot)


@pytest.mark.parametrize(("keys", "ends"), [(("n",), False), (("y",), True), (("ctrl+c",), True)])
async def test_ctrl_c_asks_where_something_was_typed(
    app: OtpApp, pilot: Pilot[None], keys: tuple[str, ...], ends: bool
) -> None:
    await press(pilot, "a", "F", "ctrl+c")
    assert isinstance(app.screen, ConfirmScreen)
    await press(pilot, *keys)
    assert app._exit is ends
    if not ends:
        assert isinstance(app.screen, EntryFormScreen)


async def test_ctrl_c_ends_at_once_where_nothing_was_typed(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "a", "ctrl+c")
    assert app._exit


async def test_a_form_with_all_fields_fits_in_24_lines(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "a", "ctrl+t")
    form = app.screen.query_one("#form", VerticalScroll)
    assert app.screen.query_one("#more").display
    assert form.max_scroll_y == 0


async def test_what_was_not_saved_is_said_until_it_is_right(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "a", *"Forge", "ctrl+s")
    assert status_of(app).startswith("Not saved")
    await press(pilot, *"JBSWY3DPEHPK3PXP")
    assert not status_of(app)


async def test_a_long_warning_hides_no_short_one(make_app: MakeApp) -> None:
    app = make_app()
    app.warnings = ("theme may be " + "one of very many, " * 30, "smart_copy is wrong.")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        lines = lines_of(app.screen.query_one(StatusLine))
        assert "smart_copy is wrong." in lines[0]
        assert "…" in lines[-1]
