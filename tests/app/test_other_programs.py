"""What other programs do to the vault's file while the app is open."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.app.conftest import MakeApp, MakeVault
from tests.app.fast_pilot import expect_held_work
from tests.app.helpers import (
    PASSWORD,
    FakeClipboard,
    FakeClock,
    codes_of,
    issuers,
    lines_of,
    on_disk,
    pass_time,
    press,
    settle,
    status_of,
    text_of,
    until_locked,
    vault_of,
)
from tui.app.app import OtpApp
from tui.app.screens.ask_password import AskPasswordScreen
from tui.app.screens.confirm import ConfirmScreen
from tui.app.screens.unlock import UnlockScreen
from tui.app.widgets.bars import TitleBar
from tui.app.widgets.status_label import StatusLabel
from tui.crypto.kdf import Argon2Params
from tui.files import LIMIT
from tui.otp.codes import code_at
from tui.otp.secret import Secret
from tui.paths import short_path
from tui.vault import envelope, store
from tui.vault.categories import assign
from tui.vault.edit import delete, edit, restore
from tui.vault.locked_vault import LockedVault
from tui.vault.undo import undoable
from tui.vault.vault import Vault

NEW_SECRET = Secret.base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
FLOOR = Argon2Params(2, 19456, 1)
NEW_PASSWORD = "newpassword"


def change_secret(app: OtpApp, issuer: str) -> str:
    """Give an entry a new secret from another program; return the code of now."""
    other = on_disk(app)
    (entry,) = [one for one in other.entries if one.issuer == issuer]
    entry = replace(entry, secret=NEW_SECRET)
    other.change(lambda document: document.replacing(entry))
    return code_at(entry, app.clock.now()).text


def title_of(app: OtpApp) -> str:
    return lines_of(app.screen.query_one(TitleBar))[0]


# --- taken over ------------------------------------------------------------------------------


async def test_an_edit_by_another_program_is_shown_where_the_user_is(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "j", "x", "slash", *"t", "down")
    await settle(pilot)
    rows, highlighted = issuers(app), codes_of(app).highlighted
    selected = set(codes_of(app).selected)
    assert highlighted is not None
    assert selected
    code = change_secret(app, highlighted.issuer or "")
    await pass_time(pilot, clock, 1)
    assert code in text_of(app).replace(" ", "")
    assert issuers(app) == rows
    assert codes_of(app).highlighted == vault_of(app).document.find(highlighted.id)
    assert codes_of(app).selected == selected
    assert vault_of(app).saved


async def test_a_copy_never_comes_from_replaced_data(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard
) -> None:
    code = change_secret(app, "GitHub")
    await pilot.press("enter")
    await settle(pilot)
    assert clipboard.text == code


async def test_the_neighbor_of_an_entry_that_was_deleted_is_not_copied(
    app: OtpApp, pilot: Pilot[None], clipboard: FakeClipboard
) -> None:
    gone = codes_of(app).rows[0]
    on_disk(app).change(lambda document: delete(document, {gone.id}, 1))
    await pilot.press("enter")
    await settle(pilot)
    assert clipboard.text == ""
    assert status_of(app) == f"{gone.label} is now in the trash."


async def test_an_entry_that_left_the_category_is_not_said_to_be_gone(
    app: OtpApp, pilot: Pilot[None]
) -> None:
    await press(pilot, "tab")
    gone = codes_of(app).highlighted
    assert gone is not None
    ids = {place.category: False for place in gone.categories}
    on_disk(app).change(lambda document: assign(document, {gone.id}, ids, 1))
    await press(pilot, "enter")
    await settle(pilot)
    assert status_of(app) == f"{gone.label} is no longer in this list."


async def test_the_question_whether_to_delete_closes_if_another_program_did(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    gone = codes_of(app).rows[0]
    await press(pilot, "d")
    await settle(pilot)
    assert isinstance(app.screen, ConfirmScreen)
    on_disk(app).change(lambda document: delete(document, {gone.id}, 1))
    await pass_time(pilot, clock, 1)
    await pass_time(pilot, clock, 1)
    assert not isinstance(app.screen, ConfirmScreen)
    assert status_of(app) == f"Another program already deleted {gone.label}."


async def test_an_entry_that_was_just_restored_is_not_said_to_be_deleted(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    back = codes_of(app).rows[0]
    await press(pilot, "d", "y")
    await settle(pilot)
    await press(pilot, "shift+tab", "d")
    await settle(pilot)
    on_disk(app).change(lambda document: restore(document, {back.id}, 1))
    await press(pilot, "y")
    await settle(pilot)
    assert status_of(app) == f"Another program already restored or deleted {back.label}."
    assert back.id in {entry.id for entry in on_disk(app).entries}


async def test_of_several_entries_those_that_are_left_are_deleted(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    gone, left = codes_of(app).rows[:2]
    await press(pilot, "x", "x", "d")
    on_disk(app).change(lambda document: delete(document, {gone.id}, 1))
    await pass_time(pilot, clock, 1)
    await press(pilot, "y")
    await settle(pilot)
    assert status_of(app).startswith(f"Deleted {left.label}.")


async def test_a_counter_that_another_program_used_hides_its_code(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "j", "j", "j", "space")
    await settle(pilot)
    bank = codes_of(app).highlighted
    assert bank is not None
    assert bank.id in codes_of(app).live.revealed
    on_disk(app).take_hotp(bank.id)
    await pass_time(pilot, clock, 1)
    assert codes_of(app).live.revealed == {}
    assert "next counter 14" in text_of(app)


async def test_a_tick_does_not_read_an_unchanged_file(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pilot.press("p")
    await settle(pilot)
    monkeypatch.setattr(Vault, "refresh", lambda _: pytest.fail("read"))
    await pass_time(pilot, clock, 1)
    assert not vault_of(app).stale


async def test_the_hint_to_undo_goes_with_the_change_that_it_is_about(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "d", "y")
    await settle(pilot)
    said = status_of(app)
    assert said.endswith(". Press u to undo.")
    other = on_disk(app)
    gone = other.entries[1]
    other.change(undoable(lambda now: delete(now, {gone.id}, 1), "deletion"))
    await pass_time(pilot, clock, 1)
    assert status_of(app) == said.removesuffix(" Press u to undo.")


async def test_u_undoes_only_the_change_that_was_shown(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    await press(pilot, "p")
    await settle(pilot)
    other = on_disk(app)
    gone = other.entries[1]
    other.change(undoable(lambda now: delete(now, {gone.id}, 1), "deletion of Registrar"))
    await press(pilot, "u")
    await settle(pilot)
    assert status_of(app) == (
        "Nothing was undone: another program changed the vault."
        " The last change is the deletion of Registrar."
    )
    assert gone.id not in {entry.id for entry in on_disk(app).entries}
    await pass_time(pilot, clock, 1)
    assert gone.id not in {entry.id for entry in codes_of(app).rows}
    await press(pilot, "u")
    await settle(pilot)
    assert status_of(app).startswith("Undid the deletion of Registrar.")
    assert gone.id in {entry.id for entry in on_disk(app).entries}


# --- damaged or replaced ---------------------------------------------------------------------


@pytest.mark.parametrize("how", ["cut off", "another vault", "too large"])
async def test_a_vault_that_is_damaged_while_open_is_not_saved(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock, how: str, tmp_path: Path
) -> None:
    if how == "another vault":
        made = Vault.create(tmp_path / "x.json", "another password", FLOOR, clock).path
        made.replace(app.vault_path)
    elif how == "cut off":
        app.vault_path.write_bytes(app.vault_path.read_bytes()[:-100])
    else:
        os.truncate(app.vault_path, LIMIT + 1)
    broken = app.vault_path.read_bytes()
    for _ in range(2):
        await pass_time(pilot, clock, 1)
    assert not vault_of(app).stale
    assert "NOT SAVED" in title_of(app)
    assert status_of(app).startswith("NOT SAVED.")
    (copy,) = app.vault_path.parent.glob("*.conflict-*")
    assert str(copy) in status_of(app)
    kept = LockedVault.read(copy, clock).unlock(PASSWORD)
    assert len(kept.entries) == len(vault_of(app).entries)
    await pilot.press("q")
    await settle(pilot)
    assert isinstance(app.screen, ConfirmScreen)
    words = " ".join(str(each.render()) for each in app.screen.query("Label"))
    assert "All changes are in that copy." in words
    assert "lost" not in words
    assert app.vault_path.read_bytes() == broken


async def test_the_refusal_goes_once_the_vault_is_back(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    away = app.vault_path.with_name("away")
    app.vault_path.rename(away)
    app.vault_path.mkdir()
    for _ in range(2):
        await pass_time(pilot, clock, 1)
    assert status_of(app).startswith("NOT SAVED.")
    app.vault_path.rmdir()
    away.rename(app.vault_path)
    await pass_time(pilot, clock, 1)
    assert status_of(app) == ""


async def test_a_half_written_file_is_read_again(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    code = change_secret(app, "GitHub")
    whole = app.vault_path.read_bytes()
    app.vault_path.write_bytes(whole[:-100])
    await pass_time(pilot, clock, 1)
    app.vault_path.write_bytes(whole)
    await pass_time(pilot, clock, 1)
    assert code in text_of(app).replace(" ", "")
    assert status_of(app) == ""
    assert not list(app.vault_path.parent.glob("*.conflict-*"))


async def test_who_only_copied_is_told_on_exit(make_app: MakeApp, make_vault: MakeVault) -> None:
    app = make_app(make_vault())
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await pilot.press("enter")
        await settle(pilot)
        app.vault_path.write_bytes(b"")
        await pilot.press("q")
    assert app.exit_warning.startswith("NOT SAVED.")
    assert "saved as" in app.exit_warning


async def test_a_missing_file_is_reported(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    app.vault_path.unlink()
    for _ in range(2):
        await pass_time(pilot, clock, 1)
    assert "is missing" in status_of(app)
    await pilot.press("p")
    await settle(pilot)
    assert app.vault_path.exists()


# --- older -----------------------------------------------------------------------------------


async def test_an_older_file_is_named_and_not_silently_written_over(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    old = app.vault_path.read_bytes()
    vault_of(app).change_password(NEW_PASSWORD, FLOOR)
    await pilot.press("p")
    await settle(pilot)
    app.vault_path.write_bytes(old)
    await pass_time(pilot, clock, 1)
    assert "older than the last one used on this machine (generation 2, last seen 4)" in status_of(
        app
    )
    for _ in range(3):
        await pass_time(pilot, clock, 10)
    assert app.vault_path.read_bytes() == old
    await pilot.press("p")
    await settle(pilot)
    LockedVault.read(app.vault_path, clock).unlock(NEW_PASSWORD)
    backups = (app.vault_path.parent / "backups").iterdir()
    assert old in [one.read_bytes() for one in backups]


async def test_a_vault_that_is_older_at_the_start_is_changed_only_after_a_yes(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, clipboard: FakeClipboard
) -> None:
    vault = make_vault()
    old = vault.path.read_bytes()
    vault.change(lambda document: replace(document, entries=document.entries[:2]))
    vault.path.write_bytes(old)
    app = make_app(LockedVault.read(vault.path, clock).unlock(PASSWORD))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "older than the last one used on this machine" in status_of(app)
        await pilot.press("enter")
        await settle(pilot)
        assert clipboard.text
        await pass_time(pilot, clock, 30)
        assert not isinstance(app.screen, ConfirmScreen)
        for answer in "ny":
            await pilot.press("p")
            await settle(pilot)
            await pass_time(pilot, clock, 1)
            assert isinstance(app.screen, ConfirmScreen), answer
            assert vault.path.read_bytes() == old
            await pilot.press(answer)
            await settle(pilot)
        assert vault_of(app).saved
        assert len(on_disk(app).entries) == len(vault_of(app).entries) > 2
        assert on_disk(app).older is None


async def test_an_option_accepts_an_older_vault(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> None:
    vault = make_vault()
    old = vault.path.read_bytes()
    vault.change(lambda document: replace(document, entries=document.entries[:2]))
    vault.path.write_bytes(old)
    app = make_app(LockedVault.read(vault.path, clock).unlock(PASSWORD))
    app._accept_older = True
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert status_of(app) == ""
        await pilot.press("p")
        await settle(pilot)
        assert vault_of(app).saved


@pytest.fixture
async def replaced(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock
) -> AsyncIterator[tuple[OtpApp, Pilot[None], bytes]]:
    """An app that opened an older file in the vault's place, and the newer file."""
    vault = make_vault()
    old = vault.path.read_bytes()
    vault.change(lambda document: replace(document, entries=document.entries[:2]))
    newer = vault.path.read_bytes()
    vault.path.write_bytes(old)
    app = make_app(LockedVault.read(vault.path, clock).unlock(PASSWORD))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        yield app, pilot, newer


