"""The highlight and the selection when entries come and go."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp
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
async def test_the_highlight_stays_where_an_entry_was_deleted(
    app: OtpApp, pilot: Pilot[None], way: tuple[str, ...], then: str
) -> None:
    await press(pilot, *way, "d", "y")
    await settle(pilot)
    assert highlighted(app).startswith(then)


async def test_a_counter_based_code_keeps_the_highlight_on_its_match(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "slash", "o", "r", "d", "o", "n", "down")
    assert highlighted(app) == "Bank"
    await press(pilot, "enter")
    await settle(pilot)
    assert highlighted(app) == "Bank"


async def test_selected_entries_out_of_sight_are_counted_in_the_title(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "x", "x", "slash", "v", "p", "n")
    assert "2 selected" in title(app)


async def test_escape_clears_the_search_and_then_the_selection(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "tab", "x", "slash", "e", "escape")
    assert codes_of(app).selected
    await press(pilot, "escape")
    assert not codes_of(app).selected
    assert "selected" not in title(app)
    assert len(codes_of(app).rows) == 2  # still in the category


async def test_entries_moved_to_the_trash_are_deselected(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "x", "x", "d", "y")
    await settle(pilot)
    await press(pilot, "shift+tab")
    assert "in the trash" in title(app)
    assert "selected" not in title(app)
    await press(pilot, "r")
    await settle(pilot)
    assert status_of(app).startswith("Restored ")
    assert "2 entries" not in status_of(app)


async def test_a_second_u_redoes_what_the_first_undid(app: OtpApp, pilot: Pilot[None]) -> None:
    for key in ("a", *"Forge", "tab", "tab", *"JBSWY3DPEHPK3PXP", "ctrl+s"):
        await press(pilot, key)
    await settle(pilot)
    steps = ("Added", "Undid", "Redid", "Undid", "Redid")
    for said in steps:
        assert status_of(app).startswith(said)
        issuers = [entry.issuer for entry in codes_of(app).rows]
        assert ("Forge" in issuers) is (said != "Undid"), said
        await press(pilot, "u")
        await settle(pilot)


async def test_the_title_has_the_place_in_a_list_that_does_not_fit(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 12)) as pilot:
        await settle(pilot)
        assert title(app).rstrip().endswith(" 1 / 8 codes")
        await press(pilot, "end")
        assert title(app).rstrip().endswith(" 8 / 8 codes")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "/" not in title(app)
