"""Managing entries in the list: trash, undo, pins, order, categories, hidden codes, copies."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    PASSWORD,
    FakeClipboard,
    FakeClock,
    codes_of,
    lines_of,
    pass_time,
    sample_entries,
    settle,
    status_of,
)
from tui.app.app import OtpApp
from tui.app.screens.categories import CategoriesScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.help import HelpScreen
from tui.app.widgets.bars import CategoryBar, Countdown, KeyBar, TitleBar
from tui.config.schema import KeyChoice
from tui.errors import NotSavedError
from tui.otp.codes import code_at, group, next_code
from tui.otp.entry import Binding, Category
from tui.vault.order import Order, order_of
from tui.vault.trash import expire
from tui.vault.vault import LockedVault, Vault

DAY = 86_400


def issuers(app: OtpApp) -> list[str]:
    return [entry.issuer for entry in codes_of(app).rows]


def text_of(app: OtpApp) -> str:
    return "\n".join(lines_of(codes_of(app)))


def vault_of(app: OtpApp) -> Vault:
    assert app.vault is not None
    return app.vault


def on_disk(app: OtpApp) -> Vault:
    return LockedVault.read(app.vault_path, app.clock).unlock(PASSWORD)


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def delete_first(pilot: Pilot[None]) -> None:
    await press(pilot, "d", "y")
    await settle(pilot)


# --- the trash -------------------------------------------------------------------------------


async def test_d_asks_by_name_and_puts_the_entry_in_the_trash(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        assert isinstance(app.screen, ConfirmScreen)
        assert "GitHub (octocat)" in str(app.screen.query_one(".title").render())
        await press(pilot, "y")
        await settle(pilot)
        assert "GitHub" not in issuers(app)
        assert [entry.issuer for entry in on_disk(app).document.trash] == ["GitHub"]


@pytest.mark.parametrize("key", ["n", "escape", "enter"])
async def test_any_other_answer_deletes_nothing(make_app: MakeApp, key: str) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "d", key)
        await settle(pilot)
        assert issuers(app)[0] == "GitHub"
        assert not vault_of(app).document.trash


async def test_the_trash_is_the_last_category_and_shows_no_codes(
    make_app: MakeApp, clock: FakeClock, clipboard: FakeClipboard
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await delete_first(pilot)
        await press(pilot, "shift+tab")
        assert issuers(app) == ["GitHub"]
        assert "30 days left" in text_of(app)
        shown = group(code_at(codes_of(app).rows[0], clock.now()).text)
        assert shown not in text_of(app)
        await press(pilot, "enter")
        await settle(pilot)
        assert clipboard.text == ""
        assert "trash" in status_of(app)


async def test_r_restores_an_entry_with_all_it_had(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        before = vault_of(app).entries[0]
        await delete_first(pilot)
        await press(pilot, "shift+tab", "r")
        await settle(pilot)
        back = on_disk(app).document.find(before.id)
        assert dataclasses.replace(back, revision=0, updated=0) == dataclasses.replace(
            before, revision=0, updated=0
        )
        assert not vault_of(app).document.trash
        assert "Trash" not in lines_of(app.screen.query_one(CategoryBar))[0]


async def test_d_in_the_trash_deletes_for_good(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await delete_first(pilot)
        await press(pilot, "shift+tab", "d")
        assert "Permanently" in str(app.screen.query_one(".title").render())
        await press(pilot, "y")
        await settle(pilot)
        kept = on_disk(app).document.everything
        assert "GitHub" not in [entry.issuer for entry in kept]


@pytest.mark.parametrize("wrong", ["", "clock not synchronized"])
async def test_what_is_in_the_trash_for_30_days_goes_where_the_clock_is_right(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, wrong: str
) -> None:
    old, young = (
        dataclasses.replace(entry, deleted=int(clock.now()) - days * DAY)
        for entry, days in zip(sample_entries()[0][:2], (32, 29), strict=True)
    )
    vault = make_vault()
    vault.change(lambda document: document.holding([old, young, *document.entries[2:]]))
    vault.change(lambda document: expire(document, int(clock.now()) - DAY))
    app = make_app(vault)
    app.clock_warning = lambda: wrong
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        left = [entry.issuer for entry in vault_of(app).document.trash]
        assert left == ([old.issuer] if wrong else []) + [young.issuer]


async def test_u_takes_a_deletion_back(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        before = issuers(app)
        await delete_first(pilot)
        await press(pilot, "u")
        await settle(pilot)
        assert issuers(app) == before
        assert "GitHub (octocat)" in status_of(app)


async def test_d_takes_all_ticked_entries(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "x", "x", "d")
        words = "\n".join(str(label.render()) for label in app.screen.query("Label"))
        assert "GitHub" in words
        assert "Registrar" in words
        await press(pilot, "y")
        await settle(pilot)
        assert {"GitHub", "Registrar"} & set(issuers(app)) == set()


async def test_a_deletion_that_cannot_be_saved_is_told(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)

        def refuse(*_: Any, **__: Any) -> None:
            raise NotSavedError("The disk is full.")

        monkeypatch.setattr(vault_of(app)._store, "replace", refuse)
        await delete_first(pilot)
        assert "NOT SAVED" in status_of(app)
        assert "NOT SAVED" in lines_of(app.screen.query_one(TitleBar))[0]


# --- pins and order ----------------------------------------------------------------------------


async def test_p_puts_an_entry_on_top_and_back(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        before = issuers(app)
        await press(pilot, "j", "j", "p")
        await settle(pilot)
        assert issuers(app)[0] == "Steam"
        assert codes_of(app).highlighted == codes_of(app).rows[0]
        assert on_disk(app).entries[2].pinned
        await press(pilot, "p")
        await settle(pilot)
        assert issuers(app) == before


async def test_o_walks_the_orders_and_the_vault_remembers(make_app: MakeApp) -> None:
    app = make_app()
    seen = []
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _ in Order:
            await press(pilot, "o")
            await settle(pilot)
            seen.append(order_of(vault_of(app).document))
            if seen[-1] is Order.ISSUER:
                assert issuers(app) == sorted(issuers(app), key=str.casefold)
        assert set(seen) == set(Order)
        await press(pilot, "o")
        await settle(pilot)
        await press(pilot, "q")
    assert order_of(on_disk(app).document) is seen[0]


async def test_copies_are_counted_and_order_the_list(make_app: MakeApp, clock: FakeClock) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "3")
        await settle(pilot)
        await pass_time(pilot, clock, 1)
        for _ in range(2):
            await press(pilot, "2")
            await settle(pilot)
        while order_of(vault_of(app).document) is not Order.USE:
            await press(pilot, "o")
            await settle(pilot)
        assert issuers(app)[:2] == ["Registrar", "Steam"]
        await pass_time(pilot, clock, 6)
        await pass_time(pilot, clock, 6)
        assert [entry.copy_count for entry in on_disk(app).entries[:3]] == [None, 2, 1]
        assert on_disk(app).entries[2].used == int(clock.now()) - 13


async def test_a_counted_copy_leaves_the_undo_of_the_step_before(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await delete_first(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        await press(pilot, "o", "u")
        await settle(pilot)
        assert "GitHub" in issuers(app)


async def test_shift_and_arrows_move_a_row_and_one_undo_brings_it_back(
    make_app: MakeApp,
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        before = issuers(app)
        await press(pilot, "shift+down")
        await settle(pilot)
        await press(pilot, "shift+down")
        await settle(pilot)
        assert issuers(app)[:3] == ["Registrar", "Steam", "GitHub"]
        assert codes_of(app).highlighted == codes_of(app).rows[2]
        await press(pilot, "shift+up")
        await settle(pilot)
        assert issuers(app)[:3] == ["Registrar", "GitHub", "Steam"]
        await press(pilot, "u")
        await settle(pilot)
        assert issuers(app) == before


async def test_a_row_moves_only_in_the_order_by_hand(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "o")
        await settle(pilot)
        before = issuers(app)
        await press(pilot, "shift+down")
        await settle(pilot)
        assert issuers(app) == before
        assert "Press o to change that" in status_of(app)


async def test_in_a_category_a_row_moves_in_its_order_alone(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        everything = issuers(app)
        await press(pilot, "tab", "shift+up")
        await settle(pilot)
        assert issuers(app) == ["GitHub", "Registrar"]
        await press(pilot, "escape")
        assert issuers(app) == everything


# --- categories -----------------------------------------------------------------------------------


def categories_of(app: OtpApp, issuer: str) -> set[str]:
    document = on_disk(app).document
    names = {category.id: category.name for category in document.categories}
    entry = next(entry for entry in document.entries if entry.issuer == issuer)
    return {names[place.category] for place in entry.categories}


async def test_c_puts_an_entry_in_categories(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "c", "space", "j", "space", "enter")
        await settle(pilot)
        assert categories_of(app, "GitHub") == {"Work"}


async def test_escape_leaves_the_categories_as_they_were(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "c", "space", "escape")
        await settle(pilot)
        assert categories_of(app, "GitHub") == {"Web"}


async def test_several_entries_are_put_in_a_new_category(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "x", "x", "x", "c", "n", *"Home", "enter")
        await settle(pilot)
        await press(pilot, "enter")
        await settle(pilot)
        for issuer in ("GitHub", "Registrar", "Steam"):
            assert "Home" in categories_of(app, issuer)
        assert "Home" in lines_of(app.screen.query_one(CategoryBar))[0]


async def test_a_category_is_renamed_and_keeps_its_entries(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "c", "r", "end", *"site", "enter")
        await settle(pilot)
        await press(pilot, "escape")
        await settle(pilot)
        assert categories_of(app, "GitHub") == {"Website"}


async def test_a_category_is_deleted_after_a_question_and_undone(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "c", "d")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "y")
        await settle(pilot)
        await press(pilot, "escape")
        await settle(pilot)
        assert categories_of(app, "GitHub") == set()
        await press(pilot, "u")
        await settle(pilot)
        assert categories_of(app, "GitHub") == {"Web"}


async def test_a_name_that_is_taken_is_refused_in_place(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "c", "n", *"Web", "enter")
        await settle(pilot)
        assert isinstance(app.screen, CategoriesScreen)
        assert "already" in str(app.screen.query_one("#status").render())


# --- hidden codes and smart copy -----------------------------------------------------------


@pytest.mark.parametrize("way", ["config", "key"])
async def test_hidden_codes_are_dots_until_their_row_is_selected(
    make_app: MakeApp, clock: FakeClock, way: str
) -> None:
    app = make_app(hide_codes=way == "config")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        if way == "key":
            await press(pilot, "h")
        codes = [group(code_at(entry, clock.now()).text) for entry in codes_of(app).rows[:2]]
        assert codes[0] in text_of(app)
        assert codes[1] not in text_of(app)
        await press(pilot, "j")
        assert codes[0] not in text_of(app)
        assert codes[1] in text_of(app)


@pytest.mark.parametrize(("seconds", "following"), [(6, False), (7, False), (8, True)])
async def test_with_few_seconds_left_the_next_code_is_copied_and_told(
    make_app: MakeApp, clock: FakeClock, clipboard: FakeClipboard, seconds: int, following: bool
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pass_time(pilot, clock, seconds)
        await press(pilot, "enter")
        await settle(pilot)
        entry = codes_of(app).rows[0]
        wanted = next_code if following else code_at
        assert clipboard.text == wanted(entry, clock.now()).text
        assert ("next code" in status_of(app)) is following


async def test_smart_copy_can_be_switched_off(
    make_app: MakeApp, clock: FakeClock, clipboard: FakeClipboard
) -> None:
    app = make_app(smart_copy=0)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pass_time(pilot, clock, 9)
        await press(pilot, "enter")
        await settle(pilot)
        assert clipboard.text == code_at(codes_of(app).rows[0], clock.now()).text


async def test_an_unsynchronized_clock_is_told_in_the_title(
    make_app: MakeApp, clock: FakeClock
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.clock_warning = lambda: "clock not synchronized"
        title = app.screen.query_one(TitleBar)
        await pass_time(pilot, clock, 1)
        assert "! clock not synchronized" in lines_of(title)[0]
        app.clock_warning = str
        await pass_time(pilot, clock, 61)
        assert "clock" not in lines_of(title)[0]


@pytest.mark.parametrize("width", [30, 40, 80])
async def test_the_warning_never_pushes_the_title_out_of_line(
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


async def test_what_is_not_saved_stands_in_the_title_before_the_clock(
    make_app: MakeApp, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test(size=(40, 12)) as pilot:
        await settle(pilot)
        app.clock_warning = lambda: "clock not synchronized"
        await pass_time(pilot, clock, 1)

        def refuse(*_: Any, **__: Any) -> None:
            raise NotSavedError("The disk is full.")

        monkeypatch.setattr(vault_of(app)._store, "replace", refuse)
        await press(pilot, "p")
        await settle(pilot)
        assert "NOT SAVED" in lines_of(app.screen.query_one(TitleBar))[0]


async def test_of_many_warnings_the_first_are_shown_and_the_others_counted(
    make_app: MakeApp,
) -> None:
    app = make_app()
    app.warnings = tuple(f"Sentence {'long ' * number}{number}." for number in range(5))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "And 2 more." in status_of(app)


async def test_settings_reach_the_list_at_once(make_app: MakeApp, clock: FakeClock) -> None:
    app = make_app(countdown="each")
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        app.settings.set(("hide_codes",), True)
        app.settings.set(("countdown",), "shared")
        await settle(pilot)
        second = codes_of(app).rows[1]
        assert group(code_at(second, clock.now()).text) not in text_of(app)
        assert app.screen.query_one(Countdown).display


async def test_a_click_on_a_key_of_the_last_line_does_what_it_says(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        bar = app.screen.query_one(KeyBar)
        await pilot.click(KeyBar, offset=(lines_of(bar)[0].index("keys"), 0))
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)


async def test_a_click_on_search_opens_it(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.click(CategoryBar, offset=(74, 0))
        await pilot.press("b", "a", "n", "k")
        await pilot.pause()
        assert issuers(app) == ["Bank"]


async def test_categories_beyond_the_edge_are_hinted_at(
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


async def test_what_is_said_follows_the_keys_of_the_settings(make_app: MakeApp) -> None:
    app = make_app(keys=(KeyChoice("undo", ("U",), 0), KeyChoice("restore", ("R",), 0)))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await delete_first(pilot)
        assert "Press U to undo" in status_of(app)
        await press(pilot, "shift+tab")
        assert " R restore" in lines_of(app.screen.query_one(KeyBar))[0]


# --- room -----------------------------------------------------------------------------------


async def test_a_wide_terminal_shows_the_categories(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        assert "Web, Work" in lines_of(codes_of(app))[1]
        assert {len(line) for line in lines_of(codes_of(app))[:5]} == {120}


async def test_below_36_cells_the_seconds_drop_away(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(34, 12)) as pilot:
        await settle(pilot)
        line = lines_of(codes_of(app))[1]
        assert (
            line.split()[0] == group(code_at(codes_of(app).rows[1], 1_700_000_000).text).split()[0]
        )


async def test_a_wide_category_name_keeps_the_line_in_place(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    wide = Category.named("家族と友人と仕事と学校とその他の人々")
    entries = [
        dataclasses.replace(entry, categories=(Binding(wide.id),)) for entry in sample_entries()[0]
    ]
    app = make_app(make_vault(entries, [wide]))
    async with app.run_test(size=(120, 24)) as pilot:
        await settle(pilot)
        strips = [codes_of(app).render_line(y) for y in range(4)]
        assert {strip.cell_length for strip in strips} == {120}
