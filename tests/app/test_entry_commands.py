"""Commands that change entries: trash, undo, pins, order, categories."""

from __future__ import annotations

import dataclasses
import errno
import threading
from dataclasses import replace
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    FakeClipboard,
    FakeClock,
    codes_of,
    issuers,
    lines_of,
    on_disk,
    pass_time,
    press,
    sample_entries,
    settle,
    status_of,
    text_of,
    vault_of,
)
from tui.app.app import OtpApp
from tui.app.screens.categories import CategoriesScreen
from tui.app.screens.codes import CodesScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.widgets.bars import CategoryBar, TitleBar
from tui.app.widgets.checkbox_list import CheckboxList
from tui.app.widgets.key_bar import KeyBar
from tui.app.widgets.status_label import StatusLabel
from tui.errors import NotSavedError
from tui.otp.codes import code_at, group
from tui.vault import undo
from tui.vault.categories import rename
from tui.vault.document import Document
from tui.vault.edit import delete
from tui.vault.order import Order, order_of
from tui.vault.trash import expire
from tui.vault.undo import Step

DAY = 86_400


async def delete_first(pilot: Pilot[None]) -> None:
    await press(pilot, "d", "y")
    await settle(pilot)


# --- the trash -----------------------------------------------------------------------------


async def test_d_asks_by_name_and_moves_the_entry_to_the_trash(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "d")
    assert isinstance(app.screen, ConfirmScreen)
    assert "GitHub (octocat)" in str(app.screen.query_one(".title").render())
    await press(pilot, "y")
    await settle(pilot)
    assert "GitHub" not in issuers(app)
    assert [entry.issuer for entry in on_disk(app).document.trash] == ["GitHub"]


@pytest.mark.parametrize("key", ["n", "escape", "enter"])
async def test_any_other_answer_deletes_nothing(app: OtpApp, pilot: Pilot[None], key: str) -> None:
    await press(pilot, "d", key)
    await settle(pilot)
    assert issuers(app)[0] == "GitHub"
    assert not vault_of(app).document.trash
    assert status_of(app) == "Canceled. Nothing was deleted."


