"""What stays highlighted and selected in the list when entries come and go."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.app.helpers import codes_of, lines_of, press, settle, status_of
from tui.app.app import OtpApp
from tui.app.widgets.bars import TitleBar


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
