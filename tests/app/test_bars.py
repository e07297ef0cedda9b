"""The lines around the code list: title, categories, messages and keys."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    FakeClock,
    issuers,
    lines_of,
    pass_time,
    press,
    sample_entries,
    settle,
    status_of,
    vault_of,
)
from tui.app.app import OtpApp
from tui.app.screens.help import HelpScreen
from tui.app.widgets.bars import CategoryBar, TitleBar
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.list_title import ListTitle
from tui.app.widgets.status_line import StatusLine
from tui.config.schema import KeyChoice
from tui.errors import NotSavedError
from tui.otp.entry import Category, OtpType


async def test_the_title_marks_an_unsynchronized_clock(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    app.clock_warning = lambda: "clock not synchronized"
    title = app.screen.query_one(TitleBar)
    await pass_time(pilot, clock, 1)
    assert "! clock" in lines_of(title)[0]
    app.settings.set(("clock_check",), False)
    await pass_time(pilot, clock, 2)
    assert "clock" not in lines_of(title)[0]
    app.settings.set(("clock_check",), True)
    await pass_time(pilot, clock, 2)
    assert "! clock" in lines_of(title)[0]
    app.clock_warning = str
    await pass_time(pilot, clock, 61)
    assert "clock" not in lines_of(title)[0]


@pytest.mark.parametrize("width", [30, 40, 80])
async def test_the_warning_fits_into_the_title(
    make_app: MakeApp, clock: FakeClock, width: int
) -> None:
    app = make_app()
    async with app.run_test(size=(width, 12)) as pilot:
        await settle(pilot)
        app.clock_warning = lambda: "clock not synchronized"
        await pass_time(pilot, clock, 1)
        line = lines_of(app.screen.query_one(TitleBar))[0]
        assert len(line) == width
        assert "clock" in line


@pytest.mark.terminal(40, 12)
async def test_not_saved_takes_precedence_over_the_clock_warning(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.clock_warning = lambda: "clock not synchronized"
    await pass_time(pilot, clock, 1)

    def refuse(*_: Any, **__: Any) -> None:
        raise NotSavedError("The disk is full.")

    monkeypatch.setattr(vault_of(app)._store, "replace", refuse)
    await press(pilot, "p")
    await settle(pilot)
    assert "NOT SAVED" in lines_of(app.screen.query_one(TitleBar))[0]


async def test_the_first_warnings_are_shown_and_the_others_counted(
    make_app: MakeApp,
) -> None:
    app = make_app()
    app.warnings = tuple(f"Sentence {'long ' * number}{number}." for number in range(5))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "And 2 more." in status_of(app)


async def test_a_click_on_the_key_bar_runs_the_command(app: OtpApp, pilot: Pilot[None]) -> None:
    bar = app.screen.query_one(KeyBar)
    await pilot.click(KeyBar, offset=(lines_of(bar)[0].index("help"), 0))
    await pilot.pause()
    assert isinstance(app.screen, HelpScreen)


async def test_a_click_on_search_opens_it(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.click(CategoryBar, offset=(74, 0))
    await pilot.press("b", "a", "n", "k")
    await pilot.pause()
    assert issuers(app) == ["Bank"]


async def test_arrows_show_that_there_are_more_categories(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    names = [Category.named(f"Category {number}", number) for number in range(12)]
    app = make_app(make_vault(None, names))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        bar = app.screen.query_one(CategoryBar)
        assert "›" in lines_of(bar)[0]
        assert "‹" not in lines_of(bar)[0]
        await press(pilot, "shift+tab")
        assert "Category 11" in lines_of(bar)[0]
        assert lines_of(bar)[0].startswith("‹")
        assert "›" not in lines_of(bar)[0]


async def test_hints_name_the_keys_of_the_settings(make_app: MakeApp) -> None:
    app = make_app(keys=(KeyChoice("undo", ("U",), 0), KeyChoice("restore", ("R",), 0)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "d", "y")
        await settle(pilot)
        assert "Press U to undo" in status_of(app)
        await press(pilot, "shift+tab")
        assert " R restore" in lines_of(app.screen.query_one(KeyBar))[0]


async def test_the_key_bar_shows_the_keys_of_the_search(app: OtpApp, pilot: Pilot[None]) -> None:
    assert "q quit" in lines_of(app.screen.query_one(KeyBar))[0]
    await pilot.press("slash")
    await settle(pilot)
    below = lines_of(app.screen.query_one(KeyBar))[0]
    assert "Esc clear" in below
    assert "quit" not in below


async def test_a_long_warning_does_not_hide_a_short_one(make_app: MakeApp) -> None:
    app = make_app()
    app.warnings = ("theme may be " + "one of very many, " * 30, "smart_copy is wrong.")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        lines = lines_of(app.screen.query_one(StatusLine))
        assert "smart_copy is wrong." in lines[0]
        assert "…" in lines[-1]


async def test_a_file_name_is_not_broken_at_its_hyphens(app: OtpApp, pilot: Pilot[None]) -> None:
    name = "vault.sync-conflict-20260102-030405-ABCDEFG.json"
    status = app.screen.query_one(StatusLine)
    status.say(f"1 conflict copy is next to the vault: {name}.\nNew line")
    await pilot.pause()
    lines = lines_of(status)
    assert any(name in line for line in lines)
    assert lines[-1].strip("▌ ") == "New line"


async def test_no_message_ends_with_a_line_of_one_word(app: OtpApp, pilot: Pilot[None]) -> None:
    status = app.screen.query_one(StatusLine)
    status.say(f"{'word ' * 15}last")
    await pilot.pause()
    assert [line.strip("▌✓ ") for line in lines_of(status)][1:] == ["word last"]


async def test_the_title_is_as_wide_as_the_screen(app: OtpApp, pilot: Pilot[None]) -> None:
    title = app.screen.query_one(ListTitle)
    for warning in ("", "clock"):
        for count in ("8 codes", "1 of 8 codes, 2 unreadable, 3 selected", "NOT SAVED · 8 codes"):
            title.warn(warning)
            title.show(count)
            for width in range(40, 200, 3):
                text = "".join(segment.text for segment in title.segments(width))
                assert len(text) == width, (width, count)
                if width >= 80:
                    assert count in text
                    assert (" 10 s " in text) is not count.startswith("NOT")


async def test_the_title_counts_down_only_if_codes_expire(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    counter_based = [entry for entry in sample_entries()[0] if entry.type is OtpType.HOTP]
    app = make_app(make_vault(counter_based, []))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert " s " not in lines_of(app.screen.query_one(ListTitle))[0]


async def test_the_color_of_a_category_follows_from_its_name(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    async def color(*names: str) -> object:
        categories = [Category.named(name, place) for place, name in enumerate(names)]
        app = make_app(make_vault(None, categories))
        async with app.run_test(size=(80, 24)) as pilot:
            await settle(pilot)
            parts = app.screen.query_one(CategoryBar).segments(80)
            return next(part.style.color for part in parts if part.text == " Work " and part.style)

    assert await color("Work", "Web") == await color("Family", "Home", "Work")
