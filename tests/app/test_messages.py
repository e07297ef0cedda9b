"""Where the app's own messages appear, and how long they stay."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    FakeClipboard,
    FakeClock,
    lines_of,
    pass_time,
    press,
    sample_entries,
    settle,
    status_of,
)
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.show_entry import ShowScreen
from tui.app.screens.stay_unlocked import StayUnlockedScreen
from tui.app.widgets.entry_pane import EntryPane
from tui.app.widgets.status_label import StatusLabel
from tui.vault.vault import Vault


async def test_a_message_shows_on_the_details_of_an_entry_for_a_while(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "v")
    assert not app.screen.query_one(StatusLabel).display
    assert isinstance(app.screen, ShowScreen)
    app.say("A server got a code.", "warning")
    await settle(pilot)
    status = app.screen.query_one(StatusLabel)
    assert status.display
    assert "A server got a code." in lines_of(status)[0]
    await pass_time(pilot, clock, 9)
    assert not status.display


async def test_a_message_leaves_a_form_in_time(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "E")
    app.say("Clipboard cleared.", "muted")
    await pass_time(pilot, clock, 7)
    assert status_of(app) == "Clipboard cleared."
    await pass_time(pilot, clock, 2)
    assert status_of(app) == ""


async def test_a_message_in_a_dialog_gives_way_to_what_the_dialog_said(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "colon", *"stay unlocked", "enter")
    assert isinstance(app.screen, StayUnlockedScreen)
    status = app.screen.query_one(StatusLabel)
    before = status.message
    assert before
    for _ in range(2):
        app.say("A server got a code.", "warning")
    assert status.message == "A server got a code."
    await pass_time(pilot, clock, 9)
    assert status.message == before


async def test_a_notice_of_copies_stays_when_the_message_before_it_goes(
    app: OtpApp, pilot: Pilot[None], vault: Vault, clock: FakeClock, clipboard: FakeClipboard
) -> None:
    await press(pilot, "enter")
    copied = status_of(app)
    copy = vault.path.with_name("personal.sync-conflict-20260102-030405-ABCDEFG.json")
    shutil.copy(vault.path, copy)
    await pass_time(pilot, clock, 1)
    assert status_of(app).startswith(f"{copied} 1 conflict copy is next to the vault")
    await pass_time(pilot, clock, 60)
    assert status_of(app).startswith("1 conflict copy is next to the vault")
    copy.unlink()
    await pass_time(pilot, clock, 1)
    assert status_of(app) == ""


async def test_what_was_done_is_not_said_again_behind_the_next_screen(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    screen = app.screen
    assert isinstance(screen, CodesScreen)
    screen.say("9 entries exported and verified: ~/x.json", stay=True)
    await press(pilot, "e")
    await settle(pilot)
    await press(pilot, "escape")
    await settle(pilot)
    assert status_of(app) == ""
    screen.say("NOT SAVED. The disk is full.", "error", stay=True)
    await press(pilot, "v", "escape")
    await settle(pilot)
    assert status_of(app) == "NOT SAVED. The disk is full."


async def test_a_note_in_wide_characters_is_shown_whole(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    note = "復旧コードは金庫にあります。" * 6
    entries, categories = sample_entries()
    app = make_app(make_vault([replace(entries[0], note=note)], categories))
    async with app.run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        shown = "".join("".join(lines_of(app.screen.query_one(EntryPane))).split())
        assert note in shown


async def test_a_long_message_in_wide_characters_is_shown_whole(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    words = "復旧コードは金庫にあります。" * 5
    app.say(words, "warning")
    await settle(pilot)
    assert words in "".join(line[3:].strip() for line in lines_of(app.screen.query_one("#status")))


@pytest.mark.parametrize("key", ["ctrl+l", "ctrl+q"])
async def test_a_question_asked_twice_is_answered_once(
    app: OtpApp, pilot: Pilot[None], vault: Vault, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    def full(*_args: object, **_more: object) -> None:
        raise OSError(28, "no space")

    with monkeypatch.context() as patch:
        patch.setattr("tui.vault.store.Store.replace", full)
        await press(pilot, "p")
        assert not vault.saved
        await press(pilot, key)
        await press(pilot, key)
        assert len(app.screen_stack) == 2
        await press(pilot, "y")
        assert app.vault is None or app._exit
