"""The command palette."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from tests.app.conftest import MakeApp
from tests.app.helpers import (
    FakeClipboard,
    FakeClock,
    codes_of,
    lines_of,
    on_disk,
    pass_time,
    press,
    settle,
)
from tui.app.app import OtpApp
from tui.app.palette_items import command_items, matching
from tui.app.screens.codes import CodesScreen
from tui.app.screens.export_vault import ExportScreen
from tui.app.screens.palette import PaletteList, PaletteScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.bars import CategoryBar, TitleBar
from tui.config.commands import COMMANDS
from tui.config.load import load
from tui.otp.codes import code_at
from tui.vault.categories import delete
from tui.vault.order import Order, order_of
from tui.vault.vault import Vault


async def opened(pilot: Pilot[None], *words: str) -> PaletteList:
    await settle(pilot)
    await pilot.press("colon")
    await settle(pilot)
    listed = pilot.app.screen.query_one(PaletteList)
    await pilot.press(*words)
    await settle(pilot)
    return listed


async def test_all_commands_that_are_not_keys_only_are_offered(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test() as pilot:
        listed = await opened(pilot)
        labels = [item.label for item in listed.rows]
    wanted = [each.help for each in COMMANDS if each.group != "Move"]
    left_out = {
        "Command palette",
        "Clear search or selection",
        "Next category",
        "Previous category",
    }
    assert {label for label in labels if label in wanted} == set(wanted) - left_out
    assert {"Sort by issuer", "Go to All", "Go to Work", "Theme nord"} <= set(labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("key", ["colon", "slash"])
async def test_of_much_pasted_text_the_start_is_searched_for_and_shown_safely(
    app: OtpApp, pilot: Pilot[None], key: str
) -> None:
    await pilot.press(key)
    app.post_message(events.Paste(f"gi\u202et\N{ZERO WIDTH SPACE}hub {'x' * 200_000}"))
    await settle(pilot)
    if key == "colon":
        field = app.screen.query_one(Input)
        text, shown = field.value, lines_of(field)
    else:
        text, shown = codes_of(app).searched, lines_of(app.screen.query_one(CategoryBar))
    assert 90 <= len(text) <= 100
    assert not {"\u202e", "\u200b"} & set(shown[0])


async def test_a_pasted_uri_is_not_shown(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("colon")
    app.post_message(events.Paste("otpauth://totp/Shop:me?secret=JBSWY3DPEHPK3PXP"))
    await settle(pilot)
    assert app.screen.query_one(Input).value == ""


@pytest.mark.parametrize("theme", ["otp-dark", "ansi-dark"])
async def test_the_first_page_has_common_commands_and_counts_the_others(
    make_app: MakeApp, theme: str
) -> None:
    app = make_app(theme=theme)
    async with app.run_test(size=(80, 24)) as pilot:
        listed = await opened(pilot)
        assert app.screen.query_one("#palette").max_scroll_y == 0
        labels = [item.label for item in listed.rows]
        assert labels[:3] == ["Copy code", "Search", "Add entry"]
        shown = lines_of(listed)
        assert "Create recovery code" in "".join(shown[:-1])
        assert shown[-1].strip() == f"↓ {len(labels) - len(shown) + 1} more"
        await pilot.press(*["pagedown"] * 9)
        await settle(pilot)
        assert [line.strip() for line in lines_of(listed)[-2:]] == [f"▌ {labels[-1]}", ""]


@pytest.mark.parametrize("height", [24, 50, 100])
async def test_the_list_is_as_high_as_the_terminal_allows(pilot: Pilot[None], height: int) -> None:
    await pilot.resize_terminal(200, height)
    listed = await opened(pilot)
    assert listed.size.height == min(height - 8, len(listed.rows) + 1)


async def test_the_list_is_as_high_as_its_matches(pilot: Pilot[None]) -> None:
    listed = await opened(pilot, *"clock")
    assert listed.size.height == len(listed.rows) + 1 < 6
    await pilot.press(*["backspace"] * 5)
    await settle(pilot)
    assert listed.size.height == 24 - 8


async def test_the_warning_about_the_clock_leads_to_the_doctor(pilot: Pilot[None]) -> None:
    listed = await opened(pilot, *"clock")
    assert listed.rows[0].label == "Check setup and clock (doctor)"


async def test_words_find_in_any_order_and_the_key_is_shown(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    listed = await opened(pilot, *"entries exp")
    assert [item.label for item in listed.rows] == ["Export entries"]
    assert lines_of(listed)[0].split() == ["▌", "Export", "entries", "e"]
    await pilot.press(*"zz")
    await settle(pilot)
    assert lines_of(listed)[0].strip() == "No matches."
    await pilot.press("enter")
    assert isinstance(app.screen, PaletteScreen)


def test_labels_that_start_with_the_word_come_first() -> None:
    found = matching(command_items(str, str), "add")
    assert found[0].label == "Add entry"


async def test_a_command_runs_on_the_list(app: OtpApp, pilot: Pilot[None]) -> None:
    await opened(pilot, *"export", "enter")
    assert isinstance(app.screen, ExportScreen)


async def test_two_clicks_that_arrive_together_choose_once(app: OtpApp, pilot: Pilot[None]) -> None:
    listed = await opened(pilot, *"export")
    listed.post_message(PaletteList.Chosen())
    listed.post_message(PaletteList.Chosen())
    await settle(pilot)
    assert isinstance(app.screen, ExportScreen)


async def test_an_order_and_a_category_can_be_chosen(app: OtpApp, pilot: Pilot[None]) -> None:
    await opened(pilot, *"sort by issuer", "enter")
    assert app.vault is not None
    assert order_of(app.vault.document) is Order.ISSUER
    await opened(pilot, *"go to w", "down", "enter")
    assert "1 of 8" in lines_of(app.screen.query_one(TitleBar))[0]


async def test_a_theme_can_be_chosen_and_is_saved(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    app.settings.file = file = tmp_path / "config.toml"
    async with app.run_test() as pilot:
        await opened(pilot, *"theme nord", "enter")
        assert app.theme == "nord"
        assert load(file)[0].theme == "nord"


async def test_escape_does_nothing(app: OtpApp, pilot: Pilot[None]) -> None:
    await opened(pilot, *"lock", "escape")
    assert isinstance(app.screen, CodesScreen)


@pytest.mark.parametrize("key", ["ctrl+p", "colon"])
async def test_there_is_no_palette_on_the_unlock_screen(
    app: OtpApp, pilot: Pilot[None], key: str
) -> None:
    app.lock()
    await settle(pilot)
    await pilot.press(key)
    await settle(pilot)
    assert isinstance(app.screen, UnlockScreen)


@pytest.mark.parametrize("width", [10, 40, 200])
async def test_it_can_be_resized(app: OtpApp, pilot: Pilot[None], width: int) -> None:
    listed = await opened(pilot, *"theme")
    for height in (3, 12, 60):
        await pilot.resize_terminal(width, height)
        await settle(pilot)
        assert all(len(line) <= listed.size.width for line in lines_of(listed))
    await pilot.press("down", "pagedown", "escape")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)


@pytest.mark.parametrize("query", ["copy ste", "steam", "COPY setam"])
async def test_an_entry_is_copied(
    vault: Vault, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard, query: str
) -> None:
    listed = await opened(pilot, *query)
    assert listed.rows[0].label == "Copy Steam (gordon)"
    await pilot.press("enter")
    await settle(pilot)
    steam = vault.entries[2]
    assert clipboard.text == code_at(steam, clock.now()).text


async def test_an_entry_comes_before_commands_that_have_the_letters_inside_a_word(
    pilot: Pilot[None],
) -> None:
    listed = await opened(pilot, *"git")
    assert [item.label for item in listed.rows] == [
        "Copy GitHub (octocat)", "Show code in large digits",
    ]  # fmt: skip
    await pilot.press(*["backspace"] * 3, *"large d")
    await settle(pilot)
    assert listed.rows[0].label == "Show code in large digits"


async def test_recent_commands_come_first_and_entries_are_not_kept(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    for words in ("sort by issuer", "theme nord", "steam"):
        await opened(pilot, *words, "enter")
        await settle(pilot)
    listed = await opened(pilot)
    assert [item.label for item in listed.rows][:3] == [
        "Theme nord", "Sort by issuer", "Copy code",
    ]  # fmt: skip


async def test_a_category_that_another_program_deleted_shows_all(
    app: OtpApp, pilot: Pilot[None], vault: Vault, clock: FakeClock
) -> None:
    await press(pilot, "colon", *"go to work")
    (work,) = [one for one in vault.document.categories if one.name == "Work"]
    on_disk(app).change(lambda made: delete(made, work.id, 9))
    await pass_time(pilot, clock, 1)
    await press(pilot, "enter", "tab", "shift+tab")
    assert len(codes_of(app).rows) == len(vault.entries)