async def test_a_change_of_an_older_vault_that_is_canceled_is_reverted(
    replaced: tuple[OtpApp, Pilot[None], bytes], clock: FakeClock
) -> None:
    app, pilot, newer = replaced
    before = vault_of(app).document
    await press(pilot, "p", "p")
    await pass_time(pilot, clock, 1)
    assert not vault_of(app).saved
    await pilot.press("n")
    await settle(pilot)
    assert vault_of(app).document == before
    assert "NOT SAVED" not in title_of(app)
    assert status_of(app) == "Canceled. The vault is unchanged."
    app.vault_path.write_bytes(newer)
    for _ in range(2):
        await pass_time(pilot, clock, 11)
    assert app.vault_path.read_bytes() == newer
    await pilot.press("q")
    await settle(pilot)
    assert not app.is_running


@pytest.mark.parametrize("key", ["", "q"])
async def test_the_question_about_an_older_vault_closes_when_the_newer_file_is_back(
    replaced: tuple[OtpApp, Pilot[None], bytes], clock: FakeClock, key: str
) -> None:
    app, pilot, newer = replaced
    await press(pilot, "p", *key)
    await settle(pilot)
    await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, ConfirmScreen)
    app.vault_path.write_bytes(newer)
    for _ in range(3):
        await pass_time(pilot, clock, 1)
    assert app.screen.is_current
    assert not isinstance(app.screen, ConfirmScreen)
    assert "older" not in status_of(app)
    await pass_time(pilot, clock, 11)
    assert vault_of(app).saved