async def test_the_trash_is_the_last_category_and_shows_no_codes(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await delete_first(pilot)
    await press(pilot, "shift+tab")
    assert issuers(app) == ["GitHub"]
    assert lines_of(codes_of(app))[0].rstrip().endswith("30 days left")
    shown = group(code_at(codes_of(app).rows[0], clock.now()).text)
    assert shown not in text_of(app)
    await press(pilot, "enter")
    await settle(pilot)
    assert clipboard.text == ""
    assert "trash" in status_of(app)


async def test_tab_says_how_to_add_the_first_category(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    app = make_app(make_vault([], []))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("tab")
        await settle(pilot)
        assert status_of(app) == "No categories yet. Press c to add one."


async def test_r_restores_an_entry_unchanged(app: OtpApp, pilot: Pilot[None]) -> None:
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


async def test_d_in_the_trash_deletes_permanently(app: OtpApp, pilot: Pilot[None]) -> None:
    await delete_first(pilot)
    await press(pilot, "shift+tab", "d")
    words = " ".join(str(each.render()) for each in app.screen.query(Label))
    assert "Permanently delete GitHub (octocat)?" in words
    assert "You can undo this until the next change." in words
    await press(pilot, "y")
    await settle(pilot)
    kept = on_disk(app).document.everything
    assert "GitHub" not in [entry.issuer for entry in kept]
    assert status_of(app) == (
        "Permanently deleted GitHub (octocat). Press u to undo this before the next change."
    )


@pytest.mark.parametrize("wrong", ["", "clock not synchronized"])
async def test_entries_leave_the_trash_after_30_days_if_the_clock_is_right(
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


async def test_u_undoes_a_deletion(app: OtpApp, pilot: Pilot[None]) -> None:
    before = issuers(app)
    await delete_first(pilot)
    await press(pilot, "u")
    await settle(pilot)
    assert issuers(app) == before
    assert "GitHub (octocat)" in status_of(app)


async def test_the_screen_keeps_running_while_undo_looks_for_the_last_step(
    pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 10,000 entries that takes a second."""
    looked_in = []

    def last_step(document: Document) -> Step | None:
        looked_in.append(threading.current_thread())
        return undo.last_step(document)

    monkeypatch.setattr("tui.app.screens.entry_commands.last_step", last_step)
    await delete_first(pilot)
    await press(pilot, "u")
    await settle(pilot)
    assert looked_in
    assert threading.main_thread() not in looked_in


async def test_d_deletes_all_selected_entries(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "x", "x", "d")
    words = "\n".join(str(label.render()) for label in app.screen.query("Label"))
    assert "GitHub" in words
    assert "Registrar" in words
    await press(pilot, "y")
    await settle(pilot)
    assert {"GitHub", "Registrar"} & set(issuers(app)) == set()


async def test_the_keys_for_selected_entries_are_shown(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "x")
    (keys,) = lines_of(app.screen.query_one(KeyBar))
    assert keys.split() == [
        *("d", "delete", "p", "pin", "c", "categories", "e", "export"),
        *("X", "all", "or", "none", "Esc", "clear"),
    ]
    await press(pilot, "escape")
    (keys,) = lines_of(app.screen.query_one(KeyBar))
    assert "search" in keys


async def test_one_key_selects_all_that_is_shown_and_deselects_it_again(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "slash", *"reg", "ctrl+a", "escape")
    shown = codes_of(app).selected
    assert [entry.issuer for entry in codes_of(app).rows if entry.id in shown] == ["Registrar"]
    await press(pilot, "X")
    assert codes_of(app).selected == {entry.id for entry in codes_of(app).rows}
    await press(pilot, "X")
    assert codes_of(app).selected == set()


async def test_a_deletion_that_cannot_be_saved_is_reported(
    app: OtpApp, pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:

    def refuse(*_: Any, **__: Any) -> None:
        raise NotSavedError("The disk is full.")

    monkeypatch.setattr(vault_of(app)._store, "replace", refuse)
    await delete_first(pilot)
    assert "NOT SAVED" in status_of(app)
    assert "NOT SAVED" in lines_of(app.screen.query_one(TitleBar))[0]


# --- pins and order --------------------------------------------------------------------------


async def test_p_pins_and_unpins_an_entry(app: OtpApp, pilot: Pilot[None]) -> None:
    before = issuers(app)
    await press(pilot, "j", "j", "p")
    await settle(pilot)
    assert issuers(app)[0] == "Steam"
    assert codes_of(app).highlighted == codes_of(app).rows[0]
    assert on_disk(app).entries[2].pinned
    await press(pilot, "p")
    await settle(pilot)
    assert issuers(app) == before


async def test_o_changes_the_order_and_the_vault_stores_it(make_app: MakeApp) -> None:
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


async def test_copies_are_counted_and_used_to_sort(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
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


async def test_a_counted_copy_does_not_prevent_undo(app: OtpApp, pilot: Pilot[None]) -> None:
    await delete_first(pilot)
    await press(pilot, "enter")
    await settle(pilot)
    await press(pilot, "o", "u")
    await settle(pilot)
    assert "GitHub" in issuers(app)


async def test_shift_and_arrows_move_an_entry_and_one_undo_reverts_it(
    app: OtpApp, pilot: Pilot[None]
) -> None:
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


async def test_entries_move_only_in_the_manual_order(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "o")
    await settle(pilot)
    before = issuers(app)
    await press(pilot, "shift+down")
    await settle(pilot)
    assert issuers(app) == before
    assert "Press o until it is" in status_of(app)


async def test_in_a_category_an_entry_moves_only_in_its_order(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    everything = issuers(app)
    await press(pilot, "tab", "shift+up")
    await settle(pilot)
    assert issuers(app) == ["GitHub", "Registrar"]
    await press(pilot, "escape")
    assert issuers(app) == everything


# --- categories ---------------------------------------------------------------------------------


def categories_of(app: OtpApp, issuer: str) -> set[str]:
    document = on_disk(app).document
    names = {category.id: category.name for category in document.categories}
    entry = next(entry for entry in document.entries if entry.issuer == issuer)
    return {names[place.category] for place in entry.categories}


async def test_c_assigns_categories(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "c", "space", "j", "space", "enter")
    await settle(pilot)
    assert categories_of(app, "GitHub") == {"Work"}


async def test_escape_asks_before_a_changed_selection_is_lost(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "c", "space", "escape")
    await settle(pilot)
    assert isinstance(app.screen, ConfirmScreen)
    await press(pilot, "n")
    assert isinstance(app.screen, CategoriesScreen)
    await press(pilot, "escape", "y")
    await settle(pilot)
    assert categories_of(app, "GitHub") == {"Web"}


async def test_escape_closes_at_once_if_the_selection_did_not_change(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "c", "space", "space", "escape")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)


async def test_entries_are_added_to_a_new_category_at_once(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "c", "n", *"Home", "enter")
    said = str(app.screen.query_one("#status").render())
    assert said == "Added Home. Press u in the code list to undo."
    await press(pilot, "escape")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert categories_of(app, "GitHub") == {"Web", "Home"}
    await press(pilot, "u")
    await settle(pilot)
    assert categories_of(app, "GitHub") == {"Web"}


@pytest.mark.parametrize("seen", [True, False])
async def test_a_selected_category_that_is_gone_is_named(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, seen: bool
) -> None:
    """Another program renames it; the app sees that before or after Enter."""
    await press(pilot, "c", "down", "space")
    other = on_disk(app)
    work = other.document.categories[1]
    other.change(lambda document: rename(document, work.id, "Office", 1))
    if seen:
        await pass_time(pilot, clock, 1)
        await pass_time(pilot, clock, 1)
    else:
        await press(pilot, "enter")
        await settle(pilot)
    assert isinstance(app.screen, CategoriesScreen)
    said = app.screen.query_one(StatusLabel).message
    assert said == "Another program renamed or deleted “Work”. Select again."
    assert [row.name for row in app.screen.query_one(CheckboxList).rows] == ["Web", "Office"]
    await press(pilot, "space", "enter")
    await settle(pilot)
    assert categories_of(app, "GitHub") == {"Web", "Office"}


async def test_only_what_is_still_there_is_said_to_be_pinned(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "x", "x")
    first, second = codes_of(app).rows[:2]
    on_disk(app).change(lambda document: delete(document, {first.id}, 1))
    await press(pilot, "p")
    await settle(pilot)
    assert status_of(app) == f"Pinned {second.label}."


async def test_an_entry_that_was_deleted_meanwhile_gets_no_category(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "c", "down", "space")
    entry = app.vault.entries[0] if app.vault else None
    assert entry is not None
    on_disk(app).change(lambda document: delete(document, {entry.id}, 1))
    await press(pilot, "enter")
    await settle(pilot)
    said = app.screen.query_one(StatusLabel).message
    assert said == "Nothing was changed: another program already deleted this entry."
    await press(pilot, "escape", "y")
    await settle(pilot)
    assert "already" not in status_of(app)


async def test_several_entries_are_added_to_a_new_category(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "x", "x", "x", "c", "n", *"Home", "enter")
    await settle(pilot)
    await press(pilot, "enter")
    await settle(pilot)
    for issuer in ("GitHub", "Registrar", "Steam"):
        assert "Home" in categories_of(app, issuer)
    assert "Home" in lines_of(app.screen.query_one(CategoryBar))[0]


async def test_a_category_is_renamed_and_keeps_its_entries(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "c", "r", "end", *"site", "enter")
    await settle(pilot)
    await press(pilot, "escape")
    await settle(pilot)
    assert categories_of(app, "GitHub") == {"Website"}


async def test_a_category_is_deleted_after_a_question_and_undone(
    app: OtpApp, pilot: Pilot[None]
) -> None:
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


async def test_a_name_that_is_taken_is_refused_in_place(app: OtpApp, pilot: Pilot[None]) -> None:
    await press(pilot, "c", "n", *"Web", "enter")
    await settle(pilot)
    assert isinstance(app.screen, CategoriesScreen)
    assert "already" in str(app.screen.query_one("#status").render())


# --- hidden codes and smart copy ---------------------------------------------------------


# --- room ---------------------------------------------------------------------------------


# --- changes that cannot be saved ----------------------------------------------------------------


async def test_unsaved_changes_stay_on_screen_and_are_saved_when_possible(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault = make_vault()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", full)
            with pytest.raises(NotSavedError):
                vault.change(lambda document: replace(document, entries=document.entries[:3]))
            app.screen.reload()  # type: ignore[attr-defined]
            for key in ("q", "ctrl+q", "ctrl+c", "l"):
                await pilot.press(key)
                await settle(pilot)
                assert isinstance(app.screen, ConfirmScreen), key
                await pilot.press("n")
                await settle(pilot)
            assert "NOT SAVED" in lines_of(app.screen.query_one(TitleBar))[0]
        await pass_time(pilot, clock, 30)
        await settle(pilot)
        assert "NOT SAVED" not in lines_of(app.screen.query_one(TitleBar))[0]
        assert vault.saved
