"""The details of an entry: what is shown at once, and what only on request."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.pilot import Pilot
from textual.widgets import Label, Static

from tests.app.conftest import MakeApp, MakeVault
from tests.app.helpers import (
    START,
    FakeClipboard,
    FakeClock,
    codes_of,
    lines_of,
    on_disk,
    pass_time,
    press,
    sample_entries,
    settle,
    status_of,
)
from tui.app.app import OtpApp
from tui.app.screens.codes import CodesScreen
from tui.app.screens.qr_code import QrScreen
from tui.app.screens.show_entry import ShowScreen
from tui.app.widgets.key_bar import KeyBar
from tui.otp.codes import code_at, group
from tui.otp.entry import Entry
from tui.vault.edit import delete, edit
from tui.vault.trash import discard
from tui.vault.vault import Vault

DAY = 86_400
SECRET = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


async def open_screen(app: OtpApp, pilot: Pilot[None], entry: Entry) -> list[str | None]:
    """Show an entry of the open vault; the list gets what the screen returns."""
    answers: list[str | None] = []
    vault = app.vault
    assert isinstance(vault, Vault)
    await app.push_screen(ShowScreen(vault, entry, {}, lambda: None), answers.append)
    await settle(pilot)
    return answers


def shown(app: OtpApp) -> str:
    """Return the text of the dialog, in lines as on screen."""
    lines = [str(label.render()) for label in app.screen.query(Label) if label.display]
    return "\n".join([*lines, *lines_of(app.screen.query_one("#details", Static))])


def code_of(app: OtpApp) -> str:
    return str(app.screen.query_one("#code", Label).render()).strip()


def entry_of(app: OtpApp, place: int) -> Entry:
    assert app.vault is not None
    return app.vault.entries[place]


async def test_all_details_but_the_secret_are_shown(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries, _ = sample_entries()
    full = replace(
        entries[1], note="Ask Ann.\nThen\x1b[31m Bob.", icon="registrar", pinned=True,
        copy_count=3, used=int(START), created=int(START) - DAY, updated=int(START),
    )  # fmt: skip
    app = make_app(make_vault([full]))
    async with app.run_test(size=(80, 40)) as pilot:
        await open_screen(app, pilot, full)
        words = shown(app)
        for value in (
            *("Registrar", "ops@example.org", "SHA256", "60 s", "Web, Work", "registrar"),
            *("Ask Ann.", "Then[31m Bob.", "2023-11-1", "copied 3 times", "Created"),
        ):
            assert value in words
        assert "\x1b" not in words
        assert "GEZD" not in words
        assert "otpauth://" not in words
        assert code_of(app) == group(code_at(full, START).text)


async def test_the_code_and_its_seconds_follow_the_clock(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    entry = entry_of(app, 0)
    await open_screen(app, pilot, entry)
    assert "expires in 10 s" in shown(app)
    await pass_time(pilot, clock, 7)
    assert "expires in 3 s" in shown(app)
    await pass_time(pilot, clock, 3)
    assert "expires in 30 s" in shown(app)
    assert code_of(app) == group(code_at(entry, START + 10).text)


@pytest.mark.terminal(80, 40)
async def test_a_key_shows_and_hides_the_secret(app: OtpApp, pilot: Pilot[None]) -> None:
    await open_screen(app, pilot, entry_of(app, 0))
    await pilot.press("s")
    await settle(pilot)
    assert SECRET in shown(app)
    assert "otpauth://totp/" in shown(app)
    await pilot.press("s")
    await settle(pilot)
    assert "GEZD" not in shown(app)


@pytest.mark.terminal(80, 40)
async def test_the_pin_is_hidden_like_the_secret(app: OtpApp, pilot: Pilot[None]) -> None:
    await open_screen(app, pilot, entry_of(app, 4))
    assert "1234" not in shown(app)
    await pilot.press("s")
    await settle(pilot)
    assert "1234" in shown(app)
    assert "e3152afee62599c8" in shown(app)


@pytest.mark.terminal(40, 12)
async def test_the_secret_is_scrolled_into_view_on_a_small_screen(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await open_screen(app, pilot, entry_of(app, 0))
    await pilot.press("s")
    await settle(pilot)
    assert app.screen.query_one("#entry").scroll_offset.y > 0
    assert "Esc close" in lines_of(app.screen.query_one(KeyBar))[0]


async def test_a_counter_advances_on_request_and_is_saved_before_its_code(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    entry = entry_of(app, 3)
    await open_screen(app, pilot, entry)
    assert code_of(app) == "··· ···"
    await pilot.press("space")
    await settle(pilot)
    assert code_of(app) == group(code_at(entry, START).text)
    assert entry_of(app, 3).counter == 13
    assert "next counter 13" in shown(app)


async def test_a_missing_code_is_reported(app: OtpApp, pilot: Pilot[None]) -> None:
    await open_screen(app, pilot, entry_of(app, 7))
    assert "No code: Yandex codes need a PIN" in shown(app)


async def test_an_entry_in_the_trash_has_days_left_and_no_code_or_actions(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    gone = replace(entry_of(app, 0), deleted=int(START) - 3 * DAY)
    answers = await open_screen(app, pilot, gone)
    assert "In the trash, 27 days left" in shown(app)
    assert not code_of(app)
    await pilot.press("enter", "r", "space")
    await settle(pilot)
    assert isinstance(app.screen, ShowScreen)
    assert not answers


async def test_enter_copies_the_code(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard, clock: FakeClock
) -> None:
    await press(pilot, "v", "enter")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert clipboard.text == code_at(codes_of(app).rows[0], clock.now()).text
    assert status_of(app).startswith("Copied GitHub (octocat).")


async def test_enter_copies_the_counter_code_that_is_shown(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard
) -> None:
    entry = entry_of(app, 3)
    await press(pilot, "j", "j", "j", "v", "space")
    await settle(pilot)
    await press(pilot, "enter")
    await settle(pilot)
    assert clipboard.text == code_at(entry, START).text
    assert entry_of(app, 3).counter == entry.counter + 1


async def test_a_counter_code_stays_while_another_program_saves_something_else(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard, clock: FakeClock
) -> None:
    entry, other = entry_of(app, 3), entry_of(app, 0)
    await press(pilot, "j", "j", "j", "v", "space")
    await settle(pilot)
    on_disk(app).change(lambda document: edit(document, other, {"note": "y"}, int(START)))
    await pass_time(pilot, clock, 1)
    assert code_of(app) == group(code_at(entry, START).text)
    await press(pilot, "enter")
    await settle(pilot)
    assert clipboard.text == code_at(entry, START).text
    assert entry_of(app, 3).counter == entry.counter + 1


async def test_no_other_code_is_copied_if_the_entry_was_deleted_meanwhile(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard
) -> None:
    gone = entry_of(app, 3)
    await press(pilot, "j", "j", "j", "v")
    on_disk(app).change(lambda document: delete(document, {gone.id}, int(START)))
    await press(pilot, "enter")
    await settle(pilot)
    assert clipboard.text == ""
    assert status_of(app) == f"{gone.label} is now in the trash."


async def test_it_follows_what_another_program_does_with_the_entry(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    gone = entry_of(app, 0)
    await press(pilot, "v")
    await settle(pilot)
    assert code_of(app)
    on_disk(app).change(lambda document: delete(document, {gone.id}, int(START)))
    await pass_time(pilot, clock, 1)
    await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, ShowScreen)
    assert "In the trash" in shown(app)
    on_disk(app).change(lambda document: discard(document, {gone.id}))
    await pass_time(pilot, clock, 1)
    await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, CodesScreen)
    assert status_of(app) == f"{gone.label} is no longer in the vault."


async def test_the_list_learns_which_key_closed_it(app: OtpApp, pilot: Pilot[None]) -> None:
    for key, answer in (("enter", "copy"), ("E", "edit"), ("escape", None), ("q", None)):
        answers = await open_screen(app, pilot, entry_of(app, 0))
        await pilot.press(key)
        await settle(pilot)
        assert answers == [answer]
        assert isinstance(app.screen, CodesScreen)


async def test_the_qr_code_has_a_note_on_which_apps_read_it(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await open_screen(app, pilot, entry_of(app, 2))
    await pilot.press("r")
    await settle(pilot)
    assert isinstance(app.screen, QrScreen)
    assert "wrong codes" in str(app.screen.query_one("#note", Label).render())
    await pilot.press("escape")
    await settle(pilot)
    assert isinstance(app.screen, ShowScreen)


async def test_an_entry_without_a_name_has_no_qr_code(
    make_app: MakeApp, make_vault: MakeVault
) -> None:
    entries, _ = sample_entries()
    app = make_app(make_vault([replace(entries[0], issuer="", account=None)]))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(app, pilot, entry_of(app, 0))
        await pilot.press("r")
        await settle(pilot)
        assert isinstance(app.screen, ShowScreen)
        assert "No QR code: it has neither issuer" in shown(app)


@pytest.mark.terminal(80, 24)
async def test_a_long_entry_leaves_the_title_of_the_list_visible(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await pilot.press("v")
    await settle(pilot)
    card = app.screen.query_one("#entry")
    card.styles.height = 60
    await settle(pilot)
    assert card.region.y >= 2
    assert card.region.bottom <= 23


@pytest.mark.parametrize("lines", [1, 50])
async def test_long_details_say_how_to_scroll(
    make_app: MakeApp, make_vault: MakeVault, lines: int
) -> None:
    entry = replace(sample_entries()[0][0], note="Ask Ann.\n" * lines)
    app = make_app(make_vault([entry]))
    async with app.run_test(size=(80, 24)) as pilot:
        await open_screen(app, pilot, entry)
        assert ("↑↓ scroll" in lines_of(app.screen.query_one(KeyBar))[0]) is (lines == 50)
