"""Merging the copies of a vault that a conflict left next to it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Label

from tests.app.conftest import MakeApp
from tests.app.helpers import PASSWORD, FakeClock, on_disk, pass_time, press, settle, status_of
from tests.vault.support import FLOOR
from tui.app.app import OtpApp
from tui.app.screens.ask_password import AskPasswordScreen
from tui.app.screens.codes import CodesScreen
from tui.app.screens.merge_copies import MergeScreen
from tui.app.widgets.change_list import ChangeList
from tui.app.widgets.status_label import StatusLabel
from tui.app.widgets.status_line import StatusLine
from tui.vault.copies import merge_into, open_copy
from tui.vault.vault import Vault
from tui.vault.versions import VaultFile

NAME = "personal.sync-conflict-20260102-030405-ABCDEFG.json"


@pytest.fixture
def copy(vault: Vault, clock: FakeClock) -> Path:
    """Return a copy with a new and an edited entry, of a vault that changed, too."""
    elsewhere = vault.path.parent.parent / "elsewhere.json"
    shutil.copy(vault.path, elsewhere)
    other = Vault.open(elsewhere, PASSWORD, clock)
    first = other.entries[0]
    new = replace(first, id="new", issuer="Fresh")
    edited = replace(first, note="edited", revision=1, updated=5)
    other.change(
        lambda made: replace(made.replacing(edited), entries=(edited, *made.entries[1:], new))
    )
    vault.change(lambda made: replace(made, entries=made.entries[:-1]))
    return Path(shutil.move(elsewhere, vault.path.with_name(NAME)))


async def test_copies_are_named_at_the_start_and_one_key_merges_them(
    copy: Path, app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    assert f"1 conflict copy is next to the vault: {NAME}. Press M to merge." in status_of(app)
    await pilot.press("M")
    await settle(pilot)
    rows = app.screen.query_one(ChangeList).rows
    assert sorted(row.kind.value for row in rows) == ["edited", "new"]
    assert "1 new, 1 edited. Vault and copy both come from generation" in status_of(app)
    await pilot.press("enter")
    await settle(pilot)
    assert "Fresh" in {one.issuer for one in vault.entries}
    assert copy.exists()
    await pilot.press("y")
    await settle(pilot)
    assert not copy.exists()
    assert isinstance(app.screen, CodesScreen)
    assert "Merged: 1 new, 1 edited. Press u to undo. Deleted the copy." in status_of(app)
    await pilot.press("u")
    await settle(pilot)
    assert "Fresh" not in {one.issuer for one in vault.entries}
    await pilot.press("u")
    await settle(pilot)
    assert status_of(app) == f"Redid the merge of {NAME}. Press u to undo."


async def test_a_copy_that_another_program_merges_and_deletes_meanwhile_is_no_problem(
    copy: Path, app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    await pilot.press("M")
    await settle(pilot)
    other, file = on_disk(app), VaultFile.read(copy)
    merge_into(other, [open_copy(file, other.key)])
    copy.unlink()
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert status_of(app) == "The vault already has these changes."
    assert "Fresh" in {one.issuer for one in vault.entries}


async def test_nothing_is_merged_or_deleted_before_the_user_agrees(
    copy: Path, pilot: Pilot[None], vault: Vault
) -> None:
    await pilot.press("M", "escape")
    await settle(pilot)
    assert "Fresh" not in {one.issuer for one in vault.entries}
    await pilot.press("M", "enter", "n")
    await settle(pilot)
    assert "Fresh" in {one.issuer for one in vault.entries}
    assert copy.exists()


@pytest.mark.parametrize("key", ["y", "n"])
async def test_a_copy_with_nothing_to_merge_can_be_deleted(
    copy: Path, app: OtpApp, pilot: Pilot[None], vault: Vault, key: str
) -> None:
    shutil.copy(vault.path, copy)
    vault.change(lambda made: replace(made, entries=made.entries[:-1]))
    await pilot.press("M")
    await settle(pilot)
    words = " ".join(str(each.render()) for each in app.screen.query(Label))
    assert f"Delete the copy? {NAME}\n\nThe vault already has all its changes." in words
    await pilot.press(key)
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    assert copy.exists() is (key == "n")
    deleted = " Deleted the copy." if key == "y" else ""
    assert status_of(app) == f"Nothing to merge.{deleted}"


async def test_a_copy_that_does_not_open_is_reported(
    copy: Path, app: OtpApp, pilot: Pilot[None]
) -> None:
    data = copy.read_bytes()
    at = data.index(b'"payload":"') + 40
    copy.write_bytes(data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :])
    await pilot.press("M")
    await settle(pilot)
    assert f"{NAME} is damaged" in status_of(app)
    await pilot.press("enter")
    await settle(pilot)
    assert isinstance(app.screen, MergeScreen)
    assert copy.exists()


async def test_a_copy_with_another_password_asks_for_it(
    copy: Path, app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    vault.change_password("a new password", FLOOR)
    await press(pilot, "M")
    await settle(pilot)
    assert isinstance(app.screen, AskPasswordScreen)
    assert "opens with another password" in app.screen.query_one(StatusLabel).message
    await press(pilot, *"wrong", "enter")
    await settle(pilot)
    said = app.screen.query_one(StatusLabel).message
    assert said == "Wrong password or recovery code. If it is right, the copy is damaged."
    await press(pilot, *PASSWORD, "enter")
    await settle(pilot)
    rows = app.screen.query_one(ChangeList).rows
    assert "new" in {row.kind.value for row in rows}
    assert "Left out" not in status_of(app)
    await press(pilot, "enter", "escape")
    await settle(pilot)
    assert "Fresh" in {one.issuer for one in vault.entries}
    await press(pilot, "M")
    await settle(pilot)
    await press(pilot, "escape")
    await settle(pilot)
    assert isinstance(app.screen, CodesScreen)
    shutil.copy(vault.path, copy.with_name(NAME.replace("ABCDEFG", "HIJKLMN")))
    await press(pilot, "M")
    await settle(pilot)
    await press(pilot, "escape")
    await settle(pilot)
    await press(pilot, "n")
    await settle(pilot)
    said = f"Nothing to merge. Left out, as no password was entered: {NAME}."
    assert status_of(app).startswith(said)


async def test_the_notice_follows_what_is_there(
    copy: Path, app: OtpApp, pilot: Pilot[None], vault: Vault, clock: FakeClock
) -> None:
    for name in ("a", "b"):
        shutil.copy(copy, copy.with_name(f"personal.conflict-{name}.json"))
    copy.with_name("personal.conflict-bad.json").write_bytes(b"")
    await pass_time(pilot, clock, 1)
    said = status_of(app)
    assert said.startswith("3 conflict copies are next to the vault: ")
    assert said.count("next to the vault") == 1
    assert "personal.conflict-bad.json is not a valid vault" in said
    await pilot.press("M")
    await settle(pilot)
    lines = app.screen.query_one(StatusLine).message.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "personal.conflict-a.json",
        "personal.conflict-b.json",
        NAME,
    ]
    assert "1 new, 1 edited. Vault and copy both come from generation" in lines[0]
    assert "Nothing to merge. " in lines[1]


async def test_what_looks_like_a_copy_and_is_none_is_named(
    app: OtpApp, pilot: Pilot[None], vault: Vault
) -> None:
    vault.path.with_name("personal.conflict-bad.json").write_bytes(b"")
    await pilot.press("M")
    await settle(pilot)
    assert status_of(app).startswith("Nothing to merge. personal.conflict-bad.json is not a")


async def test_without_copies_the_key_says_so(app: OtpApp, pilot: Pilot[None]) -> None:
    await pilot.press("M")
    await settle(pilot)
    assert "This vault has no conflict copies." in status_of(app)


async def test_picking_a_code_is_not_interrupted(
    copy: Path, make_app: MakeApp, vault: Vault
) -> None:
    app: OtpApp = make_app(vault)
    app.pick = ""
    async with app.run_test() as pilot:
        await settle(pilot)
        assert "conflict copy" not in status_of(app)


async def test_the_welcome_screen_warns_if_a_sync_tool_renamed_the_vault(
    copy: Path, make_app: MakeApp, vault: Vault
) -> None:
    vault.path.unlink()
    app = make_app(None)
    async with app.run_test() as pilot:
        await settle(pilot)
        said = app.screen.query_one(StatusLabel).message
        assert f"{NAME} may be a version of it. Rename it to personal.json." in said