# --- locked ----------------------------------------------------------------------------------


async def test_a_save_that_waits_for_another_program_says_so(
    app: OtpApp, pilot: Pilot[None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "WAIT_TOLD", 0.0)
    expect_held_work(monkeypatch)
    lock = app.vault_path.with_name(f"{app.vault_path.name}.lock")
    with lock.open("wb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        await pilot.press("p")
        while not status_of(app):
            await pilot.pause()
        said = status_of(app)
        await pilot.press("ctrl+l")
        await until_locked(pilot)
        assert app.screen.query_one(StatusLabel).message == "Saving …"
    assert said == f"Waiting for another program to release {short_path(lock)} …"
    await settle(pilot)
    assert app.screen.query_one(StatusLabel).message == ""


async def test_the_notice_of_a_wait_goes_with_the_wait(app: OtpApp, pilot: Pilot[None]) -> None:
    app.tell_wait(True)
    await settle(pilot)
    assert "to release" in status_of(app)
    app.tell_wait(False)
    await settle(pilot)
    assert status_of(app) == ""
    app.say("NOT SAVED.")
    app.tell_wait(True)
    await settle(pilot)
    assert status_of(app) == "NOT SAVED."


# --- a new password --------------------------------------------------------------------------


async def test_a_new_password_is_asked_for_and_unsaved_changes_are_saved(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    other = on_disk(app)
    other.change_password(NEW_PASSWORD, FLOOR)
    before = app.vault_path.read_bytes()
    await pilot.press("p")
    await settle(pilot)
    await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, AskPasswordScreen)
    await pilot.press("escape")
    await settle(pilot)
    assert "saved it with another password" in status_of(app)
    for _ in range(3):
        await pass_time(pilot, clock, 10)
    assert not isinstance(app.screen, AskPasswordScreen)
    await pilot.press("j", "p")
    await settle(pilot)
    await pass_time(pilot, clock, 1)
    for password in ("notthepassword", NEW_PASSWORD):
        assert isinstance(app.screen, AskPasswordScreen)
        assert app.vault_path.read_bytes() == before
        await press(pilot, *password, "enter")
        await settle(pilot)
    assert not isinstance(app.screen, AskPasswordScreen)
    assert vault_of(app).saved
    saved = LockedVault.read(app.vault_path, clock).unlock(NEW_PASSWORD)
    assert saved.entries == vault_of(app).entries
    assert any(one.pinned for one in saved.entries)


async def test_a_new_password_is_asked_for_before_a_change(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    on_disk(app).change_password(NEW_PASSWORD, FLOOR)
    for _ in range(2):
        await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, AskPasswordScreen)
    said = app.screen.query_one(StatusLabel).message
    assert said == "Another program saved the vault with another password."
    await press(pilot, "escape")
    assert status_of(app) == f"{said} Press l to lock it, and enter that one."
    assert "NOT SAVED" not in title_of(app)
    await press(pilot, "l")
    await settle(pilot)
    assert isinstance(app.screen, UnlockScreen)
    assert "NOT SAVED" not in app.screen.query_one(StatusLabel).message


async def test_an_old_password_is_not_taken_back(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    other = on_disk(app)
    vault_of(app).change_password(NEW_PASSWORD, FLOOR)
    old = other.sealed_copy(other.document, 1000)
    app.vault_path.write_bytes(old)
    for _ in range(2):
        await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, AskPasswordScreen)
    await press(pilot, *PASSWORD, "enter")
    await settle(pilot)
    assert "your password stays" in status_of(app)
    LockedVault.read(app.vault_path, clock).unlock(NEW_PASSWORD)


async def test_a_file_that_nothing_opens_loses_no_change_and_lets_the_user_out(
    app: OtpApp, pilot: Pilot[None], clock: FakeClock
) -> None:
    good = app.vault_path.read_bytes()
    file = envelope.parse(good)
    slots = tuple(replace(one, wrapped_key=bytes(48)) for one in file.slots)
    file = replace(file, generation=file.generation + 1, slots=slots)
    app.vault_path.write_bytes(envelope.serialize(file))
    await pilot.press("p")
    await settle(pilot)
    await pass_time(pilot, clock, 1)
    assert isinstance(app.screen, AskPasswordScreen)
    await pilot.press("escape", "ctrl+l")
    await settle(pilot)
    assert isinstance(app.screen, ConfirmScreen)
    words = " ".join(str(each.render()) for each in app.screen.query("Label"))
    assert "kept, encrypted" in words
    await pilot.press("y")
    await settle(pilot)
    assert isinstance(app.screen, UnlockScreen)
    (kept,) = Path(os.environ["XDG_STATE_HOME"]).rglob("unsaved/*.json")
    assert kept.name in str(app.screen.query_one(StatusLabel).render())
    app.vault_path.write_bytes(good)
    await press(pilot, *PASSWORD, "enter")
    await settle(pilot)
    assert "Saved the changes" in status_of(app)
    assert any(one.pinned for one in on_disk(app).entries)
    assert not kept.exists()


@pytest.mark.parametrize("key", ["ctrl+l", "ctrl+q"])
@pytest.mark.parametrize("looked", [True, False])
@pytest.mark.parametrize("older", [True, False])
async def test_closing_saves_what_an_older_or_missing_file_lacks(
    make_app: MakeApp, make_vault: MakeVault, clock: FakeClock, older: bool, looked: bool, key: str
) -> None:
    vault = make_vault()
    old = vault.path.read_bytes()
    app = make_app(vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "p")
        if older:
            vault.path.write_bytes(old)
        else:
            vault.path.unlink()
        if looked:
            await pass_time(pilot, clock, 10)
        await press(pilot, key)
        await settle(pilot)
    saved = Vault.open(vault.path, PASSWORD).entries
    assert [entry.pinned for entry in saved].count(True) == 1


async def test_what_is_merged_from_another_machine_is_saved_at_once(
    app: OtpApp, pilot: Pilot[None], vault: Vault, clock: FakeClock, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere" / vault.path.name
    elsewhere.parent.mkdir()
    shutil.copy(vault.path, elsewhere)
    first, second, *_ = vault.entries
    vault.change(lambda made: edit(made, first, {"note": "here"}, 9))
    there = LockedVault.read(elsewhere, app.clock).unlock(PASSWORD)
    for number in range(3):
        change = {"note": f"there {number}"}
        there.change(partial(edit, before=there.document.find(second.id), changes=change, moment=9))
    shutil.copy(elsewhere, vault.path)
    for _ in range(2):
        await pass_time(pilot, clock, 1)
    assert vault.saved
    assert "NOT SAVED" not in title_of(app)
    notes = {entry.note for entry in on_disk(app).entries}
    assert {"here", "there 2"} <= notes
